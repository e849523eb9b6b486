"""Content by version, shared between stacks: complete or absent, built by one run at a time."""

# ruff: noqa: ASYNC240  (a few local files: quicker than handing them to a thread)

import asyncio
import contextlib
import fcntl
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from pathlib import Path

from deploy.local.steps import Outcome


def version_key(*parts: str | bytes) -> str:
    """Return a short key over everything that the content depends on."""
    digest = sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:12]


async def ensure_artifact(
    directory: Path, build: Callable[[Path], Awaitable[None]], *, note: Callable[[str], None]
) -> Outcome:
    """Have `build` fill the directory unless it is there; a half-built one never appears.

    `build` gets a fresh directory beside it, which is renamed at the end.
    """
    if directory.exists():
        return Outcome.CACHED
    directory.parent.mkdir(parents=True, exist_ok=True)
    async with _lock(directory.with_name(directory.name + ".lock"), note):
        if directory.exists():
            return Outcome.CACHED
        partial = directory.with_name(directory.name + ".partial")
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        partial.mkdir()
        await build(partial)
        partial.rename(directory)
    return Outcome.DONE


@contextlib.asynccontextmanager
async def _lock(path: Path, note: Callable[[str], None]) -> AsyncIterator[None]:
    """Hold the lock of one artifact; the kernel frees it when its holder is killed."""
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                note("another run is building it")
                await asyncio.sleep(0.5)
        yield
