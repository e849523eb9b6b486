"""What the builds are told by the process that runs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from activities.manifests import cidr_of
from workflows import naming
from workflows.planning.dockerfiles import Mirrors
from workflows.repo_config.quantities import quantity

DOCKER_HUB = (
    *("https://auth.docker.io", "https://registry-1.docker.io"),
    *("https://production.cloudflare.docker.com", "https://production.cloudfront.docker.com"),
    "https://docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
)
"""What pulling from docker.io asks. https://docs.docker.com/desktop/setup/allow-list/"""


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
    """Where pods clone from, for their network policy."""
    namespace: str = naming.BUILD_NAMESPACE
    deadline: int = 1140
    """For one build; shorter than the activity's limit (20 minutes), so that it ends with its own words."""
    package_sources: tuple[str, ...] = ()
    """URLs of what builds may reach besides, such as private registries; over http where they say so (FR-013)."""
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Where hosts are that are known by name, by host: builds then reach those addresses and no others for them."""
    proxy_image: str = ""
    """With Squid: hosts that are known by name only are then asked through a proxy of it, and opened to nobody else."""
    proxy_timeout: float = 120.0
    """How long that proxy may take to come up."""
    cluster_cidrs: tuple[str, ...] = ()
    """Addresses of the cluster's pods and Services, which a host known by name only does not open."""
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
    def places(self) -> tuple[str, ...]:
        """URLs of all that builds may reach, each once and in a steady order."""
        known = [self.registry_url, self.git_url, *self.package_sources, *self.mirrors.urls]
        if self.mirror:
            known.append(f"{self._scheme}://{self.mirror}")
        return tuple(sorted({each for each in known if each}))

    @property
    def named_hosts(self) -> frozenset[str]:
        """Those of all places that are known by name only."""
        hosts = (urlsplit(each).hostname or "" for each in self.places)
        return frozenset(each for each in hosts if each and not cidr_of(each))

    @property
    def proxied(self) -> tuple[str, ...]:
        """Those of all places that are asked through the proxy, and where base images come from."""
        if not self.proxy_image:
            return ()
        known = [*self.places, *(() if self.mirror else DOCKER_HUB)]
        hosts = {each: urlsplit(each).hostname or "" for each in known}
        return tuple(
            each
            for each, host in sorted(hosts.items())
            if not cidr_of(host) and host not in self.networks
        )

    @property
    def open_hosts(self) -> tuple[str, ...]:
        """Those for which nothing but all public addresses can be opened: no networks of theirs are said, and there is no
        proxy."""
        if self.proxy_image:
            return ()
        return tuple(sorted(self.named_hosts - self.networks.keys()))

    @property
    def registry_url(self) -> str:
        return f"{self._scheme}://{self.registry}"

    @property
    def _scheme(self) -> str:
        return "http" if self.is_plain_http else "https"
