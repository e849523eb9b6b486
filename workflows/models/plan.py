"""What a repository turned out to be, and the plan made of that and of the project's settings."""

from typing import Literal

from pydantic import Field, JsonValue

from workflows.models.backups import BackupPlan
from workflows.models.base import Commit, Label, Payload
from workflows.models.development import DevelopmentPlan
from workflows.models.project import HealthCheck, PathRoute, PrebuiltImage, Quota, RouteSettings
from workflows.models.repository import Application
from workflows.models.room import RoomPlan
from workflows.models.sources import SourceCommit
from workflows.models.volumes import VolumePlan


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
    """Dockerfiles, build contexts, value files and manifests asked for."""


class BuildPlan(Payload):
    """One image to build. All of it is part of what the image is found again by."""

    component: Label
    context: str
    dockerfile: str
    """Relative to the repository's root; only a name where `generated` is set."""
    target: str = ""
    args: dict[str, str] = Field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    """Names of project secrets that the build mounts (`RUN --mount=type=secret,id=NAME`)."""
    generated: str = ""
    """Text of a Dockerfile that the repository does not have; empty where it has one."""
    ignored: str = ""
    """Text of the `.dockerignore` that goes with a generated one."""
    source: str = ""
    """Name of the source whose files these are; empty for the pull request's own."""


class ReleasePlan(Payload):
    """A Helm release of an environment, whatever it is made of."""

    name: str
    chart: str
    """Directory in the repository, or the name in `repository`; empty for the other sources."""
    source: Literal["repository", "remote", "catalyst", "manifests"] = "repository"
    """Where the chart comes from: the commit, a chart repository, Catalyst's own for applications, or raw manifests
    of the commit wrapped into one."""
    repository: str = ""
    version: str = ""
    value_files: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    values: dict[str, JsonValue] = Field(default_factory=dict)
    is_user_managed: bool = False


class Stage(Payload):
    """Components that are brought up together, once everything of the stages before is ready and its jobs have ended."""

    title: str
    """For people: `database`, `job migrate`."""
    release: str
    """Name of the release they belong to."""
    components: tuple[Label, ...] = ()
    """By their names in the values of Catalyst's own chart; empty for a whole release. What no stage has named yet
    stays as it serves."""


class CredentialPlan(Payload):
    """A Secret of the environment whose values are made up once and kept, such as the password of its database.

    The values never leave the cluster: not into a workflow, a log or a release (invariant 4).
    """

    secret: Label
    made: dict[str, int] = Field(default_factory=dict)
    """Key -> how many random letters and digits."""
    texts: dict[str, str] = Field(default_factory=dict)
    """Key -> text in which `{key}` stands for one of `made`: `postgresql://app:{password}@db:5432/app`."""


class ServiceChart(Payload):
    """A service of the environment that is a chart: a release beside the main one (ENV-017)."""

    name: Label
    release: ReleasePlan
    host: str = ""
    """Name of the Service that the application reaches it by; empty where it has no port."""
    port: int = 0


class RevisionPlan(Payload):
    """The recorded decision that drives a revision; detection may improve without breaking a replay."""

    commit: Commit
    builds: tuple[BuildPlan, ...]
    release: ReleasePlan
    route: RouteSettings
    """Of the root."""
    health: HealthCheck
    quota: Quota
    rollout_timeout_seconds: int
    reasons: tuple[str, ...] = ()
    images: tuple[PrebuiltImage, ...] = ()
    """Images that others build, with their tags filled in."""
    secrets: tuple[str, ...] = ()
    """Names of the project's secrets that the environment gets; never any for untrusted code (invariant 7)."""
    template: str = "development"
    """Key of the template it was made with; its secrets may differ from those of others."""
    application: Application | None = None
    """What was detected, where detection decided."""
    warnings: tuple[str, ...] = ()
    more_routes: tuple[PathRoute, ...] = ()
    """Of paths that lead elsewhere; the longest path that fits wins."""
    stages: tuple[Stage, ...] = ()
    """What is deployed after what; empty for the release as a whole."""
    stages_after_health: tuple[Stage, ...] = ()
    """Jobs that run once the URL answers (`post-deploy`)."""
    extras: ReleasePlan | None = None
    """Services and jobs of a project that brings a chart of its own: a second release, of Catalyst's chart."""
    service_charts: tuple[ServiceChart, ...] = ()
    """Services that are charts, each a release of its own."""
    credentials: tuple[CredentialPlan, ...] = ()
    services: tuple[Label, ...] = ()
    """Components that are the environment's own services (ENV-017): of `extras`, or of the main release where there is none."""
    backups: tuple[BackupPlan, ...] = ()
    """Those of them that are backed up; the components that do it are of the same release."""
    egress: tuple[str, ...] = ()
    """Networks outside that the environment may reach; never any for untrusted code."""
    egress_hosts: tuple[str, ...] = ()
    """Host names that it may reach through an egress proxy of its own, likewise."""
    settings: str = ""
    """Mark of what people had set when it was made."""
    development: DevelopmentPlan | None = None
    """What runs from the code itself, which is brought into a pod that stays; None where an image is deployed."""
    mark: str = ""
    """Mark of the release: a plan with the same one needs no Helm. Empty where every commit makes another release."""
    unchanged: str = ""
    """Why nothing is built or deployed: no file that matters differs from what serves. Empty as a rule."""
    sources: tuple[SourceCommit, ...] = ()
    """Sources that come along with the pull request's, each with the commit that is taken of it."""
    volumes: tuple[VolumePlan, ...] = ()
    """What components of the main release keep of their own accord, beside `services`."""
    room: RoomPlan | None = None
    """How services of a compose file share the quota; None where there is none, or where it is shared by all sources."""
