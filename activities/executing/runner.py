"""Runs a command in a container and ends it with whoever asked: nothing of it passes a workflow."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.executing.places import (
    BusyError,
    Place,
    UnknownDirectoryError,
    find_place,
    places_in,
)
from activities.executing.scripts import END, NOWHERE, RUN
from activities.kube import Container, Executed
from activities.log_masking import mask_log
from workflows.errors import ClusterError
from workflows.planning.plans.development.places import CODE

log = logging.getLogger(__name__)
OUTPUT_LIMIT = 128 * 1024
"""Bytes kept of each output: masking them takes half a second, and whoever wants more can ask for a part."""
MAX_PARALLEL = 16
"""Commands at once; each holds a connection, and ending it takes another one."""
TIMEOUT = 5.0
"""Seconds for finding the container."""
END_TIMEOUT = 15.0
"""Seconds for ending a command: a container that is at its limit of processors is slow to answer."""
_MARGIN = 15
"""Seconds after which a command ends by itself, when whoever should have ended it is gone."""


@dataclass(frozen=True)
class Execution:
    """What is to be run. Everything in it was checked before."""

    command: tuple[str, ...]
    seconds: int
    component: str | None = None
    container: str | None = None
    directory: str = ""
    stdin: str = ""


@dataclass(frozen=True)
class Output:
    """What a command has written, masked."""

    text: str
    size: int
    """Bytes in all."""
    is_cut: bool


@dataclass(frozen=True)
class Finished:
    """How it went."""

    component: str
    pod: str
    stdout: Output
    stderr: Output
    seconds: float
    exit_code: int | None
    """None when its time was up."""
    is_gone: bool = True
    """False when it could not be shown that nothing of it is left."""


class CommandRunner:
    """For one cluster. Connects at its first use, so that a missing kubeconfig stops no process."""

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self._api: ApiClient | None = None
        self._running = 0
        self._ending: set[asyncio.Task[bool]] = set()

    async def run(self, namespace: str, execution: Execution) -> Finished:
        """To its end, or to the end of its time. Cancelled: the command is ended before this returns.

        Raises PlaceError when there is nothing to run it in, ClusterError when the cluster cannot be asked.
        """
        if self._running >= MAX_PARALLEL:
            raise BusyError(f"{MAX_PARALLEL} commands are running already; try again in a moment")
        self._running += 1
        try:
            return await self._run(namespace, execution)
        finally:
            self._running -= 1

    async def close(self) -> None:
        """After the commands that are being ended."""
        if self._ending:
            await asyncio.wait(self._ending)
        if self._api is not None:
            await kube.close(self._api)
            self._api = None

    async def _run(self, namespace: str, execution: Execution) -> Finished:
        api = await self._connected()
        pods = await self._pods(api, namespace)
        places = places_in(namespace, pods)
        place = find_place(places, execution.component, execution.container)
        mark, done = uuid4().hex, Executed()
        began, is_gone = time.monotonic(), True
        try:
            async with asyncio.timeout(execution.seconds):
                await self._execute(api, place.container, execution, mark, done)
        except TimeoutError:
            is_gone = await self._end(api, place.container, mark)
        except (asyncio.CancelledError, ClusterError):
            await self._end(api, place.container, mark)
            raise
        if done.code == NOWHERE and done.stderr.decode(errors="replace").strip() == mark:
            raise UnknownDirectoryError(
                f"there is no directory `{execution.directory}` below `{CODE}` of `{place.component}`"
            )
        return await _finished(place, done, time.monotonic() - began, is_gone=is_gone)

    async def _execute(
        self, api: ApiClient, container: Container, execution: Execution, mark: str, done: Executed
    ) -> None:
        stdin = execution.stdin.encode()
        await kube.execute(
            api,
            container,
            [
                *("/bin/sh", "-c", RUN, f"run-{mark}", str(execution.seconds + _MARGIN)),
                *(execution.directory, str(len(stdin)), *execution.command),
            ],
            seconds=execution.seconds + _MARGIN,
            stdin=_once(stdin) if stdin else None,
            keep=OUTPUT_LIMIT,
            into=done,
        )

    async def _end(self, api: ApiClient, container: Container, mark: str) -> bool:
        """Whether it is certain that nothing is left; goes on when whoever waits for it does not."""
        ending = asyncio.create_task(_end(api, container, mark))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        return await asyncio.shield(ending)

    async def _pods(self, api: ApiClient, namespace: str) -> list[kube.KubeObject]:
        path = kube.collection_path("v1", "Pod", namespace)
        found: list[kube.KubeObject] = (await kube.request(api, "GET", path, timeout=TIMEOUT))[
            "items"
        ]
        return found

    async def _connected(self) -> ApiClient:
        if self._kubeconfig is None:
            raise ClusterError("no cluster is configured")
        if self._api is None:
            self._api = await kube.connect(self._kubeconfig, self._context)
        return self._api


async def _end(api: ApiClient, container: Container, mark: str) -> bool:
    try:
        ended = await kube.execute(
            api, container, ["/bin/sh", "-c", END, "end", mark], seconds=END_TIMEOUT
        )
    except ClusterError as error:
        log.warning("a command in %s ends by itself: %s", container.pod, error)
        return False
    return ended.code == 0


async def _finished(place: Place, done: Executed, seconds: float, *, is_gone: bool) -> Finished:
    return Finished(
        component=place.component,
        pod=place.container.pod,
        stdout=await _output(done.stdout, done.written),
        stderr=await _output(done.stderr, done.complained),
        seconds=seconds,
        exit_code=done.code if done.code >= 0 else None,
        is_gone=is_gone,
    )


async def _output(kept: bytearray, size: int) -> Output:
    """Whole lines where something was left out: half of a secret is not recognized as one."""
    lines = kept.decode(errors="replace").split("\n")
    is_cut = size > len(kept)
    if is_cut and len(lines) > 1:
        lines[-1] = ""
    return Output("\n".join(await mask_log(lines)), size, is_cut)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
