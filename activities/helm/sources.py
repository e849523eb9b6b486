"""Where the chart of a release comes from: every way to deploy ends in one chart and one release."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.helm.chart import Chart, fetch_chart, fetch_files, read_chart
from activities.helm.config import HelmConfig
from activities.helm.raw import Manifests, check_on_cluster, read_manifests, wrap
from activities.origin import GitHubAccess, origin_of
from workflows.errors import ConfigurationError, ManifestError
from workflows.models import messages as m
from workflows.values import ValueFacts, Values, fill, release_values

_OWN = "Catalyst's own chart"


@dataclass(frozen=True)
class Prepared:
    """All that Helm needs."""

    chart: Chart
    values: Values
    manifests: Manifests | None = None
    """What the chart was made of, still to be tried on the cluster."""


@dataclass(frozen=True)
class ChartSources:
    """Brings the chart of a release into the directory of one attempt."""

    config: HelmConfig
    github: GitHubAccess

    async def prepare(
        self, request: m.DeployReleaseInput, facts: ValueFacts, directory: Path
    ) -> Prepared:
        """The chart of `request.release` and the values it is installed with.

        Raises ManifestError for what people must correct, ConfigurationError when Catalyst's own chart is not where
        the settings say, HelmError when a chart repository does not answer, and what fetching a commit raises.
        """
        match request.release.source:
            case "manifests":
                return await self._manifests(request, facts, directory)
            case "catalyst":
                chart = self._own()
            case "repository":
                chart = await self._of_commit(request, directory)
            case source:
                raise ManifestError(f"releases of source `{source}` cannot be deployed yet")
        values = release_values(
            facts, request.release.values, chart=chart.values, schema=chart.schema
        )
        return Prepared(chart, values)

    def _own(self) -> Chart:
        directory = self.config.app_chart and self.config.app_chart.resolve()
        if directory is None or not (directory / "Chart.yaml").is_file():
            raise ConfigurationError(
                "Catalyst's own chart for applications is missing",
                hint="An operator has to set CATALYST_WORKER_APP_CHART to the directory of the chart.",
            )
        return read_chart(directory, _OWN)

    async def _of_commit(self, request: m.DeployReleaseInput, directory: Path) -> Chart:
        async with origin_of(self.github, request.pull_request) as origin:
            return await fetch_chart(
                origin,
                request.commit,
                request.release.chart,
                directory,
                timeout=self.config.fetch_timeout,
            )

    async def _manifests(
        self, request: m.DeployReleaseInput, facts: ValueFacts, directory: Path
    ) -> Prepared:
        paths = request.release.manifests
        async with origin_of(self.github, request.pull_request) as origin:
            root = await fetch_files(
                origin, request.commit, paths, directory, timeout=self.config.fetch_timeout
            )

        def image(placeholder: str) -> str:
            return fill(facts, placeholder, "image")

        manifests = await asyncio.to_thread(read_manifests, root, paths, image)
        chart = await asyncio.to_thread(wrap, manifests, directory / "manifests")
        return Prepared(chart, {}, manifests)


async def check(api: ApiClient, prepared: Prepared, kubeconfig: Path, namespace: str) -> None:
    """Raise ManifestError for manifests that the cluster would not take; charts are Helm's to check."""
    if prepared.manifests is None:
        return
    own = await kube.connect(kubeconfig)
    try:
        await check_on_cluster(api, own, prepared.manifests, namespace)
    finally:
        await kube.close(own)
