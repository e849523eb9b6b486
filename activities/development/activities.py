"""The port that brings code into a pod that stays, and hears how its development server is doing."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.development.failures import SIGNALLED, check_ended, failure_of, reasons_of
from activities.development.on_host import LAY_OUT, LOOK, reasons_on_host
from activities.development.packing import Pack, pack_commit
from activities.development.pods import Pods
from activities.development.scripts import (
    AWAIT,
    BUSY,
    END_JOBS,
    HELD,
    INCOMPLETE,
    RUN_JOBS,
    TAKE_IN,
)
from activities.heartbeat import Progress, beating, is_given_up
from activities.known_secrets import read_known
from activities.kube import Container, Executed
from activities.logs import LogsMissingError, PodLogs
from activities.masking import mask_lines
from activities.origin import GitHubAccess, origin_of
from workflows import naming
from workflows.errors import ClusterError, DevelopmentError
from workflows.models import messages as m
from workflows.planning.plans.development.files import development_files
from workflows.ports import DevelopmentPort

FETCH_TIMEOUT: Final = 120.0
"""Seconds for each step of a fetch; a shallow one of a large repository takes half a minute."""
POD_TIMEOUT: Final = 400.0
"""Seconds until the pod begins; its images may have to be fetched."""
TAKE_TIMEOUT: Final = 300.0
"""Seconds for handing over what was fetched, and checking it out."""
_LINES = 25
"""Of the container's log, beside what is told of it."""
_BLOCK = 2**18
_Request = m.SyncCodeInput | m.AwaitDevelopmentInput | m.RunDevelopmentJobsInput


class DevelopmentActivities(DevelopmentPort):
    """In one cluster. `work_dir` holds what is fetched, for as long as it is handed over."""

    def __init__(self, api: ApiClient, github: GitHubAccess, work_dir: Path | None = None) -> None:
        self._api = api
        self._github = github
        self._work_dir = work_dir
        self._pods = Pods(api)
        self._logs = PodLogs(api)

    @activity.defn(name="sync_code")
    async def sync_code(self, request: m.SyncCodeInput) -> m.SyncCodeResult:
        """See `DevelopmentPort`. Raises DevelopmentError, PlanError, CommitGoneError, GitHubError, ClusterError."""
        async with beating() as progress:
            if request.development.is_on_host:
                return await self._on_host(request, progress)
            taken = await self._hand_over(request, request.held, progress)
            if taken.code == INCOMPLETE:
                # The pod's volume is new, or somebody has cleaned up in it: what is there is asked for.
                taken = await self._hand_over(request, await self._held(request), progress)
            if taken.code == INCOMPLETE:
                taken = await self._hand_over(request, "", progress)
            _check(taken)
            component = request.development.component
            await self._pods.label(
                request.ref.namespace, request.release, component, request.commit
            )
            return m.SyncCodeResult(reasons=reasons_of(taken.lines))

    async def _on_host(self, request: m.SyncCodeInput, progress: Progress) -> m.SyncCodeResult:
        """A checkout only where nothing is there."""
        container = await self._container(request, progress)
        looked = await kube.execute(
            self._api,
            container,
            ["/bin/sh", "-c", LOOK, "look", naming.short_hash(request.revision)],
            seconds=kube.CALL_TIMEOUT,
        )
        found = (looked.lines or [""])[0].strip()
        with tempfile.TemporaryDirectory(prefix="code-", dir=self._work_dir) as directory:
            pack = await self._pack(request, "", Path(directory)) if found == "empty" else None
            progress.detail = "handing it over"
            arguments = ["lay-out", request.commit, request.branch]
            _check(await self._run_taking(request, container, LAY_OUT, arguments, pack))
        component = request.development.component
        await self._pods.label(request.ref.namespace, request.release, component, request.commit)
        return m.SyncCodeResult(reasons=reasons_on_host(request.commit, found))

    @activity.defn(name="await_development")
    async def await_development(self, request: m.AwaitDevelopmentInput) -> None:
        """See `DevelopmentPort`. Raises DevelopmentError, ClusterError, PhaseTimeoutError."""
        seconds = request.timeout.total_seconds()
        async with beating() as progress:
            container = await self._container(request, progress)
            plan = request.development
            waited = await kube.execute(
                self._api,
                container,
                [
                    *("/bin/sh", "-c", AWAIT, "await"),
                    naming.short_hash(request.revision),
                    str(plan.port),
                    str(int(seconds)),
                    str(int(request.listening.total_seconds())),
                ],
                # Programs that it starts five times a second add up: it ends by itself, a little late.
                seconds=seconds * 1.5 + 30,
                tell=lambda line: setattr(progress, "detail", line),
            )
            check_ended(waited)
            said = (waited.lines or [""])[-1]
            if said == "listening":
                return
            lines = await self._last_lines(request)
            raise failure_of(said, plan, lines, request.listening)

    @activity.defn(name="run_development_jobs")
    async def run_development_jobs(self, request: m.RunDevelopmentJobsInput) -> None:
        """See `DevelopmentPort`. Raises DevelopmentError, ClusterError, PhaseTimeoutError."""
        seconds = request.timeout.total_seconds()
        async with beating() as progress:
            container = await self._container(request, progress)
            turn = naming.short_hash(request.revision)
            try:
                done = await kube.execute(
                    self._api,
                    container,
                    ["/bin/sh", "-c", RUN_JOBS, "run-jobs", turn, str(int(seconds))],
                    # As for `await_development`.
                    seconds=seconds * 1.5 + 30,
                    tell=lambda line: setattr(progress, "detail", line),
                )
            except asyncio.CancelledError:
                if not is_given_up():  # its successor waits for the same jobs
                    await self._end_jobs(container)
                raise
            check_ended(done)
            said = (done.lines or [""])[-1]
            if not said.startswith("done"):
                raise failure_of(said, request.development, await self._last_lines(request))

    async def _end_jobs(self, container: Container) -> None:
        """The pod may be gone already, and the jobs with it."""
        with contextlib.suppress(ClusterError):
            await kube.execute(
                self._api, container, ["/bin/sh", "-c", END_JOBS], seconds=kube.CALL_TIMEOUT
            )

    async def _container(self, request: _Request, progress: Progress) -> Container:
        return await self._pods.ready_for_code(
            request.ref.namespace,
            request.release,
            request.development.component,
            seconds=POD_TIMEOUT,
            progress=progress,
        )

    async def _hand_over(self, request: m.SyncCodeInput, held: str, progress: Progress) -> Executed:
        """Bring in what `held` lacks; what is fetched is fetched while the pod comes up."""
        with tempfile.TemporaryDirectory(prefix="code-", dir=self._work_dir) as directory:
            try:
                async with asyncio.TaskGroup() as group:
                    packing = group.create_task(self._pack(request, held, Path(directory)))
                    finding = group.create_task(self._container(request, progress))
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None  # the other one was cancelled
            progress.detail = "handing it over"
            arguments = ["take-in", held, request.commit, request.branch]
            return await self._run_taking(
                request, finding.result(), TAKE_IN, arguments, packing.result()
            )

    async def _run_taking(
        self,
        request: m.SyncCodeInput,
        container: Container,
        script: str,
        arguments: Sequence[str],
        pack: Pack | None,
    ) -> Executed:
        """`arguments` are those before the size of the pack."""
        files = {
            name: text.encode() for name, text in development_files(request.development).items()
        }
        return await kube.execute(
            self._api,
            container,
            [
                *("/bin/sh", "-c", script, *arguments),
                str(pack.size if pack else 0),
                naming.short_hash(request.revision),
                _mode(request),
                *(f"{name}:{len(data)}" for name, data in files.items()),
            ],
            seconds=TAKE_TIMEOUT,
            stdin=_stream(b"".join(files.values()), pack),
        )

    async def _pack(self, request: m.SyncCodeInput, held: str, directory: Path) -> Pack | None:
        if held == request.commit:
            return None
        async with origin_of(self._github, request.pull_request) as origin:
            return await pack_commit(origin, request.commit, held, directory, timeout=FETCH_TIMEOUT)

    async def _held(self, request: m.SyncCodeInput) -> str:
        """The commit that the pod has by its own word; empty when it has none."""
        container = await self._container(request, Progress())
        told = await kube.execute(
            self._api, container, ["/bin/sh", "-c", HELD], seconds=kube.CALL_TIMEOUT
        )
        return (told.lines or [""])[0].strip()

    async def _last_lines(
        self, request: m.AwaitDevelopmentInput | m.RunDevelopmentJobsInput
    ) -> tuple[str, ...]:
        """Of the development server; what cannot be had never hides the failure itself."""
        component = request.development.component
        try:
            pod = await self._container(request, Progress())
            lines = await self._logs.lines(request.ref.namespace, pod.pod, component, tail=_LINES)
        except (LogsMissingError, ClusterError) as error:
            return (f"(the log of {component} could not be read: {error})",)
        known = await read_known(self._api, request.ref.namespace)
        return known.shown(lines)


def _mode(request: m.SyncCodeInput) -> str:
    if request.is_anew:
        return "anew"
    return "restart" if request.is_restart else "keep"


def _check(taken: Executed) -> None:
    """Raises ClusterError for what may go better the next time, DevelopmentError for what will not."""
    if taken.code == 0:
        return
    if taken.code in (BUSY, INCOMPLETE):
        raise ClusterError("the code could not be taken in yet: an earlier attempt is at it")
    if taken.code >= SIGNALLED:
        check_ended(taken)
    raise DevelopmentError(
        "the code could not be brought into the environment", excerpt=mask_lines(taken.complaints)
    )


async def _stream(first: bytes, pack: Pack | None) -> AsyncIterator[bytes]:
    yield first
    if pack is None:
        return
    with pack.path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
