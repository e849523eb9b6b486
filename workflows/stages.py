"""Brings up what a plan deploys, one stage after the other; what no stage has reached yet stays as it serves."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from workflows import policies
from workflows.attempts import PhaseFailedError, finish_together
from workflows.errors import PlanError, to_failure
from workflows.models import Phase, ReleasePlan, RevisionPlan
from workflows.models import messages as m
from workflows.planning.steps import Step, steps_of
from workflows.ports import ClusterPort, HelmPort
from workflows.progress import Progress
from workflows.resets import restart_application
from workflows.restores import restore_backups, tell_restored


class Stages:
    """Of one revision. A stage that fails ends it: later ones are not begun, and what they would replace serves on."""

    def __init__(
        self,
        request: m.RevisionInput,
        plan: RevisionPlan,
        progress: Progress,
        *,
        images: tuple[m.BuildImageResult, ...],
        secrets: str,
    ) -> None:
        """`secrets` is the checksum of the environment's. Raises PhaseFailedError for a plan that contradicts itself."""
        self._request = request
        self._plan = plan
        self._progress = progress
        self._images = images
        self._secrets = secrets
        try:
            self._steps, self._later = steps_of(plan)
        except PlanError as error:
            failure = to_failure(error).model_copy(update={"phase": "deploy"})
            raise PhaseFailedError(failure) from error

    async def bring_up(self) -> str:
        """The public URL, once all pods are ready and the route is there."""
        await self._deploy_all()
        self._progress.has_begun_anew = True
        return await self._expose()

    async def prepare(self) -> str:
        """The public URL, once everything is deployed; pods of the last stage may still be on their way."""
        await self._deploy_all()
        return (await self._ensure_route()).url

    async def settle(self) -> None:
        """Until the pods of the last stage are ready."""
        last = self._steps[-1] if self._steps else None
        await self._await(_phase(last) if last else "rollout", last)

    async def finish(self) -> None:
        """What comes once the URL answers."""
        for step in self._later:
            await self._carry_out(step)

    async def _deploy_all(self) -> None:
        """Each stage but the last is waited for."""
        if not self._steps:
            await self._deploy("deploy", self._plan.release)
            await self._forget_restores()
            if self._request.is_anew and self._plan.volumes:
                await restart_application(self._request, self._plan, self._progress)
            return
        *before, last = self._steps
        for step in before:
            await self._carry_out(step)
            await restore_backups(self._request, self._plan, self._progress, step)
        await self._forget_restores()
        await self._deploy(_phase(last), last.release, last, self._words(last))
        if self._request.is_other_data:
            await restart_application(self._request, self._plan, self._progress)

    async def _forget_restores(self) -> None:
        """Also those of services that the plan does not have any more."""
        if self._request.restores:
            await tell_restored(self._request, self._request.restores)

    async def _carry_out(self, step: Step) -> None:
        await self._deploy(_phase(step), step.release, step, self._words(step))
        await self._await(_phase(step), step)

    def _words(self, step: Step) -> str:
        return f"stage {step.number} of {len(self._steps) + len(self._later)}: {step.title}"

    async def _deploy(
        self, phase: str, release: ReleasePlan, step: Step | None = None, words: str = ""
    ) -> None:
        request = self._request
        self._progress.has_changed = True
        await self._progress.run(
            phase,
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                HelmPort.deploy_release,
                m.DeployReleaseInput(
                    ref=request.ref,
                    pull_request=request.pull_request,
                    commit=request.commit,
                    revision=request.id,
                    release=release,
                    images=self._images,
                    branch=request.branch,
                    secrets_checksum=self._secrets,
                    components=step.components if step else (),
                    stage=step.number if step else 0,
                    has_extras=self._plan.extras is not None,
                    service_charts=tuple(each.release.name for each in self._plan.service_charts),
                ),
                **policies.DEPLOY,
            ),
            words=words,
        )

    async def _expose(self) -> str:
        """The public URL, once pods are ready and the route is there."""
        rollout = asyncio.create_task(self.settle())
        route = asyncio.create_task(self._ensure_route())
        await finish_together([rollout, route])
        return route.result().url

    async def _ensure_route(self) -> m.EnsureRouteResult:
        return await self._progress.run(
            "route",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                ClusterPort.ensure_route,
                m.EnsureRouteInput(
                    ref=self._request.ref,
                    release=self._plan.release.name,
                    route=self._plan.route,
                    more=self._plan.more_routes,
                ),
                **policies.ENSURE_ROUTE,
            ),
            is_limit_final=False,
        )

    async def _await(self, phase: str, step: Step | None) -> None:
        """Until its pods are ready and its jobs have succeeded."""
        limit = step.limit if step else timedelta(seconds=self._plan.rollout_timeout_seconds)
        request = m.WaitForRolloutInput(
            ref=self._request.ref,
            commit=self._request.commit,
            release=step.release.name if step else self._plan.release.name,
            timeout=limit,
            revision=self._request.id,
            components=step.awaited if step else (),
            jobs=step.jobs if step else (),
            service=step.service if step else "",
        )
        found = await self._progress.run(
            phase,
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                ClusterPort.wait_for_rollout,
                request,
                **policies.limited(policies.ROLLOUT, attempt=limit + policies.GRACE),
            ),
            words=self._words(step) if step else "",
        )
        if found is not None:
            self._progress.reasons += found.reasons
            self._progress.jobs += found.jobs


def _phase(step: Step) -> str:
    return f"deploy: {step.title}"
