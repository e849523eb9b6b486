"""One attempt to bring an environment to one commit; safe to cancel at any line."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from workflows import naming, policies
from workflows.attempts import PhaseFailedError, confirm_stopped, finish_together
from workflows.development import InPlace
from workflows.images import wait_for_image
from workflows.models import Failure, FailureKind, Phase, RevisionPlan
from workflows.models import messages as m
from workflows.place import Place
from workflows.planning import resettable
from workflows.ports import BuildPort, ClusterPort, SourcePort
from workflows.progress import Progress
from workflows.resets import reset_services
from workflows.serving import tell_what_serves
from workflows.stages import Stages

CONFIRM_BESIDE_A_FAILURE = "confirm-beside-a-failure"
"""Patch: also after a user's fault it is confirmed that the builds beside it have ended."""


@workflow.defn
class RevisionWorkflow:
    """Plan, namespace and secrets beside images, Helm and rollout stage by stage, route, health, what comes after.

    A failure is a result and never an exception. A cancel ends the activities, waits for them, confirms that nothing
    is left, and only then ends the workflow: its parent may begin the next revision at once.
    """

    @workflow.init
    def __init__(self, request: m.RevisionInput) -> None:
        self._request = request
        self._is_cancelled = False
        self._has_touched = False
        self._has_stages = False
        self._builds = 0
        """How many are at work."""
        self._work: asyncio.Task[m.RevisionResult | Failure]
        self._progress = Progress(request)
        self._in_place: InPlace | None = None
        self._url = ""
        """Set once this commit answers there: what fails afterwards does not take it away."""

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
        await self._see()
        raise asyncio.CancelledError

    async def _fail(self, failure: Failure) -> m.RevisionResult:
        is_confirmed = True
        if self._has_touched and self._is_something_left(failure):
            is_confirmed = await self._confirm(within=policies.CONFIRM_AFTER_FAILURE)
        await self._see()
        if self._was_cancelled():
            return await self._stop()
        place = self._in_place
        url_in_place = place.url if place else ""
        return m.RevisionResult(
            state="failed",
            url=self._url or url_in_place,
            failure=failure,
            reasons=self._progress.reasons,
            timings=self._progress.timings,
            application=self._progress.application,
            settings=self._progress.settings,
            sources=self._progress.sources,
            jobs=self._progress.jobs,
            release=place.mark if place else "",
            is_degraded=bool(url_in_place) and failure.kind is FailureKind.USER,
            is_confirmed=is_confirmed,
        )

    async def _see(self) -> None:
        """What answers after an update that was not brought up. In development mode that is known: the pods are the same."""
        if self._progress.has_changed and not self._url and self._in_place is None:
            await tell_what_serves(self._request)

    def _is_something_left(self, failure: Failure) -> bool:
        """Whether something may go on: a job that its stage has given up, or a build that was cancelled beside what failed."""
        if self._has_stages or failure.kind is FailureKind.PLATFORM:
            return True
        others = self._builds - (failure.phase == "build")
        return others > 0 and workflow.patched(CONFIRM_BESIDE_A_FAILURE)

    async def _try(self) -> m.RevisionResult | Failure:
        try:
            return await self._bring_up()
        except PhaseFailedError as error:
            return error.found

    async def _bring_up(self) -> m.RevisionResult:
        plan = await self._plan()
        request = self._request
        if plan.unchanged and request.serving is not None:
            return self._succeeded(request.serving.url, unchanged=plan.unchanged)
        self._has_stages = bool(plan.stages or plan.stages_after_health)
        images, secrets = await self._prepare(plan)
        if request.resets:
            self._progress.has_changed = True
            secrets = await self._reset(plan, secrets)
        stages = Stages(request, plan, self._progress, images=images, secrets=secrets)
        if plan.development is None:
            url = await stages.bring_up()
        else:
            self._in_place = InPlace(
                request, plan, plan.development, self._progress, secrets=secrets
            )
            url = await self._in_place.bring_up(stages)
        self._progress.url = url  # no pod of an older commit is left behind it
        await self._check_health(plan, url)
        self._url, self._progress.is_healthy = url, True
        await stages.finish()
        if self._in_place is not None:
            await self._in_place.finish()
        return self._succeeded(url)

    def _succeeded(self, url: str, *, unchanged: str = "") -> m.RevisionResult:
        why = (f"unchanged: {unchanged}",) if unchanged else ()
        return m.RevisionResult(
            state="succeeded",
            url=url,
            unchanged=unchanged,
            reasons=(*why, *self._progress.reasons),
            timings=self._progress.timings,
            application=self._progress.application,
            settings=self._progress.settings,
            sources=self._progress.sources,
            jobs=self._progress.jobs,
            release=self._in_place.mark if self._in_place else "",
        )

    async def _plan(self) -> RevisionPlan:
        request = self._request
        plan = await self._progress.run(
            "plan",
            Phase.PENDING,
            lambda: workflow.execute_activity_method(
                SourcePort.plan_revision,
                m.PlanRevisionInput(
                    ref=request.ref,
                    pull_request=request.pull_request,
                    commit=request.commit,
                    branch=request.branch,
                    is_trusted=request.is_trusted,
                    serving=request.serving.commit if request.serving else "",
                    serving_settings=request.serving.settings if request.serving else "",
                    is_development=request.is_development,
                    is_on_host=request.is_on_host,
                    heads=request.heads,
                ),
                **policies.PLAN,
            ),
        )
        # Warnings first: of a long list people see the beginning.
        warnings = tuple(f"Warning: {each}" for each in plan.warnings)
        self._progress.reasons = (*warnings, *plan.reasons)
        self._progress.application = plan.application
        self._progress.settings = plan.settings
        self._progress.services, self._progress.backups = resettable(plan), plan.backups
        self._progress.sources = plan.sources
        return plan

    async def _prepare(self, plan: RevisionPlan) -> tuple[tuple[m.BuildImageResult, ...], str]:
        """Namespace with secrets, and images, side by side: the images in the plan's order, and the secrets' checksum."""
        self._has_touched, self._builds = True, len(plan.builds)
        place = asyncio.create_task(self._place(plan).ensure())
        images = asyncio.create_task(self._gather_images(plan))
        await finish_together([place, images])
        self._builds = 0
        namespace, secrets = place.result()
        self._progress.reasons += (*namespace.warnings, *secrets.reasons)
        return images.result(), secrets.checksum

    async def _reset(self, plan: RevisionPlan, secrets: str) -> str:
        """The checksum of the environment's secrets with credentials that were made up anew."""
        await reset_services(self._request, plan, self._progress)
        return await self._place(plan).with_new_credentials(secrets)

    def _place(self, plan: RevisionPlan) -> Place:
        return Place(self._request, plan, self._progress)

    async def _gather_images(self, plan: RevisionPlan) -> tuple[m.BuildImageResult, ...]:
        """Those built here and those that others build, all at the same time."""
        if not plan.builds and not plan.images:
            return ()
        request = self._request
        sources = {each.name: each for each in plan.sources}
        inputs = [
            m.BuildImageInput(
                ref=request.ref,
                pull_request=request.pull_request,
                commit=request.commit,
                revision=request.id,
                build=build,
                branch=request.branch,
                is_trusted=request.is_trusted,
                template=plan.template,
                source=sources.get(build.source),
            )
            for build in plan.builds
        ]
        tasks = [asyncio.create_task(self._build_one(each)) for each in inputs]
        tasks += [
            asyncio.create_task(wait_for_image(request, each, self._progress))
            for each in plan.images
        ]
        await finish_together(tasks)
        return tuple(task.result() for task in tasks)

    async def _build_one(self, request: m.BuildImageInput) -> m.BuildImageResult:
        return await self._progress.run(
            "build",
            Phase.BUILDING,
            lambda: workflow.execute_activity_method(
                BuildPort.build_image, request, **policies.BUILD
            ),
        )

    async def _check_health(self, plan: RevisionPlan, url: str) -> None:
        limit = timedelta(seconds=plan.health.timeout_seconds)
        await self._progress.run(
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

    async def _confirm(self, *, within: timedelta | None = None) -> bool:
        request = self._request
        release = naming.release_name(request.ref.environment)
        return await confirm_stopped(request.ref, request.id, release, within=within)
