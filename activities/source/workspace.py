"""Directories that live as long as one attempt: a limit on size, and nothing left behind."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from activities.heartbeat import beating
from workflows.errors import PlanError

_PREFIX = "plan-"
_WAKE = 0.2
"""Seconds. A thread that sleeps in the kernel cannot be cancelled; this one wakes up to be."""
T = TypeVar("T")


class Workspace:
    """Runs work in directories below `root`, which what killed processes left is removed from at once.

    Work whose directory outgrows `max_bytes` is ended.
    """

    def __init__(self, root: Path, *, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes
        root.mkdir(parents=True, exist_ok=True)
        remove_leftovers(root)

    def run(self, work: Callable[[Path], Coroutine[Any, Any, T]]) -> T:
        """Do it on this thread, in an empty directory. Raises what `work` raises, PlanError when it is too large."""
        with _own_directory(self._root) as directory:
            return asyncio.run(self._guarded(work(directory), directory))

    async def _guarded(self, work: Coroutine[Any, Any, T], directory: Path) -> T:
        """`work`, beating, ended when the directory outgrows its limit."""
        async with beating():
            task = asyncio.ensure_future(work)
            turns = 0
            while not task.done():
                await asyncio.wait({task}, timeout=_WAKE)
                turns += 1
                if turns % 5 == 0 or task.done():
                    await self._check_size(directory, task)
            return task.result()

    async def _check_size(self, directory: Path, task: "asyncio.Future[T]") -> None:
        if await asyncio.to_thread(size_of, directory) <= self._max_bytes:
            return
        task.cancel()
        await asyncio.wait({task})
        raise PlanError(
            f"the repository is larger than {self._max_bytes // 2**20} MiB",
            hint="Keep large files out of the repository, or ask an operator to raise the limit.",
        )


def remove_leftovers(root: Path) -> int:
    """Delete the directories of attempts whose process is gone; the number deleted."""
    count = 0
    for directory in root.glob(f"{_PREFIX}*"):
        with _lock(directory) as is_ours:
            if is_ours:
                shutil.rmtree(directory, ignore_errors=True)
                count += 1
    return count


def size_of(directory: Path) -> int:
    """Bytes of all files below."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118  (many files)
            except OSError:  # git renames and removes while we look
                continue
    return total


@contextmanager
def _own_directory(root: Path) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    try:
        with _lock(directory):
            yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _lock(directory: Path) -> Iterator[bool]:
    """Hold the directory; False when a living process does. The kernel lets go for a process that was killed."""
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
