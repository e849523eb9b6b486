"""Builds in a namespace of the test's own, from a real pull request, into the real registry."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from activities.build import BuildActivities, BuildConfig
from activities.registry import Registry
from deploy.local.cluster import ClusterConnection
from tests.e2e.conftest import Namespaces, unique
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.source import PullRequestSource, open_source
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import BuildPlan, EnvironmentRef
from workflows.models import messages as m


@dataclass(frozen=True)
class Builds:
    """One environment's builds, and what the cluster and the registry say of them."""

    activities: BuildActivities
    source: PullRequestSource
    cluster: Cluster
    registry: Registry
    ref: EnvironmentRef
    namespace: str

    def request(self, commit: str, *, revision: str = "", **plan: object) -> m.BuildImageInput:
        known = {"component": "web", "context": ".", "dockerfile": "Dockerfile"}
        return m.BuildImageInput(
            ref=self.ref,
            pull_request=self.source.pull_request,
            commit=commit,
            revision=revision or f"rev:{commit}",
            build=BuildPlan.model_validate({**known, **plan}),
            branch="feature/open",
        )

    async def build(self, commit: str, *, revision: str = "", **plan: object) -> m.BuildImageResult:
        """Until its pod is over too: the image comes before that."""
        built = await self.activities.build_image(self.request(commit, revision=revision, **plan))
        await eventually(self._is_over, within=60, what="the build's pod is over")
        return built

    async def _is_over(self) -> bool:
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        pods = await self.cluster.items(path, selector="batch.kubernetes.io/job-name")
        return all(pod["status"].get("phase") in ("Succeeded", "Failed") for pod in pods)

    async def stop(self, revision: str = "") -> None:
        await self.activities.stop_builds(m.StopRevisionInput(ref=self.ref, revision=revision))

    async def pods(self) -> list[str]:
        return [pod["metadata"]["name"] for pod in await self.cluster.pods(self.namespace)]

    async def jobs(self) -> list[str]:
        path = f"/apis/batch/v1/namespaces/{self.namespace}/jobs"
        return [job["metadata"]["name"] for job in await self.cluster.items(path)]

    async def secrets(self) -> list[str]:
        path = f"/api/v1/namespaces/{self.namespace}/secrets"
        return [secret["metadata"]["name"] for secret in await self.cluster.items(path)]

    async def log_of(self, revision: str) -> str:
        """What the build of a revision printed."""
        job = naming.build_job_name(revision, "web")
        (name,) = [
            pod["metadata"]["name"]
            for pod in await self.cluster.pods(self.namespace)
            if pod["metadata"].get("labels", {}).get("batch.kubernetes.io/job-name") == job
        ]
        return await self.cluster.logs(self.namespace, name, naming.BUILD_CONTAINER, tail=5_000)

    async def until_building(self) -> None:
        async def runs() -> bool:
            pods = await self.cluster.pods(self.namespace)
            return any(pod["status"].get("phase") == "Running" for pod in pods)

        await eventually(runs, within=60, what="the build container runs")

    @contextlib.asynccontextmanager
    async def under_way(self, commit: str) -> AsyncIterator["asyncio.Task[m.BuildImageResult]"]:
        """A build that has begun; it is cancelled at the end unless it is over."""
        task = asyncio.create_task(self.build(commit))
        try:
            await self.until_building()
            yield task
        finally:
            task.cancel()
            await asyncio.wait({task})


@pytest.fixture
async def source(tmp_path: Path, connection: ClusterConnection) -> AsyncIterator[PullRequestSource]:
    async with open_source(tmp_path / "github", connection.host_address) as source:
        yield source


@pytest.fixture
async def config(
    source: PullRequestSource, connection: ClusterConnection, namespaces: Namespaces
) -> BuildConfig:
    return BuildConfig(
        registry=connection.registry,
        builder_image=connection.builder_image,
        is_plain_http=True,
        mirror=connection.registry,
        git_url=source.server.base_url,
        namespace=namespaces.claim(unique("t-build")),
        deadline=120,
    )


@pytest.fixture
async def builds(
    cluster: Cluster, source: PullRequestSource, config: BuildConfig
) -> AsyncIterator[Builds]:
    # A project of its own: another's cache would make every build warm.
    ref = EnvironmentRef(team="t", project=unique("t-build"), environment=unique("pr-shop"))
    async with Registry(config.registry_url) as registry:
        activities = BuildActivities(cluster.api, registry, config, source.clients)
        builds = Builds(activities, source, cluster, registry, ref, config.namespace)
        yield builds
        await activities.delete_images(m.RemoveInput(ref=replace_namespace(ref, config.namespace)))


def replace_namespace(ref: EnvironmentRef, namespace: str) -> EnvironmentRef:
    return ref.model_copy(update={"namespace": namespace})


def with_limits(builds: Builds, config: BuildConfig, **limits: object) -> Builds:
    """The same builds with other settings."""
    changed = replace(config, **limits)  # type: ignore[arg-type]
    activities = BuildActivities(
        builds.cluster.api, builds.registry, changed, builds.source.clients
    )
    return replace(builds, activities=activities)


def repository_of(builds: Builds, component: str = "web") -> str:
    name = naming.image_repository("", builds.ref.project, builds.ref.environment, component)
    return name.removeprefix("/")
