"""Inputs and results of activities and workflows, and the messages an environment understands."""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from workflows.models.base import Commit, Payload, Phase
from workflows.models.environment import (
    EnvironmentRef,
    EnvironmentSnapshot,
    Failure,
    PhaseTiming,
    PullRequest,
    PullRequestRef,
)
from workflows.models.plan import (
    BuildPlan,
    HealthCheck,
    Quota,
    ReleasePlan,
    RouteSettings,
)


class GitHubEvent(Payload):
    """A hint to look again. What to do is read from GitHub, so order and repetition do no harm (EC-9)."""

    delivery: str
    """GUID of the delivery; the same on a redelivery."""
    event: str
    action: str = ""
    sender: str = ""


# --- commands (updates) and their answers ------------------------------------------------------------


class PersonCommand(Payload):
    """What a person asked an environment to do."""

    actor: str
    face: str = "rest"
    """Where it came from: rest, web, cli, mcp, comment, resource."""


class ApproveCommand(PersonCommand):
    commit: Commit
    """Approval counts for exactly this commit and is refused when the head has moved."""


class CommandResult(Payload):
    message: str
    """One sentence for the person who asked."""
    phase: Phase


# --- revision ----------------------------------------------------------------------------------------


class RevisionInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    number: int
    id: str
    environment_workflow_id: str
    branch: str = ""
    is_trusted: bool = True
    """False for the code of a fork: no secrets (invariant 7)."""


class RevisionProgress(Payload):
    """Sent by the revision to its environment at every step."""

    number: int
    phase: Phase
    reason: str = ""
    namespace: str = ""
    reasons: tuple[str, ...] = ()
    timings: tuple[PhaseTiming, ...] = ()


class RevisionResult(Payload):
    state: Literal["succeeded", "failed"]
    url: str = ""
    failure: Failure | None = None
    reasons: tuple[str, ...] = ()
    timings: tuple[PhaseTiming, ...] = ()


# --- activities: source ------------------------------------------------------------------------------


class PlanRevisionInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    template: str = "development"


class ReadPullRequestInput(Payload):
    pull_request: PullRequestRef


class ListOpenPullRequestsInput(Payload):
    installation: int
    repository_id: int
    repository: str


class ListOpenPullRequestsResult(Payload):
    pull_requests: tuple[PullRequest, ...]
    """Complete, or the activity has failed: a short list never passes for a whole one."""


# --- activities: namespace, build, release, health ---------------------------------------------------


class ChooseNamespaceInput(Payload):
    ref: EnvironmentRef


class ChooseNamespaceResult(Payload):
    namespace: str


class EnsureNamespaceInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    branch: str
    quota: Quota


class EnsureNamespaceResult(Payload):
    warnings: tuple[str, ...] = ()
    """What a person should know, such as a cluster that does not enforce network policies (FR-013)."""


class BuildImageInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    revision: str
    build: BuildPlan


class BuildImageResult(Payload):
    component: str
    image: str
    """`registry/repository@sha256:…`."""
    repository: str
    digest: str
    was_present: bool = False
    """True when an image of the same content was found and nothing was built."""


class DeployReleaseInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    revision: str
    release: ReleasePlan
    images: tuple[BuildImageResult, ...]
    branch: str = ""


class DeployReleaseResult(Payload):
    release_revision: int
    """Helm's own revision number."""
    chart: str


class WaitForRolloutInput(Payload):
    ref: EnvironmentRef
    commit: Commit
    release: str
    timeout: timedelta


class EnsureRouteInput(Payload):
    ref: EnvironmentRef
    release: str
    route: RouteSettings


class EnsureRouteResult(Payload):
    url: str
    """Public URL, `http(s)://host[:port]/`."""
    host: str
    service: str
    port: int


class CheckHealthInput(Payload):
    ref: EnvironmentRef
    commit: Commit
    url: str
    release: str
    health: HealthCheck


class CheckHealthResult(Payload):
    status: int
    """HTTP status of the first good answer."""


class StopRevisionInput(Payload):
    """Confirm that nothing of a revision runs any more."""

    ref: EnvironmentRef
    revision: str
    release: str = ""


# --- activities: removal -----------------------------------------------------------------------------


class RemoveInput(Payload):
    """Subject of every removal step."""

    ref: EnvironmentRef
    release: str = ""


class RemoveResult(Payload):
    is_gone: bool
    blockers: tuple[str, ...] = ()
    """Kind, name and finalizer of what blocks, in words."""


class TeardownInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    environment_workflow_id: str
    reason: str


class TeardownProgress(Payload):
    blockers: tuple[str, ...]


# --- activities: reporting ---------------------------------------------------------------------------


class Report(Payload):
    """The newest wanted picture of one pull request."""

    snapshot: EnvironmentSnapshot
    acknowledge: bool = False
    """Signal `report_written` to the environment once all surfaces show it (the last edit after a removal)."""


class ReportWritten(Payload):
    sequence: int


class SubmitReportInput(Payload):
    report: Report


class Surfaces(Payload):
    """What the reporter has written for one pull request, so that it edits and never repeats."""

    comment_id: int | None = None
    comment_hash: str = ""
    deployments: dict[str, int] = Field(default_factory=dict)
    """Revision id -> GitHub deployment id."""
    deployment_states: dict[str, str] = Field(default_factory=dict)
    """Revision id -> last status posted."""
    check_runs: dict[str, int] = Field(default_factory=dict)
    check_states: dict[str, str] = Field(default_factory=dict)


class SurfaceWrite(Payload):
    """One write to GitHub, chosen by `workflows.planning` from a report and what was written before."""

    surface: Literal["comment", "deployment", "deployment_status", "check_run"]
    revision: str = ""
    """Revision id for deployments and check runs."""
    state: str = ""
    """Wanted deployment state or check conclusion/status."""


class WriteSurfaceInput(Payload):
    report: Report
    write: SurfaceWrite
    surfaces: Surfaces


class WriteSurfaceResult(Payload):
    surfaces: Surfaces
    """The input's, with what this write has added."""
    was_written: bool = True


# --- activities: store and reconcile -----------------------------------------------------------------


class RecordEnvironmentInput(Payload):
    snapshot: EnvironmentSnapshot


class RecordDecisionInput(Payload):
    """Every event ends in a visible decision with a reason (spec section 7, number 2)."""

    at: AwareDatetime
    repository: str
    repository_id: int = 0
    number: int = 0
    delivery: str = ""
    event: str = ""
    action: str = ""
    decision: str
    reason: str


class KeepLogsInput(Payload):
    ref: EnvironmentRef
    revision: str = ""


class ProjectSource(Payload):
    """One repository to reconcile."""

    team: str
    project: str
    installation: int
    repository_id: int
    repository: str


class ListSourcesResult(Payload):
    sources: tuple[ProjectSource, ...]


class EnvironmentNamespace(Payload):
    """A namespace of ours as found in the cluster, read from its labels and annotations."""

    ref: EnvironmentRef
    pull_request: PullRequestRef
    uid: str
    is_terminating: bool = False


class ListNamespacesResult(Payload):
    namespaces: tuple[EnvironmentNamespace, ...]


class RunningEnvironment(Payload):
    workflow_id: str
    repository_id: int
    number: int
    commit: str = ""


class ListRunningResult(Payload):
    environments: tuple[RunningEnvironment, ...]


class StartEnvironmentInput(Payload):
    """Start or wake the entity of a pull request with a hint."""

    ref: EnvironmentRef
    pull_request: PullRequestRef
    reason: str


class ReconcileInput(Payload):
    pass


class ReconcileResult(Payload):
    started: tuple[str, ...] = ()
    nudged: tuple[str, ...] = ()
    leftover: tuple[str, ...] = ()
    """Left over in this round; acted upon when the next round finds them again."""
    removed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be read or repaired, for operators (OPS-6)."""
