"""Volumes that are full, on a real cluster: what fails says so and what helps, and the version before serves on.

The stack's own volumes are directories of the node and know no limit, so the volumes of these services are made
beforehand: small file systems in the node's memory, which the claims of the environment are bound to.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.node.lifecycle import PROCESS
from deploy.local.processes import Processes
from tests.e2e.examples.test_bad_input import assert_users_fault, failure_told, workloads
from tests.e2e.main_job.test_resets import reset
from tests.e2e.main_job.test_services import NOTE, create_library, visit
from tests.e2e.support.inside import run
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows import naming
from workflows.models import Phase
from workflows.planning.plans.values import volume_name

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900), pytest.mark.spec("ENV-017", "FR-009")]

_FULL = "No space left on device"
DATA = "/var/lib/postgresql/data"
_SPACES = (("mount", "mnt"), ("pid", "pid_for_children"))
FILLER = f"{DATA}/filler"
ARCHIVE = """\
services:
  web:
    image: busybox:1.37
    command: ["httpd", "-f", "-p", "8080"]
    ports: ["8080:8080"]
    depends_on: {archive: {condition: service_healthy}}
  archive:
    image: busybox:1.37
    user: "0:0"
    command: sh -c 'dd if=/dev/zero of=/kept/all bs=1M count=8 && touch /tmp/written && exec sleep infinity'
    healthcheck: {test: ["CMD", "test", "-e", "/tmp/written"], interval: 1s}
    volumes: ["kept:/kept"]
volumes:
  kept: {}
"""


@pytest.mark.spec("ENV-018", "FR-018")
async def test_a_migration_on_a_full_database_fails_and_the_old_version_serves_on(
    previews: Previews,
) -> None:
    preview = await create_library(previews)
    async with small_volume(preview, "db", "data", megabytes=128):
        first = await preview.open(NOTE)
        await preview.until_ready(first)
        await run(preview, "db", "sh", "-c", f"dd if=/dev/zero of={FILLER} bs=64k; df {DATA}")
        loans = (
            "CREATE TABLE loans AS SELECT repeat('x', 500) AS what FROM generate_series(1, 5000);\n"
        )
        second = await preview.push({"migrations/0003_loans.sql": loans})
        snapshot = await preview.until_failed(second)
        assert_users_fault(snapshot)
        assert snapshot.serving is not None
        assert snapshot.serving.commit == first
        said = await failure_told(preview)
        assert "the job `migrate` ended with exit code" in said
        assert _FULL in said
        assert "A volume is full" in said
        assert first in (await preview.page()).text
        before = await visit(preview)

        await run(preview, "db", "rm", FILLER)
        third = await preview.push({"CHANGES.md": "There is room again.\n"})
        await preview.until_ready(third)
        assert await visit(preview) > before, "nothing of the data was lost"

        await run(preview, "db", "sh", "-c", f"dd if=/dev/zero of={FILLER} bs=64k; df {DATA}")
        snapshot = await reset(preview, "db")
        assert snapshot.phase is Phase.READY, snapshot.failure
        await run(preview, "db", "test", "!", "-e", FILLER)


@pytest.mark.spec("ENV-012")
@pytest.mark.invariant(6)
@pytest.mark.variant
async def test_a_service_whose_volume_is_too_small_is_told_and_what_waits_for_it_is_not_started(
    previews: Previews,
) -> None:
    preview = await previews.create(
        tree={"compose.yaml": ARCHIVE}, type="compose", rollout_timeout_seconds=60
    )
    async with small_volume(preview, "archive", "kept", megabytes=4):
        assert_users_fault(await preview.until_failed(await preview.open(NOTE)))
        said = await failure_told(preview)
        assert "archive" in said
        assert _FULL in said
        assert "`x-catalyst` in a compose file" in said
        assert not any("web" in each for each in await workloads(preview))
        await preview.close()
        await preview.until_gone()
        assert await preview.leftovers_in_cluster() == []


@asynccontextmanager
async def small_volume(
    preview: Preview, component: str, volume: str, *, megabytes: int
) -> AsyncIterator[None]:
    """Have that volume of an environment to come hold no more than this, whatever it asks for."""
    claim = volume_name(naming.release_name(preview.environment), component, volume)
    name = f"small-{secrets.token_hex(4)}"
    place = f"/tmp/{name}"  # noqa: S108  (the node's own)
    stack = preview.stack
    await in_node(stack, "mkdir", place)
    options = f"size={megabytes}m,mode=0777"
    await in_node(stack, "mount", "--types=tmpfs", f"--options={options}", name, place)
    try:
        await stack.cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": {
                    "capacity": {"storage": "100Gi"},
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "hostpath",
                    "persistentVolumeReclaimPolicy": "Retain",
                    "claimRef": {"namespace": preview.expected_namespace, "name": claim},
                    "hostPath": {"path": place},
                },
            }
        )
        yield
        assert await is_bound(stack, name), f"{claim} has used another volume"
    finally:
        await stack.cluster.delete(f"/api/v1/persistentvolumes/{name}")
        await in_node(stack, "umount", "--lazy", place)
        await in_node(stack, "rmdir", place)


async def is_bound(stack: Stack, name: str) -> bool:
    """Whether a claim has, or had, the volume."""
    found = await stack.cluster.get(f"/api/v1/persistentvolumes/{name}")
    return found is not None and found["status"]["phase"] in ("Bound", "Released")


async def in_node(stack: Stack, *command: str) -> None:
    """Run a program of this machine among the node's mounts and, since some look into `/proc`, its processes."""
    node = Processes(stack.instance).find(PROCESS)
    assert node is not None
    spaces = (f"--{each}=/proc/{node.pid}/ns/{file}" for each, file in _SPACES)
    entered = ("nsenter", *spaces, "--", *command)
    process = await asyncio.create_subprocess_exec(*entered, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(30):
        _, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
