"""A commit's files as far as detection reads them, and what they were understood to be (ENV-006 to 009, 011, 024)."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from workflows.models.base import Payload


class ApplicationKind(StrEnum):
    """What runs the application; in the order of precedence (ENV-007)."""

    COMPOSE = "compose"
    DOCKERFILE = "dockerfile"
    NODE = "node"
    MAKE = "make"
    PROCFILE = "procfile"
    PYTHON = "python"
    GO = "go"
    STATIC = "static"
    CHART = "chart"
    NONE = "none"


PackageManager = Literal["", "npm", "pnpm", "yarn", "bun", "pip", "uv", "poetry", "pipenv", "go"]


class RepositoryTree(Payload):
    """The regular files of one commit. Paths are POSIX, relative to the repository's root."""

    paths: tuple[str, ...] = ()
    """All of them, sorted."""
    texts: dict[str, str] = Field(default_factory=dict)
    """UTF-8 texts of the files detection is interested in, each cut to 256 KiB."""
    documents: dict[str, JsonValue] = Field(default_factory=dict)
    """Parsed YAML, JSON and TOML of those of them that are such."""
    lines: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Of compose files: where their values stand, JSON pointer to line; at its key what stands in a mapping."""
    tags: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Of compose files that have some: JSON pointer to `!reset` or `!override`."""
    problems: dict[str, str] = Field(default_factory=dict)
    """Path to why it could not be read: not UTF-8, not valid YAML (with the line), too large."""


class DetectionOverrides(Payload):
    """What people have decided themselves (ENV-011). Empty values are detected."""

    workdir: str = ""
    kind: ApplicationKind | None = None
    dev: str = ""
    start: str = ""
    build: str = ""
    port: int = Field(default=0, ge=0, le=65535)


class Application(Payload):
    """What would run. Commands are for a shell in `workdir`; an empty one means that there is none."""

    kind: ApplicationKind = ApplicationKind.NONE
    workdir: str = "."
    """Relative to the repository's root; always inside of it."""
    workspace: str = ""
    """Directory of the workspace that `workdir` is a member of: a build needs all of it. Empty when it is alone."""
    language: str = ""
    """`node`, `python`, `go`, or empty where a compose file, a Dockerfile or a chart decides."""
    framework: str = ""
    """`nextjs`, `vite`, `django`, …"""
    language_version: str = ""
    """As far as the repository says: `22`, `3.12`, `1.24`."""
    is_version_minimum: bool = False
    """Newer versions will do as well: the repository names a lower bound and no pin."""
    package_manager: PackageManager = ""
    install: str = ""
    build: str = ""
    start: str = ""
    """Serves as in production, after `install` and `build`."""
    dev: str = ""
    """Serves and follows changes, after `install`."""
    port: int = Field(default=0, ge=0, le=65535)
    """Where it listens; 0 when nothing says so."""
    variables: dict[str, str] = Field(default_factory=dict)
    """What it needs to be told to listen there, unless the project sets them; values may hold `{host}`."""
    dockerfile: str = ""
    compose: str = ""
    is_base_container: bool = False
    """Nothing says how to start it: a base container answers in its place, and says what is missing (ENV-008)."""


class Candidate(Payload):
    """Another application that was found, and why it was not chosen."""

    kind: ApplicationKind
    workdir: str
    path: str
    """The file that speaks for it."""
    framework: str = ""
    reason: str


class FoundChart(Payload):
    """A Helm chart of the repository; parts of other charts and library charts are left out."""

    path: str
    """Its directory."""
    name: str = ""
    version: str = ""


class Devcontainer(Payload):
    """What devcontainer.json asks for, as far as Catalyst honours it (ENV-024)."""

    path: str
    image: str = ""
    dockerfile: str = ""
    context: str = ""
    target: str = ""
    args: dict[str, str] = Field(default_factory=dict)
    compose: tuple[str, ...] = ()
    service: str = ""
    """The service of `compose` that is the container to work in."""
    post_create: tuple[str, ...] = ()
    """Shell commands, in order."""
    forward_ports: tuple[int, ...] = ()
    remote_env: dict[str, str] = Field(default_factory=dict)


class Understanding(Payload):
    """What a repository was understood to be, and why: the reasons are full sentences for people."""

    application: Application = Application()
    candidates: tuple[Candidate, ...] = ()
    backing_compose: str = ""
    """A compose file of databases, caches and brokers alone: its services come along."""
    backing_services: tuple[str, ...] = ()
    devcontainer: Devcontainer | None = None
    charts: tuple[FoundChart, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
