"""What a project is configured to be, what a repository turned out to be, and the plan made of both."""

from typing import Literal

from pydantic import Field, JsonValue

from workflows.models.base import Commit, Label, Payload


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


class RouteSettings(Payload):
    """Where the public URL leads. Empty values are found in the release: its only Service, its first port."""

    service: str = ""
    port: int = Field(default=0, ge=0, le=65535)


class Template(Payload):
    """How one type of environment is deployed."""

    type: Literal["helm"] = "helm"
    chart: str = "chart"
    """Directory of the chart, relative to the repository's root."""
    values: dict[str, JsonValue] = Field(default_factory=dict)
    """Merged over the chart's own; strings may hold `{image}`, `{digest}`, `{commit}`, `{url}`, `{host}`, …"""
    builds: tuple[BuildSettings, ...] = (BuildSettings(),)
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
    drafts: Literal["skip", "deploy"] = "skip"
    """Whether drafts get a preview; skipped ones say so in their comment."""


class ChartFacts(Payload):
    """What was found at the chart's path. `error` is set when it cannot be used, with file and line."""

    path: str
    is_present: bool
    is_inside: bool = True
    """False when the path, or a link on it, leads out of the repository."""
    name: str = ""
    version: str = ""
    error: str = ""


class FileFacts(Payload):
    path: str
    is_present: bool
    is_inside: bool = True


class RepositoryFacts(Payload):
    """A commit, described as far as planning asks; no file contents travel."""

    commit: Commit
    charts: tuple[ChartFacts, ...] = ()
    files: tuple[FileFacts, ...] = ()
    """Dockerfiles and build contexts asked for by the template."""


class BuildPlan(Payload):
    component: Label
    context: str
    dockerfile: str
    target: str = ""
    args: dict[str, str] = Field(default_factory=dict)


class ReleasePlan(Payload):
    name: str
    chart: str
    values: dict[str, JsonValue] = Field(default_factory=dict)


class RevisionPlan(Payload):
    """The recorded decision that drives a revision; detection may improve without breaking a replay."""

    commit: Commit
    builds: tuple[BuildPlan, ...]
    release: ReleasePlan
    route: RouteSettings
    health: HealthCheck
    quota: Quota
    rollout_timeout_seconds: int
    reasons: tuple[str, ...] = ()
