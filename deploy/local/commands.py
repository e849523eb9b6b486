"""Commands that steps run: their output line by line, and an end with all their children when the step is stopped."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from activities.processes import uninterrupted

Listener = Callable[[str], None]
"""Called with every line of output, its line end included."""
_LONGEST_LINE = 2**24
"""Bytes; some compilers show their whole arguments on one line."""


async def run_command(
    argv: Sequence[str],
    listener: Listener,
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: bytes | None = None,
) -> tuple[int, str]:
    """Exit code and standard output; `environment` is added to ours.

    However this ends, the command has ended, and when it was cut short, everything that it started too.
    """
    starting = asyncio.ensure_future(_start(argv, environment, directory, stdin is not None))
    try:
        # A command whose start was cut off would leave its children behind: it is started, and then ended.
        process = await asyncio.shield(starting)
        output, _, _ = await asyncio.gather(
            _read(process.stdout, listener),
            _read(process.stderr, listener),
            _feed(process.stdin, stdin or b""),
        )
        return await process.wait(), output
    finally:
        await uninterrupted(_end(starting))


async def _start(
    argv: Sequence[str],
    environment: Mapping[str, str] | None,
    directory: Path | None,
    has_input: bool,
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE if has_input else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=None if environment is None else {**os.environ, **environment},
        cwd=directory,
        limit=_LONGEST_LINE,
        start_new_session=True,
    )


async def _read(stream: asyncio.StreamReader | None, listener: Listener) -> str:
    lines: list[str] = []
    while stream is not None and (line := await stream.readline()):
        lines.append(line.decode(errors="replace"))
        listener(lines[-1])
    return "".join(lines)


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()


async def _end(starting: "asyncio.Future[asyncio.subprocess.Process]") -> None:
    process = await starting
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
