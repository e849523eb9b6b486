"""Whose a Helm process is: one machine may serve several clusters whose namespaces share names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from kubernetes.aio.client import ApiClient

from activities.github import GitHubClients
from activities.helm import HelmActivities, HelmConfig
from activities.helm.access import identity_of
from activities.helm.command import MARKER, mark_of
from tests.integration.activities.conftest import Shop
from tests.integration.activities.kubernetes_api import cluster_client
from tests.support.temporal_server import free_port
from workflows.errors import ClusterError
from workflows.models import EnvironmentRef
from workflows.models import messages as m


@asynccontextmanager
async def cluster(
    directory: Path, url: str, authority: Path | None = None
) -> AsyncIterator[ApiClient]:
    """A client for that address, where nothing answers."""
    async with cluster_client(directory, url) as api:
        if authority is not None:
            api.configuration.ssl_ca_cert = str(authority)
        yield api


async def settle(api: ApiClient, github: GitHubClients, namespace: str) -> None:
    """As far as it comes: survivors are ended before the cluster is asked."""
    ref = EnvironmentRef(team="t", project="t-p", environment="pr-7", namespace=namespace)
    activities = HelmActivities(api, HelmConfig(executable=Path("helm"), grace=0.2), github)
    with pytest.raises(ClusterError):
        await activities.settle_release(m.StopRevisionInput(ref=ref, revision="r", release="pr-7"))


@pytest.mark.invariant(6)
async def test_a_worker_ends_survivors_of_its_own_cluster_and_of_no_other(
    shop: Shop, tmp_path: Path
) -> None:
    namespace = f"t-p-{uuid4().hex[:8]}"
    port = free_port()
    async with (
        cluster(tmp_path, f"http://127.0.0.1:{port}") as ours,
        cluster(tmp_path, f"http://localhost:{port}") as theirs,
    ):
        helm = await asyncio.create_subprocess_exec(
            *("sleep", "600"),
            env={MARKER: mark_of(identity_of(ours), namespace)},
            start_new_session=True,
        )
        try:
            await settle(theirs, shop.clients, namespace)
            assert helm.returncode is None
            await settle(ours, shop.clients, namespace)
            assert await asyncio.wait_for(helm.wait(), 5) != 0
        finally:
            if helm.returncode is None:
                helm.kill()
                await helm.wait()


async def test_one_cluster_has_one_identity(tmp_path: Path) -> None:
    async with (
        cluster(tmp_path, "https://10.0.0.1:6443") as one,
        cluster(tmp_path, "https://10.0.0.1:6443") as same,
    ):
        assert identity_of(one) == identity_of(same)


@pytest.mark.invariant(6)
async def test_another_authority_is_another_cluster(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("certificate a")
    (tmp_path / "b").write_text("certificate b")
    url = "https://10.0.0.1:6443"
    async with (
        cluster(tmp_path, url, tmp_path / "a") as one,
        cluster(tmp_path, url, tmp_path / "b") as other,
    ):
        assert identity_of(one) != identity_of(other)
