"""Outside programs that end when we do: their own process group, a parent-death signal, and a wait for the end.

Whoever starts a program here gets three promises. A cancel or a timeout ends the program *and* everything it
started, and returns only once they are gone. A killed worker takes its programs with it. A program
that survived nevertheless is found again by a marker in its environment.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GRACE = 2.0
"""Seconds between TERM and KILL: enough for a program to undo its last step, short beside a person's patience."""
_CHUNK = 2**16
"""Bytes taken from a pipe at once: as many as it holds."""
_POLL = 0.01
"""Seconds between looks at a process group that is ending; it is gone within milliseconds."""


@dataclass(frozen=True)
class Finished:
    """How a program ended."""

    code: int
    stdout: bytes
    stderr: bytes
    is_cut: bool = False
    """The program was ended because it wrote more than was to be kept; `stdout` is the beginning."""

    @property
    def text(self) -> str:
        """Standard error, where programs explain themselves."""
        return self.stderr.decode(errors="replace")


class ProcessTimeoutError(Exception):
    """The program was ended because it used up its time."""


async def run_process(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109  (asyncio.timeout would end the wait, not the program)
    cwd: Path | None = None,
    stdin: bytes = b"",
    keep: int | None = None,
    grace: float = GRACE,
) -> Finished:
    """Run a program to its end; `env` is its whole environment, `timeout` and `grace` are seconds.

    A program that writes more than `keep` bytes to its standard output is ended, and its beginning returned.
    Raises ProcessTimeoutError after `timeout`. However this returns, no process of the group remains.
    """
    starting = asyncio.ensure_future(_start(argv, env, cwd))
    try:
        # A program whose start was cut off would leave its children behind: it is started, and then ended.
        process = await asyncio.shield(starting)
        async with asyncio.timeout(timeout):
            if keep is None:
                out, err = await process.communicate(stdin)
            else:
                out, err = await _talk(process, stdin, keep)
    except TimeoutError as error:
        raise ProcessTimeoutError(f"{argv[0]} did not end within {timeout:g} s") from error
    finally:
        await uninterrupted(_end_group(starting, grace))
    if keep is not None and len(out) > keep:
        return Finished(code=0, stdout=out[:keep], stderr=err, is_cut=True)
    return Finished(code=process.returncode or 0, stdout=out, stderr=err)


async def _talk(
    process: asyncio.subprocess.Process, stdin: bytes, keep: int
) -> tuple[bytes, bytes]:
    """As `communicate`, until the program has ended or written more than `keep` bytes."""
    assert process.stdin and process.stdout and process.stderr  # noqa: PT018, S101  (all are pipes)
    feeding = asyncio.ensure_future(_feed(process.stdin, stdin))
    explaining = asyncio.ensure_future(process.stderr.read())
    out = bytearray()
    try:
        while len(out) <= keep and (chunk := await process.stdout.read(_CHUNK)):
            out += chunk
        if len(out) > keep:
            return bytes(out), b""
        await feeding
        err = await explaining
        await process.wait()
        return bytes(out), err
    finally:
        feeding.cancel()
        explaining.cancel()
        await asyncio.wait({feeding, explaining})


async def _feed(pipe: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        pipe.write(data)
        await pipe.drain()
    pipe.close()


async def _start(
    argv: Sequence[str], env: Mapping[str, str], cwd: Path | None
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        # util-linux's setpriv replaces itself by the program: no code of ours runs between fork and exec,
        # which is unsafe in a process with threads.
        *("setpriv", "--pdeathsig", "TERM", "--", *argv),
        env=dict(env),
        cwd=cwd,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def end_survivors(marker: str, value: str, *, grace: float = GRACE) -> int:
    """End every process whose environment holds `marker=value`, with its group; the number of groups ended.

    For programs of an earlier attempt whose worker is gone. Returns when none of them runs any more.
    """
    groups = sorted(set(_groups_marked(f"{marker}={value}".encode())))
    for group in groups:
        await uninterrupted(_end_members(group, grace))
    return len(groups)


async def _end_group(starting: "asyncio.Future[asyncio.subprocess.Process]", grace: float) -> None:
    process = await starting
    if process.returncode is None:
        await _end_members(process.pid, grace)
        # The pipes are drained and closed with it, or the transport would warn when collected.
        await process.communicate()
    else:
        await _end_members(process.pid, 0)  # what it left behind has lost its purpose


async def _end_members(group: int, grace: float) -> None:
    deadline = time.monotonic() + grace
    _signal_group(group, signal.SIGTERM if grace else signal.SIGKILL)
    while is_group_alive(group):
        if time.monotonic() >= deadline:
            _signal_group(group, signal.SIGKILL)
        await asyncio.sleep(_POLL)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def is_group_alive(group: int) -> bool:
    """Whether a process of the group still runs. Zombies do not: in a container nobody may reap them."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return any(_stat_group(pid) == group for pid in _pids())


def _groups_marked(entry: bytes) -> Iterator[int]:
    for pid in _pids():
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        group = _stat_group(pid)
        if entry in environment.split(b"\0") and group not in (None, os.getpgrp()):
            yield int(group or 0)


def _pids() -> Iterable[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208  (names alone)


def _stat_group(pid: int) -> int | None:
    """Process group of a living process (proc(5): state and pgrp follow the name in parentheses)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[2])


async def uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    """Finish `work` although cancels arrive meanwhile; the cancel is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled
