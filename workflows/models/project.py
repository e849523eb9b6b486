"""What people configure: a project, its repositories, and how each type of its environments is deployed."""

from typing import Literal

from pydantic import Field, JsonValue

from workflows.models.base import Label, Payload
from workflows.models.repository import DetectionOverrides
from workflows.models.services import JobSettings, ProcessSettings, ServiceSettings


class HealthCheck(Payload):
    path: str = Field(default="/", pattern=r"^/")
    timeout_seconds: int = Field(default=120, ge=5, le=1800)
    """How long the application may take until it answers below 400 on `path`."""


class Quota(Payload):
    """ResourceQuota and LimitRange of an environment (FR-010), in Kubernetes quantities."""

    cpu: str = "4"
    memory: str = "8Gi"
    storage: str = "20Gi"
    pods: int = 50
    default_cpu: str = "500m"
    default_memory: str = "512Mi"
    default_cpu_request: str = "50m"
    default_memory_request: str = "128Mi"


class BuildSettings(Payload):
    """One image to build from the repository."""

    component: Label = "web"
    context: str = "."
    dockerfile: str = "Dockerfile"
    """Relative to the repository's root."""
    target: str = ""
    args: dict[str, str] = Field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    """Names of project secrets that the build may mount; each must be granted by the template."""


class RouteSettings(Payload):
    """Where the public URL leads. Empty values are found in the release: its only Service, its first port."""

    service: str = ""
    port: int = Field(default=0, ge=0, le=65535)


class PathRoute(RouteSettings):
    """Where everything below a path of the public URL leads."""

    path: str


class PrebuiltImage(Payload):
    """An image that somebody else builds (ENV-013)."""

    component: Label = "web"
    image: str
    """`registry/repository:tag`; the tag may hold `{sha}`, `{short_sha}`, `{branch_slug}` and `{number}`."""
    check: str = ""
    """Name of the commit's check run that must have succeeded before the image is looked for; empty for none."""
    timeout_seconds: int = Field(default=1200, ge=10, le=7200)
    """How long check and image may take."""


TemplateMode = Literal["deployment", "development"]
TemplateType = Literal["auto", "helm", "dockerfile", "compose", "image", "manifests"]


SourceType = Literal["auto", "dockerfile", "compose", "image"]


class SourceSettings(Payload):
    """One source of a project in the environments of a template, whichever pull request they belong to (ENV-016).

    What is said here holds for that source in place of what the template says itself.
    """

    source: Label
    """Its name in the project."""
    path: str = Field(default="", pattern=r"^(/[^\s?#]*)?$", max_length=255)
    """Of the public URL, below which it is reached, such as `/api`; empty: nowhere, or at `/` for the pull request's own
    source where no other has that."""
    type: SourceType = "auto"
    """Every source is a part of one release of Catalyst's own chart; there is none for charts of repositories."""
    builds: tuple[BuildSettings, ...] = (BuildSettings(),)
    compose: str = ""
    images: tuple[PrebuiltImage, ...] = ()
    application: DetectionOverrides = DetectionOverrides()
    variables: dict[str, str] = Field(default_factory=dict)
    """Over the template's own."""
    services: dict[str, ServiceSettings] = Field(default_factory=dict)
    jobs: dict[str, JobSettings] = Field(default_factory=dict)
    processes: dict[str, ProcessSettings] = Field(default_factory=dict)
    route: RouteSettings = RouteSettings()
    """Which of its components `path` leads to; empty for the one that its own environments show."""


class Template(Payload):
    """How one type of environment is deployed. Paths are relative to the repository's root."""

    type: TemplateType = "helm"
    """`auto` is what the repository turns out to be; `dockerfile` and `image` run in Catalyst's own chart."""
    mode: TemplateMode = "deployment"
    """`development`, for type `auto`: no image is built; a development server runs from the code of the branch, which
    follows every push in place (ENV-005)."""
    # --- helm
    chart: str = "chart"
    """Directory of the chart; with `chart_repository` its name there."""
    chart_repository: str = ""
    """`https://…` or `oci://…`, for a chart that is not the repository's own."""
    chart_version: str = ""
    """Of a chart from `chart_repository`; required there, so that one commit always means one release."""
    value_files: tuple[str, ...] = ()
    """Files of the repository, each merged over the ones before and over the chart's own values. Their strings may hold
    the same placeholders as `values`, unless the chart is user-managed."""
    values: dict[str, JsonValue] = Field(default_factory=dict)
    """Merged over all of them; strings may hold `{image}`, `{digest}`, `{commit}`, `{url}`, `{host}`, …"""
    is_user_managed: bool = False
    """Chart and values pass through untouched: Catalyst adds no values of its own (ENV-014)."""
    # --- dockerfile, helm
    builds: tuple[BuildSettings, ...] = (BuildSettings(),)
    # --- compose
    compose: str = ""
    """Docker Compose file; empty for the one that Compose itself takes at the root."""
    # --- image, helm
    images: tuple[PrebuiltImage, ...] = ()
    # --- manifests
    manifests: tuple[str, ...] = ("k8s",)
    """Files, or directories whose `.yaml`, `.yml` and `.json` files are taken, in the order of their names."""
    # --- the application, where Catalyst's own chart runs it
    application: DetectionOverrides = DetectionOverrides()
    """What is not left to detection, for all environments of this template (ENV-011)."""
    variables: dict[str, str] = Field(default_factory=dict)
    """Environment variables (ENV-030)."""
    services: dict[str, ServiceSettings] = Field(default_factory=dict)
    """Databases and the like, by name (ENV-017); a repository's `.catalyst.yaml` may add some and replace them by name."""
    jobs: dict[str, JobSettings] = Field(default_factory=dict)
    """Commands around a deployment, by name and in this order (ENV-018); the file may add and replace them likewise."""
    processes: dict[str, ProcessSettings] = Field(default_factory=dict)
    """Workers, and commands by the clock, beside the application by name; likewise."""
    # --- other repositories
    sources: tuple[SourceSettings, ...] = ()
    """Sources of the project that make up an environment together, beside the pull request's own (ENV-016)."""
    # --- grants, for every type
    is_selectable: bool = False
    """Whether a repository's `.catalyst.yaml` may choose this template, with all that it grants. What a pull request
    writes must never reach the secrets of production (EC-6); the template that an environment has by itself needs no
    choice."""
    secrets: tuple[str, ...] = ()
    """Names of the project's secrets that environments may have (ENV-029); the configuration file can only take fewer."""
    egress: tuple[str, ...] = ()
    """Hosts and networks that environments may reach."""
    ttl_seconds: int = Field(default=0, ge=0)
    """The longest life without activity; 0 for no limit."""
    route: RouteSettings = RouteSettings()
    health: HealthCheck = HealthCheck()
    quota: Quota = Quota()
    rollout_timeout_seconds: int = Field(default=300, ge=10, le=3600)


class Source(Payload):
    """A repository of a project. A repository id belongs to one project."""

    name: Label
    repository_id: int
    repository: str
    """`owner/name`; updated when GitHub tells of a rename."""
    installation: int


class Project(Payload):
    key: Label
    """`{team}-{project}`, unique and immutable."""
    team: Label
    name: Label
    sources: tuple[Source, ...]
    templates: dict[str, Template] = Field(default_factory=lambda: {"development": Template()})
    variables: dict[str, str] = Field(default_factory=dict)
    """Environment variables of every environment; a template's own come before them."""
    drafts: Literal["skip", "deploy"] = "skip"
    """Whether drafts get a preview; skipped ones say so in their comment."""
    share_by_branch: bool = False
    """Pull requests of the sources that the template `development` names in `sources` share one environment where
    their branches have the same name (ENV-016). Holds for environments that begin afterwards."""
