"""The shapes that the API promises to programs. Fields are only ever added."""

from typing import Literal

from pydantic import AwareDatetime, Field

from workflows.models import (
    Apart,
    ApplicationKind,
    Failure,
    Label,
    Payload,
    Phase,
    Project,
    Revision,
    Template,
)

StandingState = Literal[
    "fine", "being created", "being removed", "removed", "missing", "left over", "unknown"
]
Code = Literal[
    "INVALID_INPUT",
    "UNAUTHORIZED",
    "NOT_FOUND",
    "CONFLICT",
    "TOO_LARGE",
    "SERVER_ERROR",
    "UNAVAILABLE",
]
"""What a program decides by."""
Action = Literal["retry", "redeploy", "delete", "approve"]


class Links(Payload):
    """Where a person reads more; empty where there is no such place."""

    page: str
    logs: str
    pull_request: str
    """Of an environment that follows none: its branch."""
    shared_with: tuple[str, ...] = ()
    """Of the others whose environment it is too, in the order of their names."""
    commit: str = ""
    """The wanted commit on GitHub."""
    workflow: str = ""
    """The environment's workflow in Temporal's UI."""


class EnvironmentSummary(Payload):
    """One environment in a list."""

    team: Label
    project: Label
    environment: Label
    namespace: str = ""
    repository: str
    number: int
    """Of the pull request; 0 for an environment that follows none."""
    type: str = "preview"
    """`preview` for a pull request's, `agent` for one that was asked for."""
    shared_with: tuple[str, ...] = ()
    """`owner/name#number` of other pull requests whose environment this is too."""
    phase: Phase
    reason: str = ""
    commit: str = ""
    """The commit wanted or at work."""
    branch: str = ""
    title: str = ""
    author: str = ""
    url: str = ""
    """Where the application answers; empty until it does."""
    serving_commit: str = ""
    """What is there: an older commit than `commit` while a newer one is on its way or has failed."""
    is_healthy: bool = True
    """False while that commit's pods have taken the older ones' place and it was not seen to answer, and while nothing
    answers any more."""
    shows: str = ""
    """In words, what is to be found at the URL while that is not the wanted commit, whole and in good health; names and
    commits in backticks."""
    apart: tuple[Apart, ...] = ()
    """Components at another commit than `serving_commit`, or without a pod that is ready."""
    created_at: AwareDatetime
    updated_at: AwareDatetime
    links: Links


class EnvironmentList(Payload):
    environments: tuple[EnvironmentSummary, ...]
    total: int
    """How many there are in all pages."""
    limit: int
    offset: int
    phases: dict[Phase, int] = Field(default_factory=dict)
    """How many environments there are in each phase, whatever the filter; phases with none are left out."""


class Standing(Payload):
    """What is known beyond the record, in words that tell missing from unknown from unreachable (EC-10)."""

    state: StandingState
    explanation: str = ""
    causes: tuple[str, ...] = ()
    """What may have led to it, when something is wrong."""
    actions: tuple[Action, ...] = ()
    """What may be asked for now."""
    workflow: str = ""
    """Temporal's word on the environment's workflow: running, ended, missing, unreachable."""
    cluster: str = ""
    """The cluster's word on the namespace: present, terminating, missing, foreign, unreachable, …"""


class Decision(Payload):
    """What became of an event."""

    at: AwareDatetime
    event: str
    action: str
    decision: str
    reason: str


class EnvironmentDetail(EnvironmentSummary):
    """One environment with its history."""

    standing: Standing
    failure: Failure | None = None
    blockers: tuple[str, ...] = ()
    """What keeps a removal from ending."""
    services: tuple[str, ...] = ()
    """That it has of its own, each of which can be reset."""
    backed_up: tuple[str, ...] = ()
    """Those of them that have backups."""
    revisions: tuple[Revision, ...] = ()
    """Newest first."""
    decisions: tuple[Decision, ...] = ()
    """Newest first."""


class Backup(Payload):
    name: str
    service: str
    at: AwareDatetime
    """When it was finished."""
    bytes: int


class ServiceBackups(Payload):
    """Of one database."""

    service: str
    schedule: str = ""
    """A cron expression in UTC; empty where they are made only when somebody asks, or where that is not known."""
    backups: tuple[Backup, ...] = ()
    """Newest first."""
    note: str = ""
    """Why there are none, or what went wrong last."""


class BackupList(Payload):
    services: tuple[ServiceBackups, ...] = ()
    note: str = ""
    """Why nothing can be said of any."""


class ContainerLog(Payload):
    pod: str
    container: str
    state: str = ""
    """What the container is doing; empty in a kept log."""
    lines: tuple[str, ...] = ()
    note: str = ""
    """Why there are no lines."""
    kept_at: AwareDatetime | None = None
    """When a kept log was copied; None for a live one."""


class Logs(Payload):
    """Logs of an environment, secrets masked."""

    source: Literal["live", "kept", "none"]
    """`kept` when the containers are gone or the cluster cannot be reached."""
    note: str = ""
    """Why there are no live logs."""
    containers: tuple[ContainerLog, ...] = ()


class ProjectList(Payload):
    projects: tuple[Project, ...]


class ProjectWritten(Payload):
    project: Project
    is_new: bool


class Overrides(Payload):
    """What people decided for one environment (ENV-011, ENV-030); null is left to detection and to the project."""

    project: Label
    environment: Label
    workdir: str | None = None
    kind: ApplicationKind | None = None
    dev: str | None = None
    start: str | None = None
    build: str | None = None
    port: int | None = None
    variables: dict[str, str] = Field(default_factory=dict)
    image: str | None = None
    set_by: str = ""
    """Who changed them last, a reset included; empty when nobody ever did."""
    set_at: AwareDatetime | None = None


class OverridesWritten(Payload):
    overrides: Overrides
    changed: tuple[str, ...] = ()
    """Names of what differs from before, such as `start` and `variables.DEBUG`."""
    is_redeploying: bool = False
    message: str
    """What happens next, in a sentence for the person who asked."""


class TemplateSettings(Payload):
    key: Label
    """Of the project."""
    template: str
    settings: Template
    version: str
    """Changes with the settings; sent back with them, it keeps one change from undoing another."""


class TemplateWritten(TemplateSettings):
    is_new: bool = False
    changed: tuple[str, ...] = ()
    """Names of what differs from before, such as `chart` and `application.start`."""
    message: str
    """What happens next, in a sentence for the person who asked."""


class AgentEnvironment(Payload):
    """An environment that was asked for; its own page and REST tell how far it is."""

    project: Label
    environment: Label
    is_new: bool
    """False where it was asked for before."""
    message: str
    """One sentence for whoever asked."""
    page: str


class CommandOutput(Payload):
    text: str = ""
    """Secrets masked."""
    bytes: int = 0
    """That were written in all."""
    is_cut: bool = False
    """The end of it was left out."""


class CommandFinished(Payload):
    """How a command in a container has ended."""

    component: str
    pod: str
    exit_code: int | None = None
    """None when its time was up and it was ended."""
    is_timed_out: bool = False
    seconds: float
    stdout: CommandOutput
    stderr: CommandOutput
    message: str
    """One sentence for whoever asked."""


class Receipt(Payload):
    """What became of a delivery; GitHub shows it in its list of deliveries."""

    decision: str
    reason: str


class Problem(Payload):
    """A problem document (RFC 9457)."""

    type: str
    """`urn:catalyst:problem:…`, one for each code."""
    title: str
    status: int
    detail: str
    code: Code
    hint: str = ""
    """What the caller can do about it."""
    errors: tuple[dict[str, str], ...] = ()
    """For INVALID_INPUT: `where` and `message` of each."""
