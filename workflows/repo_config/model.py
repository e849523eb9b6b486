"""The config of a repository, version 1. The docstrings are published as the descriptions of its JSON Schema.

It says how this repository is built and run. What it may use (secrets, resources, egress, lifetime) the project grants;
the config can only take less: `narrowing.py`.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, JsonValue, WithJsonSchema

from workflows.models import JobMoment, JobRun, Schedule, ServiceType
from workflows.repo_config.base import Section
from workflows.repo_config.egress import Destination
from workflows.repo_config.fields import (
    Bytes,
    ChartRepository,
    Command,
    Cpu,
    Directory,
    Image,
    JobTime,
    Lifetime,
    Name,
    Patience,
    Port,
    RelativePath,
    ServiceHost,
    ShortText,
    Text,
    UrlPath,
    VariableName,
    Version,
)
from workflows.repo_config.paths import FILE_NAME, PathFilters

__all__ = [
    "FILE_NAME",
    "NOT_USED_YET",
    "Build",
    "Commands",
    "Health",
    "Job",
    "Process",
    "RepoConfig",
    "Resources",
    "Route",
    "Service",
]

NOT_USED_YET = ("ttl",)
"""Keys that are held against what is granted already, so that configs can be written, and change nothing so far."""

Kind = Literal[
    "compose", "dockerfile", "node", "make", "procfile", "python", "go", "static", "chart"
]
"""`workflows.models.repository.ApplicationKind`, without what stands for nothing found."""
Secrets = Annotated[tuple[VariableName, ...], Field(max_length=100)]
Variables = Annotated[dict[VariableName, Text], Field(max_length=200)]


class Commands(Section):
    """Shell commands that are run in `workdir`, instead of those that were detected."""

    build: Command | None = None
    """Makes what `start` serves, such as `npm run build`."""
    start: Command | None = None
    """Serves as in production, such as `npm start`."""
    dev: Command | None = None
    """Serves and follows changes, such as `npm run dev`."""


class Build(Section):
    """One image that is built from the repository."""

    context: RelativePath = "."
    """Directory that the build sees, relative to the repository's root."""
    dockerfile: RelativePath = "Dockerfile"
    """Relative to the repository's root, not to the context."""
    target: ShortText | None = None
    """Stage of a multi-stage Dockerfile; the last one when left out."""
    args: Variables = Field(default_factory=dict)
    """Values of the Dockerfile's `ARG`s. They stay readable in the image: secrets belong under `secrets`."""
    secrets: Secrets = ()
    """Names of project secrets that the build may mount (`RUN --mount=type=secret,id=NAME`); not kept in the image."""


class Route(Section):
    """Where a path of the public URL leads."""

    path: UrlPath = "/"
    """Everything below this path; the longest path that fits wins."""
    service: Name | None = None
    """Name of the Service; the only one when left out."""
    port: Port | None = None
    """Port of the Service; its first one when left out."""


class Health(Section):
    """When the application counts as well."""

    path: UrlPath = "/"
    """Must answer below 400."""
    timeout: Patience = Field(default=timedelta(minutes=2), json_schema_extra={"default": "2m"})
    """How long the application may take until it answers, such as `90s`."""


class Resources(Section):
    """Limits of the whole environment; what is left out is what the project grants."""

    cpu: Cpu | None = None
    """Cores, such as `2` or `500m`."""
    memory: Bytes | None = None
    """Such as `4Gi`."""
    storage: Bytes | None = None
    """Of all volumes together, such as `10Gi`."""
    pods: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Number of pods."""


class Backups(Section):
    """Of a database, on a volume of their own that pushes and resets leave alone. It counts towards the storage that the
    environment may have."""

    schedule: Annotated[Schedule, WithJsonSchema({"type": "string", "maxLength": 100})] = (
        "0 3 * * *"
    )
    """When, in UTC: five fields of cron such as `0 3 * * *`, a word such as `@daily`, or `never` for only when asked."""
    keep: Annotated[int, Field(ge=1, le=100)] = 7
    """How many of the newest are kept."""
    size: Bytes = "5Gi"
    """Of the volume that holds them."""


class Service(Section):
    """Something the application needs beside it, such as its database. Every environment gets one of its own, and keeps
    its data from push to push."""

    type: ServiceType | None = None
    """A service that Catalyst provides; either this, `image` or `chart`."""
    version: Version | None = None
    """Of a provided service, such as `16`; a usual one when left out. Of a chart from `repository`, such as `2.1.0`."""
    image: Image | None = None
    """An image of your own choice; either this, `type` or `chart`."""
    chart: RelativePath | None = None
    """A Helm chart of your own choice: its name in `repository`, or its directory here. Either this, `type` or `image`."""
    repository: ChartRepository | None = None
    """Where the chart comes from, such as `https://charts.example.com` or `oci://registry.example.com/charts`."""
    values: Annotated[dict[str, JsonValue], WithJsonSchema({"type": "object"})] = Field(
        default_factory=dict
    )
    """Of the chart, as its own documentation names them."""
    host: ServiceHost | None = None
    """Name of the chart's Service that the application is to reach, such as `{release}-master`; the one that charts usually
    have when left out, which is `{release}-CHART`."""
    port: Port | None = None
    """Where the image, or the chart's Service, listens."""
    variables: Variables = Field(default_factory=dict)
    """Environment variables of the service itself."""
    size: Bytes | None = None
    """Of the volume that keeps its data, such as `5Gi`; 1Gi when left out."""
    volume: Directory | None = None
    """Directory of the image whose content is kept; nothing of an image is kept when left out."""
    backups: Backups | None = None
    """Of a service of type `postgres`; what the template says of it when left out."""


class Job(Section):
    """A command around each deployment, such as migrations."""

    when: JobMoment
    """At which moment: `post-build` once images are there, `pre-deploy` once services answer and before the application
    starts, `post-deploy` once the URL answers. A failing one stops the deployment."""
    command: Command
    """Shell command, run by `sh -c` in the image's own directory, with the application's variables."""
    component: Name | None = None
    """Which build's image it runs in; that of the application when left out."""
    run: JobRun = "revision"
    """`revision`: with each commit. `once`: until it has succeeded in this environment, such as a seed."""
    timeout: JobTime = Field(default=timedelta(minutes=10), json_schema_extra={"default": "10m"})
    """How long it may take, such as `90s`."""


class Process(Section):
    """A command that runs beside the application, such as a worker, or a report every night."""

    command: Command
    """Shell command, run by `sh -c` in the image's own directory, with the application's variables."""
    component: Name | None = None
    """Which build's image it runs in; that of the application when left out."""
    schedule: Annotated[Schedule, WithJsonSchema({"type": "string", "maxLength": 100})] | None = (
        None
    )
    """When it is run, in UTC: five fields of cron such as `*/5 * * * *`, or a word such as `@hourly`; always when left
    out."""


class RepoConfig(Section):
    """How Catalyst previews this repository: `.catalyst.yaml` at its root."""

    version: Literal[1]
    """Of this format."""
    template: Name | None = None
    """Which of the project's templates to deploy with; the project's default when left out."""
    kind: Kind | None = None
    """What runs the application, where detection would choose otherwise."""
    workdir: RelativePath = "."
    """Directory of the application, relative to the repository's root."""
    commands: Commands = Commands()
    port: Port | None = None
    """Where the application listens."""
    builds: dict[Name, Build] = Field(default_factory=dict, max_length=20)
    """Images to build, by the name of their component."""
    routes: tuple[Route, ...] = Field(default=(), max_length=50)
    """Where the public URL leads; everything to the application when left out."""
    health: Health = Health()
    variables: Variables = Field(default_factory=dict)
    """Environment variables of the application. Numbers and booleans are taken as they are written."""
    secrets: Secrets | None = None
    """Names of the project's secrets that the application gets as environment variables; all granted ones when left out."""
    paths: PathFilters = PathFilters()
    resources: Resources = Resources()
    ttl: Lifetime | None = None
    """How long the environment lives without activity, such as `3d`; what the project says when left out."""
    services: dict[Name, Service] = Field(default_factory=dict, max_length=20)
    """Databases and the like, by name."""
    jobs: dict[Name, Job] = Field(default_factory=dict, max_length=20)
    """Commands around a deployment, by name; those of one moment run one after another, as they are written."""
    processes: dict[Name, Process] = Field(default_factory=dict, max_length=20)
    """Workers, and commands by the clock, by name."""
    egress: Annotated[tuple[Destination, ...], Field(max_length=100)] | None = None
    """Hosts (`api.example.com`, `*.example.com`) and networks (`192.0.2.0/24`) that the environment may reach, of those
    that the project grants; all of them when left out. Hosts are reached through the environment's egress proxy."""
