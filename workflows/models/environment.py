"""The environment: who it is, what it follows, and what everybody may know of it."""

from datetime import timedelta

from pydantic import AwareDatetime, ConfigDict, Field

from workflows.models.asked import AskedFor, Wanted
from workflows.models.backups import BackupPlan, BackupRequest, Restore
from workflows.models.base import Commit, FailureKind, Label, Payload, Phase, RevisionState
from workflows.models.repository import Application
from workflows.models.sources import SourceCommit, SourceHead


class Failure(Payload):
    """A cause a person understands. Every text is masked and cut by whoever raised it."""

    kind: FailureKind = FailureKind.PLATFORM
    type: str = "CatalystError"
    message: str = ""
    excerpt: tuple[str, ...] = ()
    """Last lines of the log that explains it."""
    hint: str = ""
    retry_after: timedelta | None = None
    phase: str = ""
    """Where it happened: plan, namespace, build, deploy, rollout, health."""
    attempts: int = 1
    """How often the phase was tried (FR-011: at most 3)."""


class PullRequestRef(Payload):
    """A pull request as GitHub identifies it. The number and the repository's id never change; its name may."""

    installation: int
    repository_id: int
    repository: str
    """`owner/name` as last seen; for links and API paths."""
    number: int
    """0: there is none, and a branch is followed in its place."""
    branch: str = ""
    """That is followed; empty where there is a pull request, or for the repository's default branch."""


class EnvironmentRef(Payload):
    """Which environment, in every activity's input."""

    team: Label
    project: Label
    """The project's key, `{team}-{project}`."""
    environment: Label
    namespace: str = ""
    """Chosen once (readable when free, hashed otherwise); empty until then."""


class PullRequest(Payload):
    """What GitHub says of a pull request right now: the desired state is (open?, head commit)."""

    ref: PullRequestRef
    is_open: bool
    is_draft: bool = False
    is_fork: bool = False
    """Head repository differs from the base repository, or was deleted."""
    is_merged: bool = False
    head_commit: Commit
    head_branch: str
    base_branch: str
    title: str = ""
    author: str = ""
    url: str = ""


class PhaseTiming(Payload):
    phase: str
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None


class JobOutcome(Payload):
    """How a job of a revision has gone that succeeded (ENV-018); one that did not is told as the revision's failure."""

    name: str
    seconds: int | None = None
    """How long it took; None where Kubernetes does not say."""
    is_earlier: bool = False
    """It ran in an earlier revision, and runs once."""


class Revision(Payload):
    """One attempt to bring the environment to one commit."""

    number: int
    id: str
    """Its workflow's id: unique over all lives of the environment."""
    commit: Commit
    state: RevisionState = RevisionState.PENDING
    created_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    failure: Failure | None = None
    reasons: tuple[str, ...] = ()
    """Why the plan is as it is, in the words shown to people."""
    timings: tuple[PhaseTiming, ...] = ()
    told: int = 0
    """Sequence number of the newest progress heard."""
    trigger: str = ""
    """What asked for it: `push`, `opened`, `retry by alice`, …"""
    unchanged: str = ""
    """Why nothing was built or deployed for it: what served before goes on. Empty as a rule."""
    is_degraded: bool = False
    """It failed with its code in place (development mode)."""
    application: Application | None = None
    """What the repository was understood to run, with its commands (ENV-006); None where the project says it all."""
    sources: tuple[SourceCommit, ...] = ()
    """Sources that came along, each at the commit that was taken of it (ENV-016); empty until it was planned."""
    jobs: tuple[JobOutcome, ...] = ()
    """Those that have ended, in their order."""
    own: SourceCommit | None = None
    """Whose commit `commit` is, where pull requests of several sources share the environment; None elsewhere."""


class Approval(Payload):
    """A maintainer's word for exactly one commit of a fork (invariant 7)."""

    commit: Commit
    by: str
    at: AwareDatetime


class Apart(Payload):
    """A component of an application that is not at the commit which answers at the URL."""

    component: str
    commit: Commit | None = None
    """At which it is; None while no pod of it is ready."""


class Serving(Payload):
    """What answers at the URL now; it stays until the pods of a newer revision have taken its place."""

    commit: Commit
    url: str
    since: AwareDatetime
    is_healthy: bool = True
    """False until its health was seen: nothing older answers any more, and whether this one does is not known."""
    settings: str = ""
    """Mark of the settings that it was deployed with; empty where an earlier release of Catalyst deployed it."""
    release: str = ""
    """Mark of the release, where the next commit may do with the same one (development mode)."""
    is_down: bool = False
    """No pod behind the URL is ready: `commit` answered before, and nothing does now."""
    apart: tuple[Apart, ...] = ()
    """An update of several components has ended before it was through: those where that shows."""
    coming: Commit | None = None
    """Its update ended while some of its pods were not ready: it answers if they become so, which nobody waits for."""

    @property
    def is_well(self) -> bool:
        """It was seen healthy, and nothing says that it has ceased to answer."""
        return self.is_healthy and not self.is_down


class Reset(Payload):
    """A person's wish that the data of one service is thrown away; kept until that has happened."""

    id: str
    service: Label


class EnvironmentSnapshot(Payload):
    """Everything the faces may show: written to the read model and, as a report, to GitHub."""

    ref: EnvironmentRef
    workflow_id: str
    pull_request: PullRequestRef
    sequence: int
    """Grows with every change, also across lives of one environment: the newest wins."""
    phase: Phase
    reason: str = ""
    """Why it is in this phase: `skipped: draft`, `fork: needs approval`, the failure's cause, …"""
    commit: Commit | None = None
    """The commit wanted or at work."""
    branch: str = ""
    title: str = ""
    author: str = ""
    serving: Serving | None = None
    revisions: tuple[Revision, ...] = ()
    """Newest first."""
    failure: Failure | None = None
    blockers: tuple[str, ...] = ()
    """What keeps a removal from ending (FR-008)."""
    services: tuple[Label, ...] = ()
    """That the environment has of its own (ENV-017)."""
    backups: tuple[BackupPlan, ...] = ()
    """Those of its services that are backed up."""
    asked: AskedFor | None = None
    """It follows no pull request: somebody asked for it."""
    is_fork: bool | None = None
    """Whether its code is a fork's, which nobody vouches for; None while that is not known."""
    shared_with: tuple[PullRequestRef, ...] = ()
    """Other pull requests of the same branch name whose environment this is too (ENV-016)."""
    created_at: AwareDatetime
    updated_at: AwareDatetime


class EventDecision(Payload):
    """Every event ends in a visible decision with a reason (spec section 7, number 2)."""

    at: AwareDatetime
    repository: str
    repository_id: int = 0
    number: int = 0
    environment: str = ""
    """`project/environment` of one that follows no pull request."""
    delivery: str = ""
    event: str = ""
    action: str = ""
    decision: str
    reason: str


class Member(Payload):
    """A further pull request that shares an environment; a part of its state, and changed in place with it."""

    model_config = ConfigDict(frozen=False, extra="ignore")

    pull_request: PullRequestRef
    source: str = ""
    """Name of its source in the project."""
    pull: PullRequest | None = None
    """As last read; None until then."""
    closed_at: AwareDatetime | None = None
    """These three as the environment has them for the pull request that leads."""
    announced_commit: Commit | None = None
    announced_at: AwareDatetime | None = None
    reason: str = ""
    """Why it does not share the environment any more."""


class EnvironmentState(Payload):
    """The entity's own memory: its workflow's input, carried through continue-as-new."""

    model_config = ConfigDict(frozen=False, extra="ignore")

    ref: EnvironmentRef
    pull_request: PullRequestRef
    run8: str = ""
    """First 8 characters of the entity's first run id: keeps a reopened environment's ids apart from its former life's."""
    pull: PullRequest | None = None
    deliveries: list[str] = Field(default_factory=list)
    """GUIDs of the last deliveries, oldest first; a list, since sets have no order in a replay."""
    commit: Commit | None = None
    """Commit of the last revision begun; None after a removal, so that the same head deploys again."""
    count: int = 0
    sequence: int = 0
    phase: Phase = Phase.PENDING
    reason: str = ""
    serving: Serving | None = None
    revisions: list[Revision] = Field(default_factory=list)
    """Newest first."""
    failure: Failure | None = None
    blockers: list[str] = Field(default_factory=list)
    approval: Approval | None = None
    is_stopped: bool = False
    """A person deleted it; it stays away until the next push or a `redeploy`."""
    has_resources: bool = False
    """Something may exist in cluster or registry; set before the first step that creates."""
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    deploy_drafts: bool = False
    """The project's setting as last told; a draft is skipped visibly otherwise."""
    closed_at: AwareDatetime | None = None
    """When a close was announced that no reopening followed: `open` is not believed for a moment (invariant 2)."""
    announced_commit: Commit | None = None
    """Head commit that the newest event told."""
    announced_at: AwareDatetime | None = None
    stopped_commit: Commit | None = None
    """Head commit when a person deleted the environment: any other head is a push and starts it again."""
    stopped_by: str = ""
    unconfirmed: str = ""
    """Id of a revision that ended without proof that its work has stopped; asked for before the next one begins."""
    moved: str = ""
    """In words, which source moved that came along: the same head is deployed again for it. Empty as a rule."""
    told_commit: Commit | None = None
    """Head commit that the environments of other sources were told of."""
    decisions: list[EventDecision] = Field(default_factory=list)
    """Not recorded yet, oldest first; unlike a picture, a later one does not contain them."""
    services: list[Label] = Field(default_factory=list)
    """Of its own, as the newest plan has them."""
    resets: list[Reset] = Field(default_factory=list)
    """Not carried out yet: every revision that begins is told of them, until one has thrown the data away."""
    backups: list[BackupPlan] = Field(default_factory=list)
    """Of its services, as the newest plan has them."""
    backups_wanted: list[BackupRequest] = Field(default_factory=list)
    """Of now; the first one is at work."""
    restores: list[Restore] = Field(default_factory=list)
    """Not carried out yet, as `resets`."""
    after_reset: bool = False
    """Data was thrown away by a revision that may not have come so far as to begin anew what works with it."""
    after_restore: bool = False
    """Data was brought back, likewise."""
    wanted: Wanted | None = None
    """A person's wish that no look has acted upon, carried through continue-as-new."""
    asked: AskedFor | None = None
    """It follows no pull request: somebody asked for it, and once it is removed it is over."""
    source: str = ""
    """Name of the source whose pull request leads; known where an environment is shared (ENV-016)."""
    members: list[Member] = Field(default_factory=list)
    """Further pull requests of the same branch name that share the environment, in the order in which they came."""
    departed: list[Member] = Field(default_factory=list)
    """Closed while the environment goes on, and not told of it yet."""
    left: list[int] = Field(default_factory=list)
    """Repositories whose pull requests were closed while the environment goes on: their default branch is taken."""
    begun: list[SourceHead] = Field(default_factory=list)
    """What the last revision begun was asked to take of other sources."""
