"""The cluster, and everything else a revision and a removal ask for: source, builds, Helm."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

from tests.fakes.controls import Controls, Step
from workflows import naming
from workflows.models import (
    BuildPlan,
    CredentialPlan,
    HealthCheck,
    JobOutcome,
    Quota,
    ReleasePlan,
    RevisionPlan,
    RouteSettings,
    SourceCommit,
)
from workflows.models import messages as m
from workflows.ports import (
    BuildPort,
    ClusterPort,
    DevelopmentPort,
    HelmPort,
    ImagePort,
    SourcePort,
)


class FakeCluster(SourcePort, BuildPort, ImagePort, ClusterPort, HelmPort, DevelopmentPort):
    """Everything a revision and a removal ask for."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.namespaces: dict[str, m.EnvironmentNamespace] = {}
        self.blockers: list[tuple[str, ...]] = []
        """What blocks the removal, one tuple a look."""
        self.taken: set[str] = set()
        self.builds: tuple[str, ...] = ("web",)
        self.health = HealthCheck(timeout_seconds=30)
        self.url = "http://shop.localhost:8080/"
        self.plan: dict[str, object] = {}
        """What the next plans say besides, by field."""
        self.planned: list[m.PlanRevisionInput] = []
        self.credentials: tuple[CredentialPlan, ...] = (
            CredentialPlan(secret="catalyst-service-db", made={"password": 32}),
        )
        """Of services that plans have."""
        self.images: dict[str, str] = {}
        """What registries hold: image -> digest."""
        self.built: list[m.BuildImageInput] = []
        self.copied: list[m.CopySecretsInput] = []
        self.deployed: list[m.DeployReleaseInput] = []
        self.awaited: list[m.WaitForRolloutInput] = []
        self.reset: list[m.ResetServicesInput] = []
        self.restarted: list[m.RestartWorkloadsInput] = []
        self.backed_up: list[m.BackUpServiceInput] = []
        self.restored: list[m.RestoreBackupInput] = []
        self.synced: list[m.SyncCodeInput] = []
        self.seen: dict[str, m.ReadServingResult] = {}
        """What serves after a revision of that commit was not brought up; nothing is known of others."""
        self.ensured: list[m.EnsureNamespaceInput] = []

    @activity.defn(name="plan_revision")
    async def plan_revision(self, request: m.PlanRevisionInput) -> RevisionPlan:  # type: ignore[override]  # tests run on one loop
        async with self.controls.step(
            "plan_revision", environment=request.ref.environment, commit=request.commit
        ):
            self.planned.append(request)
            made = RevisionPlan(
                commit=request.commit,
                builds=tuple(
                    BuildPlan(component=each, context=".", dockerfile="Dockerfile")
                    for each in self.builds
                ),
                release=ReleasePlan(
                    name=naming.release_name(request.ref.environment), chart="chart"
                ),
                route=RouteSettings(),
                health=self.health,
                quota=Quota(),
                rollout_timeout_seconds=60,
                reasons=("Chart shop in `chart`",),
                credentials=self.credentials,
            )
            taken = {"sources": taken_along(request)} if request.heads else {}
            return made.model_copy(update={**taken, **self.plan})

    @activity.defn(name="build_image")
    async def build_image(self, request: m.BuildImageInput) -> m.BuildImageResult:
        async with self.controls.step(
            "build_image",
            environment=request.ref.environment,
            commit=request.commit,
            revision=request.revision,
        ):
            self.built.append(request)
            digest = "sha256:" + naming.short_hash(request.built_commit) * 4
            component = request.build.component
            return m.BuildImageResult(
                component=component,
                image=f"registry/{component}@{digest}",
                repository=f"registry/{component}",
                digest=digest,
            )

    @activity.defn(name="find_image")
    async def find_image(self, request: m.FindImageInput) -> m.FindImageResult:
        image = request.image
        async with self.controls.step("find_image", environment=request.ref.environment):
            digest = self.images.get(image.image)
            if digest is None:
                return m.FindImageResult()
            repository = image.image.rpartition(":")[0]
            found = m.BuildImageResult(
                component=image.component,
                image=f"{repository}@{digest}",
                repository=repository,
                digest=digest,
                was_present=True,
            )
            return m.FindImageResult(image=found)

    @activity.defn(name="stop_builds")
    async def stop_builds(self, request: m.StopRevisionInput) -> None:
        async with self._removing("stop_builds", request):
            pass

    @activity.defn(name="delete_images")
    async def delete_images(self, request: m.RemoveInput) -> None:
        async with self._removing("delete_images", request):
            pass

    @activity.defn(name="choose_namespace")
    async def choose_namespace(self, request: m.ChooseNamespaceInput) -> m.ChooseNamespaceResult:
        ref = request.ref
        async with self.controls.step("choose_namespace", environment=ref.environment):
            candidates = naming.namespace_candidates(ref.project, ref.environment)
            chosen = next(each for each in candidates if each not in self.taken)
            return m.ChooseNamespaceResult(namespace=chosen)

    @activity.defn(name="ensure_namespace")
    async def ensure_namespace(self, request: m.EnsureNamespaceInput) -> m.EnsureNamespaceResult:
        ref = request.ref
        async with self.controls.step("ensure_namespace", environment=ref.environment):
            self.ensured.append(request)
            self.namespaces[ref.namespace] = m.EnvironmentNamespace(
                ref=ref, pull_request=request.pull_request, uid=f"uid-{ref.namespace}"
            )
            return m.EnsureNamespaceResult(warnings=("network policies are not enforced",))

    @activity.defn(name="copy_secrets")
    async def copy_secrets(self, request: m.CopySecretsInput) -> m.CopySecretsResult:
        async with self.controls.step("copy_secrets", environment=request.ref.environment):
            self.copied.append(request)
            if not request.names:
                return m.CopySecretsResult()
            reasons = tuple(f"secret {name} from `catalyst-secrets`" for name in request.names)
            return m.CopySecretsResult(checksum=f"of-{len(request.names)}", reasons=reasons)

    @activity.defn(name="ensure_credentials")
    async def ensure_credentials(
        self, request: m.EnsureCredentialsInput
    ) -> m.EnsureCredentialsResult:
        async with self.controls.step("ensure_credentials", environment=request.ref.environment):
            names = [each.secret for each in request.credentials]
            return m.EnsureCredentialsResult(checksums={name: f"of-{name}" for name in names})

    @activity.defn(name="ensure_directory")
    async def ensure_directory(self, request: m.EnsureDirectoryInput) -> None:
        async with self.controls.step("ensure_directory", environment=request.ref.environment):
            pass

    @activity.defn(name="reset_services")
    async def reset_services(self, request: m.ResetServicesInput) -> None:
        async with self.controls.step("reset_services", environment=request.ref.environment):
            self.reset.append(request)

    @activity.defn(name="restart_workloads")
    async def restart_workloads(self, request: m.RestartWorkloadsInput) -> None:
        async with self.controls.step("restart_workloads", environment=request.ref.environment):
            self.restarted.append(request)

    @activity.defn(name="back_up_service")
    async def back_up_service(self, request: m.BackUpServiceInput) -> m.BackUpServiceResult:
        async with self.controls.step("back_up_service", environment=request.ref.environment):
            self.backed_up.append(request)
            name = f"{request.request.service}-20260302T030000Z"
            return m.BackUpServiceResult(backup=name, bytes=12_345)

    @activity.defn(name="restore_backup")
    async def restore_backup(self, request: m.RestoreBackupInput) -> m.RestoreBackupResult:
        async with self.controls.step("restore_backup", environment=request.ref.environment):
            self.restored.append(request)
            return m.RestoreBackupResult()

    @activity.defn(name="ensure_route")
    async def ensure_route(self, request: m.EnsureRouteInput) -> m.EnsureRouteResult:
        async with self.controls.step("ensure_route", environment=request.ref.environment):
            return m.EnsureRouteResult(url=self.url, host="shop.localhost", service="s", port=80)

    @activity.defn(name="wait_for_rollout")
    async def wait_for_rollout(
        self, request: m.WaitForRolloutInput
    ) -> m.WaitForRolloutResult | None:
        async with self.controls.step(
            "wait_for_rollout", environment=request.ref.environment, commit=request.commit
        ):
            self.awaited.append(request)
            if not request.components:
                return None
            jobs = tuple(JobOutcome(name=name, seconds=3) for name in request.jobs)
            return m.WaitForRolloutResult(jobs=jobs)

    @activity.defn(name="check_health")
    async def check_health(self, request: m.CheckHealthInput) -> m.CheckHealthResult:
        async with self.controls.step(
            "check_health", environment=request.ref.environment, commit=request.commit
        ):
            return m.CheckHealthResult(status=200)

    @activity.defn(name="read_serving")
    async def read_serving(self, request: m.ReadServingInput) -> m.ReadServingResult:
        async with self.controls.step(
            "read_serving", environment=request.ref.environment, commit=request.commit
        ):
            return self.seen.get(request.commit, m.ReadServingResult())

    @activity.defn(name="delete_namespace")
    async def delete_namespace(self, request: m.RemoveInput) -> m.RemoveResult:
        async with self._removing("delete_namespace", request):
            if self.blockers:
                return m.RemoveResult(is_gone=False, blockers=self.blockers.pop(0))
            self.namespaces.pop(request.ref.namespace, None)
            return m.RemoveResult(is_gone=True)

    @activity.defn(name="list_namespaces")
    async def list_namespaces(self) -> m.ListNamespacesResult:
        async with self.controls.step("list_namespaces"):
            return m.ListNamespacesResult(namespaces=tuple(self.namespaces.values()))

    @activity.defn(name="keep_logs")
    async def keep_logs(self, request: m.KeepLogsInput) -> None:
        async with self.controls.step("keep_logs", environment=request.ref.environment):
            pass

    @activity.defn(name="deploy_release")
    async def deploy_release(self, request: m.DeployReleaseInput) -> m.DeployReleaseResult:
        async with self.controls.step(
            "deploy_release",
            environment=request.ref.environment,
            commit=request.commit,
            revision=request.revision,
        ):
            self.deployed.append(request)
            return m.DeployReleaseResult(release_revision=1, chart="shop-0.1.0")

    @activity.defn(name="sync_code")
    async def sync_code(self, request: m.SyncCodeInput) -> m.SyncCodeResult:
        async with self.controls.step(
            "sync_code", environment=request.ref.environment, commit=request.commit
        ):
            self.synced.append(request)
            return m.SyncCodeResult()

    @activity.defn(name="await_development")
    async def await_development(self, request: m.AwaitDevelopmentInput) -> None:
        async with self.controls.step("await_development", environment=request.ref.environment):
            pass

    @activity.defn(name="run_development_jobs")
    async def run_development_jobs(self, request: m.RunDevelopmentJobsInput) -> None:
        async with self.controls.step("run_development_jobs", environment=request.ref.environment):
            pass

    @activity.defn(name="settle_release")
    async def settle_release(self, request: m.StopRevisionInput) -> None:
        async with self._removing("settle_release", request):
            pass

    @activity.defn(name="uninstall_release")
    async def uninstall_release(self, request: m.RemoveInput) -> None:
        async with self._removing("uninstall_release", request):
            pass

    @asynccontextmanager
    async def _removing(
        self, name: str, request: m.RemoveInput | m.StopRevisionInput
    ) -> AsyncIterator[Step]:
        revision = request.revision if isinstance(request, m.StopRevisionInput) else ""
        async with self.controls.step(
            name, environment=request.ref.environment, revision=revision
        ) as step:
            yield step


def taken_along(request: m.PlanRevisionInput) -> tuple[SourceCommit, ...]:
    """What was decided to be taken of other sources; of a default branch the commit is `0000…`."""
    return tuple(
        SourceCommit(
            name=f"source-{each.repository_id}",
            repository_id=each.repository_id,
            repository=f"acme/source-{each.repository_id}",
            installation=1,
            branch=each.branch or "main",
            commit=each.commit or "0" * 40,
            is_same_branch=each.commit is not None,
        )
        for each in request.heads
    )
