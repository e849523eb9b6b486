"""Everything the worker reads from its environment; nothing else of ours reads it."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from worker.directories import Directories
from worker.networks import HostNetworks, Network

_CHECKOUT = Path(__file__).parents[1]
_APP_CHART = Path("charts/app")


def find_app_chart(checkout: Path = _CHECKOUT, prefix: Path = Path(sys.prefix)) -> Path:
    """Where Catalyst's own chart is: beside the sources, else where an installed package puts its data."""
    beside = checkout / "deploy" / _APP_CHART
    return beside if beside.is_dir() else prefix / "share/catalyst" / _APP_CHART


def check_mirror(url: str) -> str:
    """Raises ValueError for what is no address of a registry, or one with a password: a build's arguments are no secret."""
    parts = urlsplit(url)
    if url and (
        parts.scheme not in ("http", "https") or not parts.hostname or any(map(str.isspace, url))
    ):
        raise ValueError("a mirror is an `https://…` or `http://…` URL")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(
            "a mirror's URL has neither a user nor a query: everybody who builds can read it"
        )
    return url


MirrorURL = Annotated[str, AfterValidator(check_mirror)]


class WorkerSettings(BaseSettings):
    """`CATALYST_WORKER_…` variables. Temporal's own come from its standard variables (`TEMPORAL_ADDRESS`, …)."""

    model_config = SettingsConfigDict(
        env_prefix="CATALYST_WORKER_",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # a URL may hold a password
    )

    database_url: str = "sqlite+aiosqlite:///catalyst.db"
    """The read model and what people configure; API and worker share it."""

    kubeconfig: Path
    """Cluster that environments run in. A file, never a token on a command line."""

    github_url: str = "https://api.github.com"
    """REST API; its host and port must be those in the URLs of its answers, or PyGithub refuses them."""
    git_url: str = "https://github.com"
    """Where `{git_url}/{owner}/{name}.git` is cloned from, by the worker and by build pods."""
    github_app_id: int
    github_app_key: Path
    """PEM file with the App's private key; read once at start."""

    registry: str
    """`host:port` under which worker, kubelet and build pods reach the registry alike."""
    registry_is_plain_http: bool = False
    """True on the local stack only."""
    builder_image: str
    """Rootless BuildKit with git."""
    tools_image: str = ""
    """Container `code` of development environments: it takes in code that is worked on, and is what people and agents
    find there besides the language's own. It lets jobs wait until services accept connections, too. Needs `/bin/sh`, git
    and timeout, and `nc -z` or bash; runs as root without capabilities. Empty: `builder_image`, which has all of it (ENV-033)."""
    registry_mirror: str = ""
    """Registry that BuildKit asks for images of docker.io; empty: the real one."""
    build_sources: tuple[str, ...] = ()
    """What builds may reach besides Git host and registry, and docker.io where there is no `registry_mirror`: private
    registries and approved package sources, as a JSON list of `https://…` and `http://…` URLs (FR-013)."""
    build_networks: HostNetworks = Field(default_factory=dict)
    """Networks of hosts that builds know by name only, as a JSON object: `{"github.com": ["140.82.112.0/20"]}`. They are
    reached there directly; a host without an entry through the proxy of `egress_proxy_image`. Without that image it opens
    its port (443) on every public address, for each step of a build. Needed too for one with a private address. Whoever
    redirects, as registries do for layers, needs an entry for both hosts, the other one in `build_sources` (FR-013)."""

    npm_mirror: MirrorURL = ""
    """Registry of npm packages that builds use instead of npm's own, such as `https://packages.example.com/npm/`."""
    pypi_mirror: MirrorURL = ""
    """Simple index of Python packages instead of PyPI's, such as `https://packages.example.com/pypi/simple/`."""

    build_state_size: str = Field(default="", pattern=r"^([1-9][0-9]*(Mi|Gi|Ti))?$")
    """Size of the volume that keeps base images, layers and caches of a component's builds for its next build, such as
    `10Gi`, from the default storage class; empty: none, and builds have the registry's cache alone."""

    helm: Path = Path("helm")
    """Helm 4; pyhelm3 refuses other majors."""
    app_chart: Path = Field(default_factory=find_app_chart)
    """Directory of Catalyst's own chart for applications that bring none."""
    chart_repositories: tuple[str, ...] = ()
    """Where charts and their dependencies may come from: beginnings of `https://…` and `oci://…` URLs, as a JSON list.
    Empty: anywhere the worker can reach, internal addresses too; then limit its egress instead."""

    domain: str = "localhost"
    """Previews answer at `{namespace}.{domain}`."""
    public_scheme: str = "http"
    public_port: int = 80
    inner_domain: str = ""
    """Second domain that the cluster's own DNS resolves to the ingress."""
    ingress: str = "127.0.0.1:80"
    """`host:port` of the ingress as the worker reaches it, for health checks."""
    ingress_namespace: str = "catalyst-ingress"
    """Whose pods may reach previews (FR-013)."""
    ingress_cidr: str = ""
    """Address block of an ingress that runs outside the pod network, such as on the node itself."""
    cluster_cidrs: tuple[Network, ...] = ()
    """Address blocks of the cluster's pods and Services, as a JSON list: neither what projects open for their environments
    (T-5) nor a host that builds know by name only (FR-013) includes these."""
    egress_proxy_image: str = ""
    """Image with Squid, such as `docker.io/ubuntu/squid:latest`, for the proxies through which previews reach approved host
    names (T-5) and builds what they know by name (FR-013); empty: only networks are opened to previews, and hosts of
    builds to everybody."""
    development_directories: Directories = Field(default_factory=dict)
    """Directories of the node that environments to work in may have as their code, by the key of the project, as a JSON
    object: `{"acme-shop": "/srv/code/shop"}`. Never for pull requests (ENV-005)."""
    gateway: str = "catalyst-system/catalyst"
    """`namespace/name` of the Gateway that previews' routes attach to."""
    ingress_class: str = ""
    """Class of the Ingresses that previews get instead, for clusters without Gateway API."""
    probe_image: str = ""
    """Image with a shell, for the pod that finds out whether the cluster enforces network policies (FR-013)."""

    web_url: str = "http://127.0.0.1:8080"
    """Catalyst's own pages, for the links in comments."""
    temporal_ui_url: str = ""
    """Temporal's UI, for the links in comments; empty: no link."""

    health_listen: str = "127.0.0.1:9465"
    """`/healthz` and `/readyz`."""

    shutdown_grace: timedelta = timedelta(seconds=45)
    """Shorter than the pod's terminationGracePeriodSeconds (60), or the kubelet cuts it off."""
    max_workflow_tasks: int = Field(default=8, ge=2)
    """Few slots are faster in Python (GIL) and keep the deadlock detector quiet after a restart."""
    max_cached_workflows: int = Field(default=2_500, ge=100)
    """Above live environments + revisions + reporters, or every event replays a whole history."""
    max_activities: int = Field(default=50, ge=1)
    """A queue. Each waits rather than works; the cluster's capacity is granted elsewhere."""
    max_github_threads: int = Field(default=8, ge=1)
    """PyGithub and git block a thread each; as many threads as slots, or calls queue with their clock running."""
    reconcile_every: timedelta = timedelta(minutes=5)
    """Backstop for lost webhooks (EC-5)."""
    log_level: str = "INFO"
