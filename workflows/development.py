"""Development mode: the code goes into a pod that stays, and what runs there follows it (ENV-005, ENV-010)."""

import asyncio
from datetime import timedelta

from temporalio import workflow

from workflows import policies
from workflows.attempts import finish_together
from workflows.models import DevelopmentPlan, Phase, RevisionPlan
from workflows.models import messages as m
from workflows.models.development import time_of
from workflows.ports import ClusterPort, DevelopmentPort
from workflows.progress import Progress
from workflows.stages import Stages


class InPlace:
    """Of one revision. Helm is asked only where the release would differ from what serves."""

    def __init__(
        self,
        request: m.RevisionInput,
        plan: RevisionPlan,
        development: DevelopmentPlan,
        progress: Progress,
        *,
        secrets: str,
    ) -> None:
        """`secrets` is the checksum of the environment's."""
        self._request = request
        self._plan = plan
        self._development = development
        self._progress = progress
        self.mark = f"{plan.mark} {secrets}" if plan.mark else ""
        """Of the release and of the secrets that it has; empty where every commit makes another one."""
        self.url = ""
        """Set once the code is there: what the URL shows is this commit's from then on, be it nothing."""

    async def bring_up(self, stages: Stages) -> str:
        """The public URL, once the development server listens. Raises PhaseFailedError."""
        serving = self._request.serving
        if serving is not None and self.mark and serving.release == self.mark:
            url = serving.url
        else:
            url = await stages.prepare()
        pods = asyncio.create_task(stages.settle())
        code = asyncio.create_task(self._bring_in(url))
        await finish_together([code, pods])
        return url

    async def finish(self) -> None:
        """What comes once the URL answers, beside the server that goes on. Raises PhaseFailedError."""
        jobs = self._development.after_health
        if not jobs:
            return
        limit = timedelta(seconds=time_of(jobs))
        await self._progress.run(
            "jobs",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                DevelopmentPort.run_development_jobs,
                m.RunDevelopmentJobsInput(
                    ref=self._request.ref,
                    revision=self._request.id,
                    release=self._plan.release.name,
                    development=self._development,
                    timeout=limit,
                ),
                **policies.limited(policies.AWAIT_DEVELOPMENT, attempt=limit + policies.GRACE),
            ),
            words=f"after the deployment: {', '.join(each.title for each in jobs)}",
        )

    async def _bring_in(self, url: str) -> None:
        result = await self._sync()
        self._progress.has_begun_anew = True
        self.url = self._progress.url = url
        what = "Code updated in place" if self._request.serving is not None else "Code brought in"
        self._progress.reasons += (f"{what} at {self._request.commit[:7]}.", *result.reasons)
        await self._start()

    async def _sync(self) -> m.SyncCodeResult:
        request = self._request
        return await self._progress.run(
            "code",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                DevelopmentPort.sync_code,
                m.SyncCodeInput(
                    ref=request.ref,
                    pull_request=request.pull_request,
                    commit=request.commit,
                    branch=request.branch,
                    revision=request.id,
                    release=self._plan.release.name,
                    development=self._development,
                    held=request.serving.commit if request.serving else "",
                    is_anew=request.is_anew,
                    is_restart=request.serving is None or not self._development.follows_changes,
                ),
                **policies.SYNC_CODE,
            ),
            words="bringing the code in",
        )

    async def _start(self) -> None:
        limit = timedelta(seconds=self._plan.rollout_timeout_seconds) - policies.TOLD_FIRST
        await self._progress.run(
            "development server",
            Phase.DEPLOYING,
            lambda: workflow.execute_activity_method(
                DevelopmentPort.await_development,
                m.AwaitDevelopmentInput(
                    ref=self._request.ref,
                    revision=self._request.id,
                    release=self._plan.release.name,
                    development=self._development,
                    timeout=limit,
                    listening=timedelta(seconds=self._plan.health.timeout_seconds),
                ),
                **policies.limited(policies.AWAIT_DEVELOPMENT, attempt=limit + policies.GRACE),
            ),
            words="dependencies, migrations, development server",
        )


async def ensure_directory(request: m.RevisionInput, progress: Progress) -> None:
    """Until the project's directory of the node is the environment's to mount. Raises PhaseFailedError."""
    await progress.run(
        "directory",
        Phase.BUILDING,
        lambda: workflow.execute_activity_method(
            ClusterPort.ensure_directory,
            m.EnsureDirectoryInput(ref=request.ref, branch=request.branch),
            **policies.ENSURE_DIRECTORY,
        ),
        is_limit_final=False,
    )
