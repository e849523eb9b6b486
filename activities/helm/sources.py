"""Where the chart of a release comes from: every way to deploy ends in one chart and one release."""

import asyncio
import posixpath
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from activities.helm.chart import Chart, read_chart, read_chart_of_commit
from activities.helm.checkout import fetch_files, has_dangling_link
from activities.helm.config import HelmConfig
from activities.helm.dependencies import fetch_dependencies, leads_outside
from activities.helm.failures import OWN_CHART
from activities.helm.pulling import ChartPuller
from activities.helm.raw import Manifests, read_manifests, wrap
from activities.helm.repositories import ChartRepositories, RemoteChart
from activities.helm.value_files import ValueFiles, read_value_files
from activities.origin import GitHubAccess, origin_of
from workflows.errors import ConfigurationError, HelmError
from workflows.models import ReleasePlan
from workflows.models import messages as m
from workflows.values import ValueFacts, Values, fill, merge, release_values, resolve


@dataclass(frozen=True)
class Prepared:
    """All that Helm needs."""

    chart: Chart
    values: Values
    """Over those of `value_files`, which lie over the chart's own."""
    value_files: tuple[Path, ...] = ()
    manifests: Manifests | None = None
    """What the chart was made of, still to be tried on the cluster."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to deploy a release."""

    request: m.DeployReleaseInput
    facts: ValueFacts
    directory: Path
    """Its own; everything in it is removed afterwards."""
    mark: str
    """By which the programs it starts are found if they survive it."""

    @property
    def release(self) -> ReleasePlan:
        return self.request.release


@dataclass(frozen=True)
class ChartSources:
    """Brings the chart of a release, its dependencies and its values into the directory of an attempt."""

    config: HelmConfig
    github: GitHubAccess

    async def prepare(self, attempt: Attempt) -> Prepared:
        """The chart and the values it is installed with.

        Raises ManifestError for what people must correct, ConfigurationError when Catalyst's own chart or Helm is not
        where the settings say, HelmError when a chart repository does not answer, and what fetching a commit raises.
        """
        match attempt.release.source:
            case "catalyst":
                return self._with_values(attempt, self._own(), ValueFiles())
            case "manifests":
                return await self._manifests(attempt)
            case "remote":
                return await self._remote(attempt)
            case "repository":
                return await self._of_commit(attempt)

    def _own(self) -> Chart:
        directory = self.config.app_chart and self.config.app_chart.resolve()
        if directory is None or not (directory / "Chart.yaml").is_file():
            raise ConfigurationError(
                "Catalyst's own chart for applications is missing",
                hint="An operator has to set CATALYST_WORKER_APP_CHART to the directory of the chart.",
            )
        return read_chart(directory, OWN_CHART)

    async def _of_commit(self, attempt: Attempt) -> Prepared:
        path = posixpath.normpath(attempt.release.chart.strip("/") or ".")
        files = attempt.release.value_files

        def needs_all(root: Path) -> bool:
            return (
                has_dangling_link(root / path)
                or leads_outside(root, path)
                or not _has_files(root, files)
            )

        root = await self._fetch(attempt, () if path == "." else (path, *files), needs_all)
        chart = await asyncio.to_thread(read_chart_of_commit, root, path)
        await self._dependencies(attempt, root, path)
        return self._with_values(attempt, chart, await self._value_files(attempt, root))

    async def _dependencies(self, attempt: Attempt, root: Path, path: str) -> None:
        limit = self.config.dependencies_timeout
        try:
            async with asyncio.timeout(limit):
                await fetch_dependencies(root, path, self._puller(attempt))
        except TimeoutError as error:
            message = f"the dependencies of the chart at {path} did not come within {limit:g} s"
            raise HelmError(message) from error

    async def _remote(self, attempt: Attempt) -> Prepared:
        release, into = attempt.release, attempt.directory / "remote"
        chart = RemoteChart(release.repository, release.chart, release.version)
        if not release.version:
            raise chart.problem(
                f"the template names no version of chart `{release.chart}`",
                hint="Set `chart_version`, so that one commit always means one release.",
            )
        into.mkdir()
        await self._puller(attempt).pull(chart, into, unpack=True)
        found = await asyncio.to_thread(_unpacked, into, chart)
        files = ValueFiles()
        if paths := release.value_files:
            root = await self._fetch(attempt, paths, lambda root: not _has_files(root, paths))
            files = await self._value_files(attempt, root)
        return self._with_values(attempt, found, files)

    async def _manifests(self, attempt: Attempt) -> Prepared:
        paths = attempt.release.manifests
        root = await self._fetch(attempt, paths, lambda root: not _has_files(root, paths))

        def image(placeholder: str) -> str:
            return fill(attempt.facts, placeholder, "image")

        manifests = await asyncio.to_thread(read_manifests, root, paths, image)
        chart = await asyncio.to_thread(wrap, manifests, attempt.directory / "manifests")
        return Prepared(chart, {}, manifests=manifests)

    def _with_values(self, attempt: Attempt, chart: Chart, files: ValueFiles) -> Prepared:
        """Of a user-managed release (ENV-014) chart and value files are passed on as they are, and no value is added.

        Only the placeholders in the template's own `values` are filled: they are Catalyst's settings, and the one way
        to ask for an image that Catalyst built.
        """
        given = attempt.release.values
        if attempt.release.is_user_managed:
            values = resolve(attempt.facts, given)
        else:
            shape = merge(chart.values, files.values)
            values = release_values(attempt.facts, given, chart=shape, schema=chart.schema)
        return Prepared(chart, values, files.files)

    async def _value_files(self, attempt: Attempt, root: Path) -> ValueFiles:
        facts = None if attempt.release.is_user_managed else attempt.facts
        paths = attempt.release.value_files
        return await asyncio.to_thread(read_value_files, root, paths, facts, attempt.directory)

    async def _fetch(
        self, attempt: Attempt, paths: Sequence[str], needs_all: Callable[[Path], bool]
    ) -> Path:
        async with origin_of(self.github, attempt.request.pull_request) as origin:
            return await fetch_files(
                origin,
                attempt.request.commit,
                paths,
                attempt.directory,
                needs_all=needs_all,
                timeout=self.config.fetch_timeout,
            )

    def _puller(self, attempt: Attempt) -> ChartPuller:
        return ChartPuller(
            find_helm(self.config),
            home=attempt.directory,
            mark=attempt.mark,
            repositories=ChartRepositories(self.config.chart_repositories, self.config.plain_hosts),
            timeout=self.config.pull_timeout,
            grace=self.config.grace,
        )


def find_helm(config: HelmConfig) -> Path:
    """Raises ConfigurationError when it is not there."""
    executable = shutil.which(config.executable)
    if executable is None:
        raise ConfigurationError("the configured Helm does not exist")
    return Path(executable)


def _unpacked(into: Path, chart: RemoteChart) -> Chart:
    """The chart that was unpacked, under its own name, which its repository may know otherwise."""
    for directory in into.iterdir():
        if (directory / "Chart.yaml").is_file():
            return read_chart(directory, chart.name)
    raise chart.problem(f"`{chart.name}` of {chart.repository} is no chart")


def _has_files(root: Path, paths: Sequence[str]) -> bool:
    return all((root / path).is_file() for path in paths)
