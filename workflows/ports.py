"""Abstract classes that name the activities a workflow may ask for; `activities/` implements, `worker/` registers them."""

from abc import ABC, abstractmethod

from temporalio import activity

from workflows.models import EventDecision, PullRequest, RevisionPlan
from workflows.models import messages as m


class SourcePort(ABC):
    @activity.defn(name="plan_revision")
    @abstractmethod
    def plan_revision(self, request: m.PlanRevisionInput) -> RevisionPlan:
        """Fetch the commit, describe it and plan it. Raises PlanError, CommitGoneError, GitHubError."""


class GitHubPort(ABC):
    @activity.defn(name="read_pull_request")
    @abstractmethod
    def read_pull_request(self, request: m.ReadPullRequestInput) -> PullRequest:
        """State and head commit as of now. Raises RepositoryGoneError when repository or installation is gone."""

    @activity.defn(name="list_open_pull_requests")
    @abstractmethod
    def list_open_pull_requests(
        self, request: m.ListOpenPullRequestsInput
    ) -> m.ListOpenPullRequestsResult:
        """All open pull requests of a repository, or a failure: never a part of them."""

    @activity.defn(name="read_check")
    @abstractmethod
    def read_check(self, request: m.ReadCheckInput) -> m.ReadCheckResult:
        """How far the commit's check run of that name is, or else its commit status."""

    @activity.defn(name="write_surface")
    @abstractmethod
    def write_surface(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        """Bring one surface (comment, deployment, check run) to what the report says; one request where possible."""


class BranchPort(ABC):
    @activity.defn(name="read_branch")
    @abstractmethod
    async def read_branch(self, request: m.ReadBranchInput) -> PullRequest:
        """Head of a branch as of now, told as that of a pull request which is open. Raises BranchGoneError."""


class BuildPort(ABC):
    @activity.defn(name="build_image")
    @abstractmethod
    async def build_image(self, request: m.BuildImageInput) -> m.BuildImageResult:
        """Build the commit in a Job and push it; found again by content. Cancelled: Job and pods gone."""

    @activity.defn(name="stop_builds")
    @abstractmethod
    async def stop_builds(self, request: m.StopRevisionInput) -> None:
        """Delete build Jobs of that revision (all of the environment's when `revision` is empty); return when their pods are gone."""

    @activity.defn(name="delete_images")
    @abstractmethod
    async def delete_images(self, request: m.RemoveInput) -> None:
        """Delete every image of the environment from the registry; absent ones are fine."""


class ImagePort(ABC):
    @activity.defn(name="find_image")
    @abstractmethod
    async def find_image(self, request: m.FindImageInput) -> m.FindImageResult:
        """One look into any registry for an image that others build. Raises PlanError, ImageError, SecretError,
        RegistryError, WaitError."""


class ClusterPort(ABC):
    @activity.defn(name="choose_namespace")
    @abstractmethod
    async def choose_namespace(self, request: m.ChooseNamespaceInput) -> m.ChooseNamespaceResult:
        """First candidate that is free or already this environment's. Raises NameTakenError."""

    @activity.defn(name="ensure_namespace")
    @abstractmethod
    async def ensure_namespace(self, request: m.EnsureNamespaceInput) -> m.EnsureNamespaceResult:
        """Namespace, quota, limits, policies and Helm's ServiceAccount, as planned. Raises NameTakenError."""

    @activity.defn(name="copy_secrets")
    @abstractmethod
    async def copy_secrets(self, request: m.CopySecretsInput) -> m.CopySecretsResult:
        """The environment holds exactly these of the project's secrets, and its registry credentials (ENV-019, ENV-029).

        Values pass from one Secret to the other and through nothing else. Raises SecretError.
        """

    @activity.defn(name="ensure_credentials")
    @abstractmethod
    async def ensure_credentials(
        self, request: m.EnsureCredentialsInput
    ) -> m.EnsureCredentialsResult:
        """Each Secret of the environment's services is there; what was made up before stays as it is (ENV-017).

        Values are made up there and never leave. Raises NameTakenError.
        """

    @activity.defn(name="ensure_directory")
    @abstractmethod
    async def ensure_directory(self, request: m.EnsureDirectoryInput) -> None:
        """The project's directory of the node is the environment's volume for its code, as the operator has it now (ENV-005).

        Raises PlanError, NameTakenError, ClusterError.
        """

    @activity.defn(name="reset_services")
    @abstractmethod
    async def reset_services(self, request: m.ResetServicesInput) -> None:
        """Workloads, volumes and credentials of these services are gone, and all jobs of their release forgotten (ENV-017).

        So are volumes of the application itself, and the workloads that mount them.
        """

    @activity.defn(name="restart_workloads")
    @abstractmethod
    async def restart_workloads(self, request: m.RestartWorkloadsInput) -> None:
        """Every workload of the release starts anew, as a change of its template would have it, once a mark."""

    @activity.defn(name="back_up_service")
    @abstractmethod
    async def back_up_service(self, request: m.BackUpServiceInput) -> m.BackUpServiceResult:
        """A backup of now, whole and on its volume; one a wish. Cancelled: nothing of it runs any more.

        Raises BackupError with the last lines, ClusterError.
        """

    @activity.defn(name="restore_backup")
    @abstractmethod
    async def restore_backup(self, request: m.RestoreBackupInput) -> m.RestoreBackupResult:
        """The service has the backup's data, all or nothing, once a wish; its application stood still meanwhile.

        Raises RestoreError with the last lines, after which everything is as it was; ClusterError.
        """

    @activity.defn(name="ensure_route")
    @abstractmethod
    async def ensure_route(self, request: m.EnsureRouteInput) -> m.EnsureRouteResult:
        """Route the environment's own host name to its Service. Raises ManifestError when there is none to choose."""

    @activity.defn(name="wait_for_rollout")
    @abstractmethod
    async def wait_for_rollout(
        self, request: m.WaitForRolloutInput
    ) -> m.WaitForRolloutResult | None:
        """Until every workload of the release, or of the components named, is ready and its jobs have succeeded.

        A result only where components are named. Raises RolloutFailedError with pod, container and last lines.
        """

    @activity.defn(name="check_health")
    @abstractmethod
    async def check_health(self, request: m.CheckHealthInput) -> m.CheckHealthResult:
        """Until the URL answers below 400 through the ingress. Raises UnhealthyError with the application's last lines."""

    @activity.defn(name="read_serving")
    @abstractmethod
    async def read_serving(self, request: m.ReadServingInput) -> m.ReadServingResult:
        """Which pods are ready behind the public URL, and of each component: those of the revision, or older ones."""

    @activity.defn(name="delete_namespace")
    @abstractmethod
    async def delete_namespace(self, request: m.RemoveInput) -> m.RemoveResult:
        """Delete and wait a while: gone, or what blocks it. Never touches a namespace that is not ours."""

    @activity.defn(name="list_namespaces")
    @abstractmethod
    async def list_namespaces(self) -> m.ListNamespacesResult:
        """Every environment namespace of ours, or a failure."""

    @activity.defn(name="keep_logs")
    @abstractmethod
    async def keep_logs(self, request: m.KeepLogsInput) -> None:
        """Copy the last lines of every container into the store before they vanish."""


class HelmPort(ABC):
    @activity.defn(name="deploy_release")
    @abstractmethod
    async def deploy_release(self, request: m.DeployReleaseInput) -> m.DeployReleaseResult:
        """`helm upgrade --install` as the namespace's own ServiceAccount, of all components or of those named.

        Cancelled: no process, no `pending-*` record.

        Raises ManifestError, ForbiddenManifestError, HelmError.
        """

    @activity.defn(name="settle_release")
    @abstractmethod
    async def settle_release(self, request: m.StopRevisionInput) -> None:
        """End surviving Helm processes and jobs, and clear `pending-*` records; the serving version stays."""

    @activity.defn(name="uninstall_release")
    @abstractmethod
    async def uninstall_release(self, request: m.RemoveInput) -> None:
        """`helm uninstall` of all releases of the environment; an absent one or namespace is fine."""


class DevelopmentPort(ABC):
    @activity.defn(name="sync_code")
    @abstractmethod
    async def sync_code(self, request: m.SyncCodeInput) -> m.SyncCodeResult:
        """The pod's code is the commit's, and what is to be run is known there (ENV-005).

        Changes that somebody made there are kept aside, and told. Raises CommitGoneError, GitHubError, ClusterError.
        """

    @activity.defn(name="await_development")
    @abstractmethod
    async def await_development(self, request: m.AwaitDevelopmentInput) -> None:
        """Until the development server listens with that code. Raises DevelopmentError with its last lines."""

    @activity.defn(name="run_development_jobs")
    @abstractmethod
    async def run_development_jobs(self, request: m.RunDevelopmentJobsInput) -> None:
        """Jobs `post-deploy` have run beside the server, once a revision. Raises DevelopmentError with the last lines.

        Cancelled: none of them runs any more.
        """


class StorePort(ABC):
    @activity.defn(name="record_environment")
    @abstractmethod
    async def record_environment(self, request: m.RecordEnvironmentInput) -> None:
        """Write the read model; an older sequence never overwrites a newer one."""

    @activity.defn(name="record_decision")
    @abstractmethod
    async def record_decision(self, request: EventDecision) -> None:
        """Append what became of an event, once a delivery and decision."""

    @activity.defn(name="list_sources")
    @abstractmethod
    async def list_sources(self) -> m.ListSourcesResult:
        """Every repository of every project."""

    @activity.defn(name="find_siblings")
    @abstractmethod
    async def find_siblings(self, request: m.FindSiblingsInput) -> m.FindSiblingsResult:
        """Environments of the same project, of other repositories, whose branch is called the same (ENV-016)."""


class SignalPort(ABC):
    """What a workflow cannot do itself: start another one by signal, or list those that run."""

    @activity.defn(name="submit_report")
    @abstractmethod
    async def submit_report(self, request: m.SubmitReportInput) -> None:
        """Signal-with-start the installation's reporter."""

    @activity.defn(name="start_environment")
    @abstractmethod
    async def start_environment(self, request: m.StartEnvironmentInput) -> None:
        """Signal-with-start the environment with a hint."""

    @activity.defn(name="list_running")
    @abstractmethod
    async def list_running(self) -> m.ListRunningResult:
        """Every environment workflow that runs, or a failure."""

    @activity.defn(name="list_revisions")
    @abstractmethod
    async def list_revisions(self, request: m.ListRevisionsInput) -> m.ListRevisionsResult:
        """Revisions of one environment that run or were cut off, or a failure."""


ALL_PORTS: tuple[type[ABC], ...] = (
    SourcePort,
    GitHubPort,
    BranchPort,
    BuildPort,
    ImagePort,
    ClusterPort,
    HelmPort,
    DevelopmentPort,
    StorePort,
    SignalPort,
)
