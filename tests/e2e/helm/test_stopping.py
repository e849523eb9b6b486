"""Cancelled means stopped: no process, no hook's pod, no pending record, and the former version still deployed."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from activities.helm.access import identity_of
from activities.helm.command import MARKER, mark_of
from tests.e2e.helm import charts
from tests.e2e.helm.conftest import Release
from tests.e2e.support.sightings import helm_processes
from tests.e2e.support.waiting import eventually

pytestmark = pytest.mark.cluster

SLOW = {"migration": "echo migrating; exec sleep 600"}
QUICK = {"migration": "true"}


def processes(release: Release) -> list[int]:
    return helm_processes(str(release.cluster.connection.helm), release.ref.namespace)


async def hook_pods(release: Release) -> list[dict[str, Any]]:
    selector = "batch.kubernetes.io/job-name=migrate"
    pods = await release.cluster.pods(release.ref.namespace, selector=selector)
    return [pod for pod in pods if pod["status"].get("phase") not in ("Succeeded", "Failed")]


async def is_migrating(release: Release) -> bool:
    return any(pod["status"].get("phase") == "Running" for pod in await hook_pods(release))


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_cancelled_upgrade_leaves_nothing_running_and_the_old_version_deployed(
    release: Release,
) -> None:
    first = await release.source.push(charts.chart(config=charts.CONFIG, job=charts.HOOK))
    await release.deploy(first, values=QUICK)
    second = await release.source.push({"README.md": "changed\n"})
    work = asyncio.create_task(release.deploy(second, values=SLOW))
    await eventually(lambda: is_migrating(release), within=30, what="the hook runs")

    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    took = time.monotonic() - began

    assert processes(release) == []
    assert await hook_pods(release) == []
    assert await release.statuses() == ["deployed", "failed"]
    config = await release.config()
    assert config is not None
    assert config["data"]["commit"] == first
    # A hook's pod is as slow as a busy kubelet; that it is seconds at all is measured by the benchmark.
    assert took < 10

    await release.deploy(second, revision="rev:3", values=QUICK)
    assert (await release.statuses())[-1] == "deployed"


@pytest.mark.variant
@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_cancelled_first_installation_does_not_block_the_next(release: Release) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG, job=charts.HOOK))
    work = asyncio.create_task(release.deploy(commit, values=SLOW))
    await eventually(lambda: is_migrating(release), within=30, what="the hook runs")
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await release.statuses() == ["failed"]
    await release.deploy(commit, revision="rev:2", values=QUICK)
    assert await release.statuses() == ["superseded", "deployed"]


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_helm_that_outlived_its_worker_is_found_ended_and_settled(
    release: Release, tmp_path: Path
) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG, job=charts.HOOK))
    await release.deploy(commit, values=QUICK)
    survivor = await _orphaned_helm(release, tmp_path)
    try:
        await eventually(lambda: is_migrating(release), within=30, what="the hook runs")
        assert (await release.statuses())[-1] == "pending-upgrade"
        await release.stop()
        assert processes(release) == []
        assert await hook_pods(release) == []
        assert await release.statuses() == ["deployed", "failed"]
    finally:
        if survivor.returncode is None:
            survivor.kill()
        await survivor.wait()


@pytest.mark.invariant(6)
async def test_settling_where_nothing_is_does_nothing(release: Release) -> None:
    await release.stop()
    assert await release.statuses() == []


async def _orphaned_helm(release: Release, tmp_path: Path) -> asyncio.subprocess.Process:
    """A Helm that hangs in a hook and has the marker of ours, but no worker that waits for it."""
    chart = tmp_path / "chart"
    for name, text in charts.chart(job=charts.HOOK).items():
        file = chart / name.removeprefix("deploy/chart/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(text))
    connection = release.cluster.connection
    arguments = [
        *(str(connection.helm), "upgrade", release.ref.environment, str(chart), "--install"),
        *("--namespace", release.ref.namespace, "--kubeconfig", str(connection.kubeconfig)),
        *("--set", f"program={release.program}", "--set", "migration=exec sleep 600"),
    ]
    mark = mark_of(identity_of(release.cluster.api), release.ref.namespace)
    return await asyncio.create_subprocess_exec(
        *arguments,
        env={"HOME": str(tmp_path), MARKER: mark},
        start_new_session=True,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
