"""Where the chart of a release comes from: every way to deploy ends in one chart and one release."""

from dataclasses import dataclass
from pathlib import Path

from activities.helm.chart import Chart, fetch_chart, read_chart
from activities.helm.config import HelmConfig
from activities.origin import GitHubAccess, origin_of
from workflows.errors import ConfigurationError, ManifestError
from workflows.models import messages as m

_OWN = "Catalyst's own chart"


@dataclass(frozen=True)
class ChartSources:
    """Brings the chart of a release into the directory of one attempt."""

    config: HelmConfig
    github: GitHubAccess

    async def prepare(self, request: m.DeployReleaseInput, directory: Path) -> Chart:
        """The chart of `request.release`, ready to be installed.

        Raises ManifestError for what people must correct, ConfigurationError when Catalyst's own chart is not where
        the settings say, HelmError when a chart repository does not answer, and what fetching a commit raises.
        """
        match request.release.source:
            case "catalyst":
                return self._own()
            case "repository":
                return await self._of_commit(request, directory)
            case source:
                raise ManifestError(f"releases of source `{source}` cannot be deployed yet")

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
