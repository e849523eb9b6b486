"""Charts brought from repositories by Helm: bounded in time, memory and size, and ended with whoever asked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from activities.helm.command import MARKER
from activities.helm.repositories import ChartRepositories, RemoteChart, to_failure
from activities.processes import ProcessTimeoutError, run_process
from workflows.errors import HelmError

_NETWORK = (
    "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
)  # fmt: skip
"""What the machine says about reaching the network; no setting of Catalyst's."""
_MEMORY = 2**30
"""Bytes. Helm holds a whole index or chart in memory; the largest public index takes a third of this."""
_FILE = 256 * 2**20
"""Bytes of one file on the disk; a chart, packed, is at most a few."""


@dataclass(frozen=True)
class ChartPuller:
    """`helm pull` without anybody's settings, plugins or credentials. `timeout` and `grace` are seconds."""

    executable: Path
    home: Path
    """Holds its caches; removed with the attempt."""
    mark: str
    """Value of `MARKER`, by which a survivor is found."""
    repositories: ChartRepositories
    timeout: float
    grace: float

    async def pull(self, chart: RemoteChart, into: Path, *, unpack: bool = False) -> None:
        """Put the chart into the directory `into`: as a `.tgz`, or as a directory of the chart's name.

        Raises ManifestError for a chart that there is not or must not be, HelmError when its repository does not answer.
        """
        self.repositories.check(chart)
        finished = await self._run(chart, self._arguments(chart, into, unpack=unpack))
        if finished is not None:
            raise to_failure(finished, chart)

    def _arguments(self, chart: RemoteChart, into: Path, *, unpack: bool) -> list[str]:
        source = (
            [f"{chart.repository.rstrip('/')}/{chart.name}"]
            if chart.is_oci
            else [chart.name, "--repo", chart.repository]
        )
        target = ["--untar", "--untardir", str(into)] if unpack else ["--destination", str(into)]
        plain = ["--plain-http"] if self.repositories.is_plain(chart) else []
        version = ["--version", chart.version] if chart.version else []
        return [str(self.executable), "pull", *source, *version, *target, *plain]

    async def _run(self, chart: RemoteChart, command: list[str]) -> str | None:
        """What Helm printed when it failed."""
        limits = ["prlimit", f"--data={_MEMORY}", f"--fsize={_FILE}", "--"]
        try:
            finished = await run_process(
                [*limits, *command],
                env=self._environment(),
                cwd=self.home,
                timeout=self.timeout,
                grace=self.grace,
            )
        except ProcessTimeoutError as error:
            raise HelmError(
                f"the chart repository {chart.repository} did not give chart `{chart.name}` within"
                f" {self.timeout:g} s"
            ) from error
        return finished.text if finished.code else None

    def _environment(self) -> Mapping[str, str]:
        home = str(self.home)
        return {
            **{name: os.environ[name] for name in _NETWORK if name in os.environ},
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": home,
            "TMPDIR": home,
            "HELM_CACHE_HOME": f"{home}/pull/cache",
            "HELM_CONFIG_HOME": f"{home}/pull/config",
            "HELM_DATA_HOME": f"{home}/pull/data",
            "HELM_PLUGINS": f"{home}/pull/plugins",
            MARKER: self.mark,
        }
