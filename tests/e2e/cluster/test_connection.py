"""Calls end when they are told to, and nothing of them stays open."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from activities import kube
from activities.cluster.changes import watching
from deploy.local.cluster import ClusterConnection
from tests.e2e.conftest import unique
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually
from workflows.errors import ClusterError

pytestmark = pytest.mark.cluster


def open_sockets() -> int:
    found = 0
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing itself
            found += stat.S_ISSOCK(file.stat().st_mode)
    return found


@pytest.fixture
async def new_kind(cluster: Cluster) -> AsyncIterator[tuple[str, str]]:
    """Group and plural of a kind whose changes the API server remembers from now on only."""
    group = f"{unique('t-cluster')}.example.com"
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object"}},
                }
            ],
        },
    }
    await cluster.apply(definition)
    yield group, "things"
    await cluster.delete(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{group}")


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
@pytest.mark.parametrize("delay", [0.0, 0.002, 0.01, 0.05, 0.3])
async def test_cancelled_calls_leave_no_connection_behind(
    connection: ClusterConnection, delay: float
) -> None:
    before = open_sockets()
    api = await kube.connect(connection.kubeconfig)

    async def watch(kind: str) -> None:
        path = kube.collection_path("v1", kind, "default")
        async with kube.watch(api, path) as changes:
            async for _ in changes:
                pass

    calls = [asyncio.create_task(watch(kind)) for kind in ("Pod", "Event", "Secret")]
    await asyncio.wait(calls, timeout=delay)  # in whichever stage the calls are by then
    for one in calls:
        one.cancel()
    await asyncio.wait(calls)
    await kube.close(api)

    async def are_closed() -> bool:
        return open_sockets() == before

    await eventually(are_closed, within=1, what="all connections are closed", poll=0.01)


@pytest.mark.spec("OPS-4")
async def test_a_change_is_noticed_at_once_and_a_quiet_time_ends_by_itself(
    cluster: Cluster,
) -> None:
    path = kube.collection_path("v1", "ConfigMap", "default")
    name = "t-cluster-noticed"
    try:
        async with watching(cluster.api, [path]) as changes:
            await changes.wait(5.0)  # what is there already
            waiting = asyncio.create_task(changes.wait(30.0))
            wanted = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": "default"},
            }
            await cluster.apply(wanted)
            await asyncio.wait_for(waiting, 5)
    finally:
        await cluster.delete(f"{path}/{name}")
    async with watching(cluster.api, []) as changes:
        await asyncio.wait_for(changes.wait(0.01), 5)


@pytest.mark.spec("OPS-4")
async def test_a_watch_from_too_far_back_says_so(
    cluster: Cluster, new_kind: tuple[str, str]
) -> None:
    path = f"/apis/{new_kind[0]}/v1/{new_kind[1]}"

    async def is_served() -> bool:
        return await cluster.get(path) is not None

    await eventually(is_served, within=30, what="the new kind is served")

    async def has_expired() -> bool:
        try:
            async with kube.watch(cluster.api, path, query=[("resourceVersion", "1")]) as changes:
                async for _ in changes:
                    pass
        except kube.ExpiredError:
            return True
        except kube.KubeError as error:
            if "initializing" not in str(error):  # as a kind is, in its first moments
                raise
        return False

    await eventually(has_expired, within=30, what="it says that this is too far back")


@pytest.mark.spec("FR-011")
async def test_a_broken_kubeconfig_is_told_without_its_content(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("kubeconfig") / "config"
    file.write_text("users: [{token: hunter22secret}]")
    with pytest.raises(ClusterError, match="kubeconfig cannot be used") as failure:
        await kube.connect(file)
    assert "hunter22secret" not in str(failure.value)
    with pytest.raises(ClusterError, match="kubeconfig cannot be used"):
        await kube.connect(file.with_name("absent"))
