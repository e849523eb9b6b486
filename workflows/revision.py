"""One attempt to bring an environment to one commit; safe to cancel at any line."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import naming, policies
from workflows.attempts import (
    PhaseFailedError,
    confirm_stopped,
    finish_together,
    run_phase,
)
from workflows.models import Failure, FailureKind, Phase, PhaseTiming, RevisionPlan
from workflows.models import messages as m
from workflows.ports import BuildPort, ClusterPort, HelmPort, SourcePort

T = TypeVar("T")


@workflow.defn
class RevisionWorkflow:
    """Plan, namespace beside builds, Helm, route beside rollout, health.

    A failure is a result and never an exception. A cancel ends the activities, waits for them, confirms that nothing
    is left, and only then ends the workflow: its parent may begin the next revision at once.
    """

    @workflow.init
    def __init__(self, request: m.RevisionInput) -> None:
        self._request = request
        self._is_cancelled = False
        self._has_touched = False
        self._work: asyncio.Task[m.RevisionResult | Failure]
        self._timings: dict[str, PhaseTiming] = {}
        self._reasons: tuple[str, ...] = ()
        self._phase = Phase.PENDING

    @workflow.run
    async def run(self, _request: m.RevisionInput) -> m.RevisionResult:
        # All work is in tasks of its own: a cancel arrives here, once, and never interrupts the confirmation.
        life = asyncio.create_task(self._live())
        while not life.done():
            try:
                await workflow.wait_condition(life.done)
            except asyncio.CancelledError:
                self._is_cancelled = True
                self._work.cancel()  # made by now: the earliest cancel comes one turn of the loop after the start
        return life.result()

    async def _live(self) -> m.RevisionResult:
        work = self._work = asyncio.create_task(self._try())
        await workflow.wait_condition(work.done)
        if work.cancelled():
            return await self._stop()
        outcome = work.result()
        if isinstance(outcome, Failure):
            return await self._fail(outcome)
        # Also when a cancel came in the same moment: it is up, and saying otherwise would hide it.
        return outcome

    def _was_cancelled(self) -> bool:
        return self._is_cancelled

    async def _stop(self) -> m.RevisionResult:
        """Ends as cancelled, when it is certain that nothing is left."""
        if self._has_touched:
            await self._confirm()
        raise asyncio.CancelledError

    async def _fail(self, failure: Failure) -> m.RevisionResult:
        is_confirmed = True
        # Whichever phase it was: one that fails cancels what runs beside it, whose end nobody may have seen.
        if self._has_touched and failure.kind is FailureKind.PLATFORM:
            is_confirmed = await self._confirm(within=policies.CONFIRM_AFTER_FAILURE)
        if self._was_cancelled():
            return await self._stop()
        return m.RevisionResult(
            state="failed",
            failure=failure,
            reasons=self._reasons,
            timings=tuple(self._timings.values()),
            is_confirmed=is_confirmed,
        )

    async def _try(self) -> m.RevisionResult | Failure:
        try:
            return await self._bring_up()
        except PhaseFailedError as error:
            return error.found

    async def _bring_up(self) -> m.RevisionResult:
        plan = await self._plan()
        images = await self._prepare(plan)
        request = self._request
        await self._run(
            "deploy",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                HelmPort.deploy_release,
                m.DeployReleaseInput(
                    ref=request.ref,
                    pull_request=request.pull_request,
                    commit=request.commit,
                    revision=request.id,
                    release=plan.release,
                    images=images,
                    branch=request.branch,
                ),
                **policies.DEPLOY,
            ),
        )
        url = await self._expose(plan)
        await self._check_health(plan, url)
        return m.RevisionResult(
            state="succeeded",
            url=url,
            reasons=self._reasons,
            timings=tuple(self._timings.values()),
        )

    async def _plan(self) -> RevisionPlan:
        request = self._request
        plan = await self._run(
            "plan",
            Phase.PENDING,
            lambda: workflow.execute_activity_method(
                SourcePort.plan_revision,
                m.PlanRevisionInput(
                    ref=request.ref, pull_request=request.pull_request, commit=request.commit
                ),
                **policies.PLAN,
            ),
        )
        self._reasons = plan.reasons
        return plan

    async def _prepare(self, plan: RevisionPlan) -> tuple[m.BuildImageResult, ...]:
        """Namespace and images side by side; the images in the plan's order."""
        self._has_touched = True
        namespace = asyncio.create_task(self._ensure_namespace(plan))
        builds = asyncio.create_task(self._build(plan))
        await finish_together([namespace, builds])
        self._reasons += namespace.result().warnings
        return builds.result()

    async def _ensure_namespace(self, plan: RevisionPlan) -> m.EnsureNamespaceResult:
        request = self._request
        return await self._run(
            "namespace",
            Phase.BUILDING,
            lambda: workflow.execute_activity_method(
                ClusterPort.ensure_namespace,
                m.EnsureNamespaceInput(
                    ref=request.ref,
                    pull_request=request.pull_request,
                    branch=request.branch,
                    quota=plan.quota,
                ),
                **policies.ENSURE_NAMESPACE,
            ),
            is_limit_final=False,
        )

    async def _build(self, plan: RevisionPlan) -> tuple[m.BuildImageResult, ...]:
        if not plan.builds:
            return ()
        request = self._request
        inputs = [
            m.BuildImageInput(
                ref=request.ref,
                pull_request=request.pull_request,
                commit=request.commit,
                revision=request.id,
                build=build,
                branch=request.branch,
                is_trusted=request.is_trusted,
            )
            for build in plan.builds
        ]
        tasks = [asyncio.create_task(self._build_one(each)) for each in inputs]
        await finish_together(tasks)
        return tuple(task.result() for task in tasks)

    async def _build_one(self, request: m.BuildImageInput) -> m.BuildImageResult:
        return await self._run(
            "build",
            Phase.BUILDING,
            lambda: workflow.execute_activity_method(
                BuildPort.build_image, request, **policies.BUILD
            ),
        )

    async def _expose(self, plan: RevisionPlan) -> str:
        """The public URL, once pods are ready and the route is there."""
        ref, release = self._request.ref, plan.release.name
        limit = timedelta(seconds=plan.rollout_timeout_seconds)
        rollout = asyncio.create_task(
            self._run(
                "rollout",
                Phase.DEPLOYING,
                lambda: workflow.execute_activity_method(
                    ClusterPort.wait_for_rollout,
                    m.WaitForRolloutInput(
                        ref=ref, commit=self._request.commit, release=release, timeout=limit
                    ),
                    **policies.limited(policies.ROLLOUT, attempt=limit + policies.GRACE),
                ),
            )
        )
        route = asyncio.create_task(
            self._run(
                "route",
                Phase.DEPLOYING,
                lambda: workflow.execute_activity_method(
                    ClusterPort.ensure_route,
                    m.EnsureRouteInput(ref=ref, release=release, route=plan.route),
                    **policies.ENSURE_ROUTE,
                ),
                is_limit_final=False,
            )
        )
        await finish_together([rollout, route])
        return route.result().url

    async def _check_health(self, plan: RevisionPlan, url: str) -> None:
        limit = timedelta(seconds=plan.health.timeout_seconds)
        await self._run(
            "health",
            Phase.CHECKING,
            lambda: workflow.execute_activity_method(
                ClusterPort.check_health,
                m.CheckHealthInput(
                    ref=self._request.ref,
                    commit=self._request.commit,
                    url=url,
                    release=plan.release.name,
                    health=plan.health,
                ),
                **policies.limited(policies.HEALTH, attempt=limit + policies.GRACE),
            ),
        )

    async def _run(
        self,
        name: str,
        phase: Phase,
        call: Callable[[], Awaitable[T]],
        *,
        is_limit_final: bool = True,
    ) -> T:
        started = workflow.now()
        # Several builds are one phase: it lasts from the first one's begin to the last one's end.
        self._timings.setdefault(name, PhaseTiming(phase=name, started_at=started))
        self._phase = phase
        self._tell("")
        result = await run_phase(name, call, tell=self._tell, is_limit_final=is_limit_final)
        timing = self._timings[name]
        self._timings[name] = timing.model_copy(update={"finished_at": workflow.now()})
        return result

    def _tell(self, reason: str) -> None:
        """Tell the environment how far this is, without waiting and whether or not it still lives."""
        progress = m.RevisionProgress(
            number=self._request.number,
            phase=self._phase,
            reason=reason,
            reasons=self._reasons,
            timings=tuple(self._timings.values()),
        )
        self._telling = asyncio.create_task(self._send(progress))

    async def _send(self, progress: m.RevisionProgress) -> None:
        parent = workflow.get_external_workflow_handle(self._request.environment_workflow_id)
        try:
            await parent.signal("revision_progress", progress)
        except ApplicationError as error:
            workflow.logger.info("nobody follows this revision: %s", error)

    async def _confirm(self, *, within: timedelta | None = None) -> bool:
        request = self._request
        release = naming.release_name(request.ref.environment)
        return await confirm_stopped(request.ref, request.id, release, within=within)
