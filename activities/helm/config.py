"""What the release activities are told by the process that runs them."""

from dataclasses import dataclass, field
from pathlib import Path

from activities.addresses import PublicAddress


@dataclass(frozen=True)
class HelmConfig:
    """Settings of Helm for one cluster (OPS-7). Times are in seconds."""

    executable: Path
    """Helm 4."""
    app_chart: Path | None = None
    """Directory of Catalyst's own chart; None where only charts of others are deployed."""
    tools_image: str = ""
    """Has Git, a shell, and `nc` or bash: takes in the code of environments in development mode, and waits for services."""
    address: PublicAddress = field(default_factory=PublicAddress)
    work_dir: Path | None = None
    """Where checkouts and kubeconfigs of one attempt live; None: the system's directory for temporary files."""
    server: str = ""
    """Address of the Kubernetes API for Helm; empty: the one the worker itself uses."""
    hook_timeout: int = 300
    """How long one of the chart's own hooks may take; Helm waits for nothing else."""
    command_timeout: int = 540
    """How long one Helm command may take in all; shorter than the activity's limit, so that it ends by our hand."""
    uninstall_timeout: int = 60
    """Deleting the namespace removes what Helm could not; a chart's delete hooks get this long."""
    grace: float = 1.0
    """Between TERM and KILL. Helm writes its record within a tenth of it."""
    fetch_timeout: float = 60.0
    """For each step of fetching files of the commit."""
    chart_repositories: tuple[str, ...] = ()
    """Beginnings of the URLs of chart repositories that may be used; with none every https and oci one may."""
    plain_hosts: frozenset[str] = frozenset()
    """`host:port` of registries and chart repositories that speak plain HTTP."""
    pull_timeout: float = 60.0
    """For one chart from a repository."""
    dependencies_timeout: float = 180.0
    """For all dependencies of a chart together."""
    history: int = 10
    """Releases kept for a rollback; each is a Secret of up to a megabyte."""

    @property
    def token_seconds(self) -> int:
        """Longer than any command with it, and no less than the API allows (600)."""
        return max(600, self.command_timeout + 60)
