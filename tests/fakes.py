"""Every port as a program under the test's control: it records, holds, fails and misbehaves on purpose.

For workflow tests only. A fake that lags behind its port cannot be created, since each subclasses the ports.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from temporalio import activity
from temporalio.client import Client

from workflows import naming, wire
from workflows.errors import GitHubPermissionError
from workflows.models import (
    BuildPlan,
    EventDecision,
    HealthCheck,
    PullRequest,
    Quota,
    ReleasePlan,
    RevisionPlan,
    RouteSettings,
)
from workflows.models import messages as m
from workflows.ports import (
    BuildPort,
    ClusterPort,
    GitHubPort,
    HelmPort,
    SignalPort,
    SourcePort,
    StorePort,
)

BEAT = 0.05
"""Seconds between heartbeats of a held step: a cancel is learnt of in the answer to one."""
CREATING = ("plan_revision", "ensure_namespace", "build_image", "deploy_release", "ensure_route")
AT_WORK = (*CREATING, "wait_for_rollout", "check_health")
SIDE_BY_SIDE = (("ensure_namespace", "build_image"), ("wait_for_rollout", "ensure_route"))
"""Steps of a revision that are begun together, in whichever order."""
REMOVING = (
    "keep_logs",
    "stop_builds",
    "settle_release",
    "uninstall_release",
    "delete_namespace",
    "delete_images",
)


@dataclass
class Step:
    """One call of an activity."""

    name: str
    begun: int
    """Position in the order of all begins and ends."""
    environment: str = ""
    commit: str = ""
    revision: str = ""
    ended: int | None = None
    outcome: str = ""
    """`done`, `failed` or `cancelled`."""


@dataclass
class Diary:
    """What every fake did, in order."""

    steps: list[Step] = field(default_factory=list)
    ticks: int = 0

    def tick(self) -> int:
        self.ticks += 1
        return self.ticks

    def named(self, *names: str) -> list[Step]:
        return [step for step in self.steps if step.name in names]

    def count(self, name: str) -> int:
        return len(self.named(name))

    def running(self, *names: str) -> list[Step]:
        return [step for step in self.named(*names) if step.ended is None]


class Controls:
    """How the fakes behave: shared by all of them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.diary = Diary()
        self.pulls: dict[tuple[int, int], PullRequest] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.stubborn: set[str] = set()
        """Steps that take their time to end after a cancel."""
        self.frozen: dict[str, int] = {}
        """Steps whose next calls hang without a heartbeat, as if their worker were gone; how many."""

    def hold(self, name: str) -> None:
        """The step begins and then waits until `release`, heartbeating."""
        self.gates[name] = asyncio.Event()

    def release(self, name: str) -> None:
        self.gates.pop(name).set()

    def fail(self, name: str, error: Callable[[], Exception], times: int = 1) -> None:
        """The next calls of the step fail."""
        self.failures[name] += [error() for _ in range(times)]

    @asynccontextmanager
    async def step(
        self, name: str, *, environment: str = "", commit: str = "", revision: str = ""
    ) -> AsyncIterator[Step]:
        step = Step(name, self.diary.tick(), environment, commit, revision)
        self.diary.steps.append(step)
        try:
            await self._pass(name)
            yield step
            step.outcome = "done"
        except asyncio.CancelledError:
            if name in self.stubborn:
                await asyncio.sleep(0.3)  # the step's own grace, such as a pod's
            step.outcome = "cancelled"
            raise
        except Exception:
            step.outcome = "failed"
            raise
        finally:
            step.ended = self.diary.tick()

    async def _pass(self, name: str) -> None:
        if self.failures[name]:
            raise self.failures[name].pop(0)
        if self.frozen.get(name):
            self.frozen[name] -= 1
            await asyncio.Event().wait()
        gate = self.gates.get(name)
        while gate is not None and not gate.is_set():
            activity.heartbeat()
            try:
                await asyncio.wait_for(gate.wait(), BEAT)
            except TimeoutError:
                continue


class FakeCluster(SourcePort, BuildPort, ClusterPort, HelmPort):
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

    @activity.defn(name="plan_revision")
    async def plan_revision(self, request: m.PlanRevisionInput) -> RevisionPlan:  # type: ignore[override]  # tests run on one loop
        async with self.controls.step(
            "plan_revision", environment=request.ref.environment, commit=request.commit
        ):
            return RevisionPlan(
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
            )

    @activity.defn(name="build_image")
    async def build_image(self, request: m.BuildImageInput) -> m.BuildImageResult:
        async with self.controls.step(
            "build_image",
            environment=request.ref.environment,
            commit=request.commit,
            revision=request.revision,
        ):
            digest = "sha256:" + naming.short_hash(request.commit) * 4
            component = request.build.component
            return m.BuildImageResult(
                component=component,
                image=f"registry/{component}@{digest}",
                repository=f"registry/{component}",
                digest=digest,
            )

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
            self.namespaces[ref.namespace] = m.EnvironmentNamespace(
                ref=ref, pull_request=request.pull_request, uid=f"uid-{ref.namespace}"
            )
            return m.EnsureNamespaceResult(warnings=("network policies are not enforced",))

    @activity.defn(name="ensure_route")
    async def ensure_route(self, request: m.EnsureRouteInput) -> m.EnsureRouteResult:
        async with self.controls.step("ensure_route", environment=request.ref.environment):
            return m.EnsureRouteResult(url=self.url, host="shop.localhost", service="s", port=80)

    @activity.defn(name="wait_for_rollout")
    async def wait_for_rollout(self, request: m.WaitForRolloutInput) -> None:
        async with self.controls.step(
            "wait_for_rollout", environment=request.ref.environment, commit=request.commit
        ):
            pass

    @activity.defn(name="check_health")
    async def check_health(self, request: m.CheckHealthInput) -> m.CheckHealthResult:
        async with self.controls.step(
            "check_health", environment=request.ref.environment, commit=request.commit
        ):
            return m.CheckHealthResult(status=200)

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
            return m.DeployReleaseResult(release_revision=1, chart="shop-0.1.0")

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


class FakeGitHub(GitHubPort):
    """Pull requests as the test sets them, and every write remembered."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.writes: list[m.WriteSurfaceInput] = []
        self.comments: dict[str, int] = {}
        self.unreadable: set[int] = set()
        """Repositories whose pull requests cannot be listed."""
        self.hidden = False
        """Whether lists lag behind and leave open pull requests out."""
        self.errors: list[Exception | None] = []
        """What the next writes raise; None: this one works."""
        self.broken: dict[str, Exception] = {}
        """Kind of surface -> what every write of it raises."""
        self.troubled: dict[int, Exception] = {}
        """Pull request -> what every write for it raises."""
        self.is_unchanged = False
        """Whether comments read already as they should."""
        self.replaced_comments: dict[str, int] = {}
        """Pull request -> id of the comment made in place of one that a person has deleted."""
        self.deleted_deployments: set[str] = set()
        """Revisions whose deployment a person has deleted: the next status makes another one."""

    @activity.defn(name="read_pull_request")
    async def read_pull_request(self, request: m.ReadPullRequestInput) -> PullRequest:  # type: ignore[override]  # tests run on one loop
        ref = request.pull_request
        async with self.controls.step("read_pull_request"):
            return self.controls.pulls[ref.repository_id, ref.number]

    @activity.defn(name="list_open_pull_requests")
    async def list_open_pull_requests(  # type: ignore[override]  # tests run on one loop
        self, request: m.ListOpenPullRequestsInput
    ) -> m.ListOpenPullRequestsResult:
        async with self.controls.step("list_open_pull_requests"):
            if request.repository_id in self.unreadable:
                raise GitHubPermissionError("it is suspended")
            found = [
                pull
                for (repository_id, _), pull in self.controls.pulls.items()
                if repository_id == request.repository_id and pull.is_open and not self.hidden
            ]
            return m.ListOpenPullRequestsResult(pull_requests=tuple(found))

    @activity.defn(name="write_surface")
    async def write_surface(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:  # type: ignore[override]  # tests run on one loop
        async with self.controls.step("write_surface"):
            error = self.errors.pop(0) if self.errors else None
            number = request.report.snapshot.pull_request.number
            error = error or self.troubled.get(number) or self.broken.get(request.write.surface)
            if error is not None:
                raise error
            self.writes.append(request)
            return m.WriteSurfaceResult(
                surfaces=self._written(request), was_written=not self.is_unchanged
            )

    def _written(self, request: m.WriteSurfaceInput) -> m.Surfaces:
        surfaces, write = request.surfaces, request.write
        if write.surface == "comment":
            key = str(request.report.snapshot.pull_request.number)
            number = surfaces.comment_id or self.comments.setdefault(key, len(self.comments) + 1)
            number = self.replaced_comments.get(key, number)
            return surfaces.model_copy(update={"comment_id": number})
        is_deleted = write.revision in self.deleted_deployments
        self.deleted_deployments -= {write.revision}
        if write.surface == "deployment" or (write.surface == "deployment_status" and is_deleted):
            made = {**surfaces.deployments, write.revision: len(self.writes)}
            return surfaces.model_copy(update={"deployments": made})
        return surfaces


class FakeControl(StorePort, SignalPort):
    """The read model in memory, and signals to real workflows."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.snapshots: list[m.RecordEnvironmentInput] = []
        self.decisions: list[EventDecision] = []
        self.reports: list[m.Report] = []
        self.sources: tuple[m.ProjectSource, ...] = ()
        self.running: tuple[m.RunningEnvironment, ...] = ()
        self.started: list[m.StartEnvironmentInput] = []
        self.is_answering = True
        """Whether final reports are acknowledged, as the reporter does."""
        self.has_reporter = False
        """Reports go to the real ReporterWorkflow instead."""

    @activity.defn(name="record_environment")
    async def record_environment(self, request: m.RecordEnvironmentInput) -> None:
        async with self.controls.step("record_environment"):
            self.snapshots.append(request)

    @activity.defn(name="record_decision")
    async def record_decision(self, request: EventDecision) -> None:
        async with self.controls.step("record_decision"):
            self.decisions.append(request)

    @activity.defn(name="list_sources")
    async def list_sources(self) -> m.ListSourcesResult:
        async with self.controls.step("list_sources"):
            return m.ListSourcesResult(sources=self.sources)

    @activity.defn(name="submit_report")
    async def submit_report(self, request: m.SubmitReportInput) -> None:
        async with self.controls.step("submit_report"):
            self.reports.append(request.report)
            snapshot = request.report.snapshot
            if self.has_reporter:
                await self.controls.client.start_workflow(
                    "ReporterWorkflow",
                    {},
                    id=naming.reporter_workflow_id(snapshot.pull_request.installation),
                    task_queue=wire.WORKFLOWS_QUEUE,
                    start_signal="report",
                    start_signal_args=[request.report],
                )
            elif request.report.acknowledge and self.is_answering:
                handle = self.controls.client.get_workflow_handle(snapshot.workflow_id)
                await handle.signal("report_written", m.ReportWritten(sequence=snapshot.sequence))

    @activity.defn(name="start_environment")
    async def start_environment(self, request: m.StartEnvironmentInput) -> None:
        async with self.controls.step("start_environment"):
            self.started.append(request)

    @activity.defn(name="list_running")
    async def list_running(self) -> m.ListRunningResult:
        async with self.controls.step("list_running"):
            return m.ListRunningResult(environments=self.running)
