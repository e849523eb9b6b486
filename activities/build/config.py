"""What the builds are told by the process that runs them."""

from dataclasses import dataclass, field

from workflows import naming
from workflows.planning.dockerfiles import Mirrors
from workflows.repo_config.quantities import quantity


@dataclass(frozen=True)
class BuildConfig:
    """Settings of the builds in one cluster (OPS-7). Times are in seconds."""

    registry: str
    """`host[:port]` under which worker, kubelet and build pods reach the registry alike."""
    builder_image: str
    """Rootless BuildKit with git."""
    is_plain_http: bool = False
    """Whether the registry speaks http; on the local stack only."""
    mirror: str = ""
    """Registry asked for images of docker.io, with `is_plain_http` as above; empty: the real one, and then
    `# syntax=` lines of Dockerfiles are followed too."""
    git_url: str = ""
    """Where pods clone from, for their network policy; an https host known by name only is reached over 443."""
    namespace: str = naming.BUILD_NAMESPACE
    deadline: int = 1140
    """For one build; shorter than the activity's limit (20 minutes), so that it ends with its own words."""
    package_sources: tuple[str, ...] = ()
    """URLs of what builds may reach besides, such as private registries; over http where they say so (FR-013)."""
    mirrors: Mirrors = field(default_factory=Mirrors)
    """Where packages come from instead of the registries of the world; builds may reach them."""
    cpu_request: str = "250m"
    cpu_limit: str = "4"
    """Processors of one build: a busy one leaves something to the others."""
    memory_request: str = "256Mi"
    memory_limit: str = "2Gi"
    storage_limit: str = "10Gi"
    """For the checkout, and as much again for layers and BuildKit's state."""
    state_size: str = ""
    """Of the volume that keeps BuildKit's state of a component between builds; empty for none. Emptied when it is more
    than half full."""
    context_limit: int = 1 << 30
    """Bytes of a build's context, before anything of it is left out."""
    kept_for: int = 600
    """How long a finished Job stays, for its logs."""
    stop_timeout: float = 60.0
    """How long a stopped build's pods may take to be gone before that is a failure of the cluster."""
    patience: float = 90.0
    """How long the Kubernetes API may give no answer while a build runs: longer than its servers take to restart."""

    @property
    def state_limit(self) -> int:
        """KiB of kept state with which a build may begin. Raises ValueError when `state_size` is no quantity."""
        return int(quantity(self.state_size or "0") / 2048)

    @property
    def sources(self) -> tuple[str, ...]:
        """URLs of all that builds may reach besides git host and registry."""
        return (*self.package_sources, *self.mirrors.urls)

    @property
    def registry_url(self) -> str:
        return f"{'http' if self.is_plain_http else 'https'}://{self.registry}"
