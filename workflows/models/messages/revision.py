"""One revision: its input, its progress, its steps and its result."""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime

from workflows.models.backups import BackupPlan, Restore
from workflows.models.base import Commit, Payload, Phase
from workflows.models.environment import (
    EnvironmentRef,
    Failure,
    JobOutcome,
    PhaseTiming,
    PullRequest,
    PullRequestRef,
    Reset,
    Serving,
)
from workflows.models.plan import BuildPlan, ReleasePlan
from workflows.models.project import HealthCheck, PathRoute, Quota, RouteSettings
from workflows.models.repository import Application
from workflows.models.sources import SourceCommit, SourceHead


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
    serving: Serving | None = None
    """What serves unharmed and may go on doing so, where nothing that matters differs from it; None: deploy in any
    case."""
    resets: tuple[Reset, ...] = ()
    """Services whose data is thrown away before anything is deployed."""
    restores: tuple[Restore, ...] = ()
    """Services that get a backup's data once they are there, before anything else is deployed."""
    is_development: bool = False
    """It is to be worked in, whatever mode its template has."""
    is_on_host: bool = False
    """Somebody wants its code to be the project's directory of the node."""
    heads: tuple[SourceHead, ...] = ()
    """What is taken of sources whose pull requests share, or shared, the environment."""
    after_reset: bool = False
    """A revision before this one threw data away, and did not come so far as to begin anew what works with it."""
    after_restore: bool = False
    """One before this one brought data back, likewise."""
    begun: AwareDatetime | None = None
    """When the first of the attempts at this commit began, that of which this is one without another commit between."""

    @property
    def is_anew(self) -> bool:
        """Whether there is nothing yet where programs may remember something."""
        return bool(self.resets) or self.after_reset

    @property
    def is_other_data(self) -> bool:
        """Whether what programs are connected with is not what it was when they began."""
        return self.is_anew or bool(self.restores) or self.after_restore


class RevisionProgress(Payload):
    """Sent by the revision to its environment at every step."""

    number: int
    sequence: int = 0
    """Grows with each one sent: signals can overtake each other. 0 from revisions that did not count yet."""
    phase: Phase
    reason: str = ""
    namespace: str = ""
    reasons: tuple[str, ...] = ()
    timings: tuple[PhaseTiming, ...] = ()
    application: Application | None = None
    services: tuple[str, ...] | None = None
    """Of the plan; None while there is none yet."""
    backups: tuple[BackupPlan, ...] = ()
    """Of the plan, with `services`."""
    sources: tuple[SourceCommit, ...] = ()
    jobs: tuple[JobOutcome, ...] = ()
    url: str = ""
    """Public URL, once what it shows is this commit's; empty while that may be an older one's."""
    is_healthy: bool = False
    """Whether the commit was seen to answer there."""
    has_begun_anew: bool = False
    """Programs know of the data that was thrown away or brought back."""


class RevisionResult(Payload):
    state: Literal["succeeded", "failed"]
    url: str = ""
    """Where the commit answers; also of a revision that failed after it did."""
    failure: Failure | None = None
    reasons: tuple[str, ...] = ()
    timings: tuple[PhaseTiming, ...] = ()
    unchanged: str = ""
    """Why nothing was built or deployed: what served before goes on. Empty as a rule."""
    application: Application | None = None
    settings: str = ""
    """Mark of the settings it was planned with."""
    release: str = ""
    """Mark of the release that was deployed, where the next commit may do with the same one."""
    is_degraded: bool = False
    """It failed with its code in place: nothing older serves, and its container stays to be worked in."""
    is_confirmed: bool = True
    """False when it could not be shown in time that no build or Helm process is left."""
    sources: tuple[SourceCommit, ...] = ()
    """Those that came along, as far as it was planned."""
    jobs: tuple[JobOutcome, ...] = ()
    """Those that succeeded, in their order."""


class PlanRevisionInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    template: str = "development"
    branch: str = ""
    is_trusted: bool = True
    """False for the code of a fork: its plan names no secrets."""
    serving: str = ""
    """Commit that serves in the same environment, planned with the same template; empty when none does."""
    serving_settings: str = ""
    """Mark of the settings that it was planned with; empty when that is not known."""
    is_development: bool = False
    """It is to be worked in, whatever mode its template has."""
    is_on_host: bool = False
    """Somebody wants its code to be the project's directory of the node."""
    heads: tuple[SourceHead, ...] = ()
    """What is taken of some sources; of all others the branch of the same name, else their default branch."""


class ReadPullRequestInput(Payload):
    pull_request: PullRequestRef


class ListOpenPullRequestsInput(Payload):
    installation: int
    repository_id: int
    repository: str


class ListOpenPullRequestsResult(Payload):
    pull_requests: tuple[PullRequest, ...]
    """Complete, or the activity has failed: a short list never passes for a whole one."""


class ChooseNamespaceInput(Payload):
    ref: EnvironmentRef


class ChooseNamespaceResult(Payload):
    namespace: str


class EnsureNamespaceInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    branch: str
    quota: Quota
    egress: tuple[str, ...] = ()
    """Networks that may be reached besides (T-5)."""
    egress_hosts: tuple[str, ...] = ()
    """Host names that an egress proxy forwards to; without any there is no proxy."""
    package_sources: tuple[str, ...] = ()
    """URLs of mirrors; those of an address may be reached, at their port."""
    has_owner: bool = False
    """Whether somebody works in it, as a ServiceAccount that may do almost everything there (ENV-026)."""


class EnsureNamespaceResult(Payload):
    warnings: tuple[str, ...] = ()
    """What a person should know, such as a cluster that does not enforce network policies (FR-013)."""


class BuildImageInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    revision: str
    build: BuildPlan
    branch: str = ""
    is_trusted: bool = True
    """False for the code of a fork: what it builds is nobody else's cache."""
    template: str = "development"
    """Key of the template, whose own secrets come before the project's."""
    source: SourceCommit | None = None
    """What is built instead of the pull request's own files: a source that comes along."""

    @property
    def built_commit(self) -> Commit:
        """Whose files are built."""
        return self.source.commit if self.source else self.commit


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
    secrets_checksum: str = ""
    """Changes with the content of the environment's secrets, so that their pods restart; empty when it has none."""
    components: tuple[str, ...] = ()
    """Of Catalyst's own chart: those that come to their new state. The others stay exactly as they serve; those that do
    not serve yet are left out. Empty for the release as a whole."""
    stage: int = 0
    """Number of the stage, by which a later attempt finds its own work; 0 for a release as a whole."""
    has_extras: bool = False
    """Whether the plan has a second release; where it has none, one of an earlier plan is uninstalled with the last
    stage of the main one."""
    service_charts: tuple[str, ...] | None = None
    """Names of the plan's releases that are services; one of an earlier plan goes likewise. None where a worker of a
    version before these has asked, which knows nothing of them."""


class DeployReleaseResult(Payload):
    release_revision: int
    """Helm's own revision number."""
    chart: str


class WaitForRolloutInput(Payload):
    ref: EnvironmentRef
    commit: Commit
    release: str
    timeout: timedelta
    revision: str = ""
    components: tuple[str, ...] = ()
    """Only workloads of these components count; empty for all of the release."""
    jobs: tuple[str, ...] = ()
    """Those among them that are jobs: each has to be there, and to have succeeded."""
    service: str = ""
    """Name of a Service that the release has to have in the end, since the application reaches it by that; empty where
    no name was promised."""


class WaitForRolloutResult(Payload):
    reasons: tuple[str, ...] = ()
    """What was done about pods that would have kept the release from coming up, in words."""
    jobs: tuple[JobOutcome, ...] = ()


class EnsureRouteInput(Payload):
    ref: EnvironmentRef
    release: str
    route: RouteSettings
    more: tuple[PathRoute, ...] = ()
    """Of paths that lead elsewhere."""


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
