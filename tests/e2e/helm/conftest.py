"""A namespace as Catalyst makes them, a pull request with a chart, and the real Helm."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from activities import manifests
from activities.addresses import PublicAddress
from activities.helm import HelmActivities, HelmConfig
from deploy.local.cluster import ClusterConnection
from tests.e2e.conftest import Namespaces, unique
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.source import PullRequestSource, open_source
from worker.settings import find_app_chart
from workflows.models import EnvironmentRef, Quota, ReleasePlan
from workflows.models import messages as m

DIGEST = f"sha256:{'0f' * 32}"


@dataclass(frozen=True)
class Release:
    """One environment's release, and how it is asked for."""

    activities: HelmActivities
    source: PullRequestSource
    cluster: Cluster
    ref: EnvironmentRef
    program: str
    """An image with a shell that the cluster can pull."""

    def request(
        self,
        commit: str,
        *,
        revision: str = "",
        values: Mapping[str, JsonValue] | None = None,
        **changes: object,
    ) -> m.DeployReleaseInput:
        """`changes` are fields of the release's plan; a chart of the commit is told the image to run, others are not."""
        repository = f"registry.test/{self.ref.project}/{self.ref.environment}/web"
        image = m.BuildImageResult(
            component="web",
            image=f"{repository}@{DIGEST}",
            repository=repository,
            digest=DIGEST,
        )
        own: dict[str, JsonValue] = {} if "source" in changes else {"program": self.program}
        plan = ReleasePlan(
            name=self.ref.environment, chart="deploy/chart", values={**own, **(values or {})}
        ).model_copy(update=changes)
        return m.DeployReleaseInput(
            ref=self.ref,
            pull_request=self.source.pull_request,
            commit=commit,
            revision=revision or f"rev:{commit}",
            release=plan,
            images=(image,),
            branch="feature/open",
            secrets_checksum="5ec",
        )

    async def deploy(
        self,
        commit: str,
        *,
        revision: str = "",
        values: Mapping[str, JsonValue] | None = None,
        **changes: object,
    ) -> m.DeployReleaseResult:
        request = self.request(commit, revision=revision, values=values, **changes)
        return await self.activities.deploy_release(request)

    async def stop(self) -> None:
        request = m.StopRevisionInput(ref=self.ref, revision="any", release=self.ref.environment)
        await self.activities.settle_release(request)

    async def uninstall(self) -> None:
        request = m.RemoveInput(ref=self.ref, release=self.ref.environment)
        await self.activities.uninstall_release(request)

    async def statuses(self) -> list[str]:
        """Status of every version, oldest first."""
        records = await self.cluster.releases(self.ref.namespace)
        return [record["info"]["status"] for record in records]

    async def object(self, kind_path: str, name: str) -> dict[str, Any] | None:
        return await self.cluster.get(f"{kind_path}/{name}")

    async def named(self, group: str, plural: str, name: str) -> dict[str, Any]:
        """An object of the environment; `group` as in apiVersion."""
        root = f"/apis/{group}" if "/" in group else f"/api/{group}"
        found = await self.object(f"{root}/namespaces/{self.ref.namespace}/{plural}", name)
        assert found is not None, f"{plural} {name} is missing"
        return found

    async def config(self) -> dict[str, Any] | None:
        return await self.object(f"/api/v1/namespaces/{self.ref.namespace}/configmaps", "shop")


@pytest.fixture
async def source(tmp_path: Path, connection: ClusterConnection) -> AsyncIterator[PullRequestSource]:
    async with open_source(tmp_path / "github", connection.host_address) as source:
        yield source


@pytest.fixture
def connection_config(connection: ClusterConnection, tmp_path: Path) -> HelmConfig:
    work = tmp_path / "work"
    work.mkdir()
    return HelmConfig(
        executable=connection.helm,
        app_chart=find_app_chart(),
        address=PublicAddress(port=connection.browser_port, inner_domain=connection.cluster_domain),
        work_dir=work,
        hook_timeout=20,
    )


@pytest.fixture
async def release(
    cluster: Cluster,
    namespaces: Namespaces,
    source: PullRequestSource,
    connection_config: HelmConfig,
) -> Release:
    name = unique("pr-shop")
    namespace = namespaces.claim(f"t-helm-{name}")
    ref = EnvironmentRef(team="t", project="t-helm", environment=name, namespace=namespace)
    for wanted in (
        manifests.make_namespace(ref, source.pull_request, "feature/open"),
        manifests.make_resource_quota(ref, "feature/open", Quota()),
        manifests.make_limit_range(ref, "feature/open", Quota()),
        manifests.make_helm_service_account(ref, "feature/open"),
        manifests.make_helm_role(ref, "feature/open"),
        manifests.make_helm_role_binding(ref, "feature/open"),
    ):
        await cluster.apply(wanted)
    activities = HelmActivities(cluster.api, connection_config, source.clients)
    return Release(activities, source, cluster, ref, cluster.connection.builder_image)
