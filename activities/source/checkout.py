"""Checkouts that live as long as one attempt: their own directory, a limit on size, and nothing left behind."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from activities.git import fetch_commit
from activities.heartbeat import beating
from activities.processes import run_process
from activities.source.chart import is_inside
from activities.source.describe import (
    Index,
    describe_chart,
    describe_file,
    list_file,
    needs_links,
)
from workflows.errors import GitHubError, PlanError
from workflows.models import RepositoryFacts

_PREFIX = "plan-"
_WAKE = 0.2
"""Seconds. A thread that sleeps in the kernel cannot be cancelled; this one wakes up to be."""
_LIST_TIMEOUT = 30.0
"""Seconds for listing the paths of a commit; a hundred thousand take a second."""
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """A commit, where it is, and what is asked about it."""

    url: str
    commit: str
    ref: str
    token: str
    charts: tuple[str, ...]
    files: tuple[str, ...]


class Checkouts:
    """Describes commits in directories below `root`. `max_bytes` and `timeout` (seconds) end a fetch."""

    def __init__(self, root: Path, *, max_bytes: int, timeout: float) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._timeout = timeout
        root.mkdir(parents=True, exist_ok=True)
        remove_leftovers(root)

    def describe(self, wanted: Wanted) -> RepositoryFacts:
        """Fetch and describe on this thread. Raises CommitGoneError, RepositoryGoneError, GitHubError, PlanError."""
        with _own_directory(self._root) as directory:
            return asyncio.run(self._guarded(self._describe(wanted, directory), directory))

    async def _describe(self, wanted: Wanted, directory: Path) -> RepositoryFacts:
        asked = [path for path in (*wanted.charts, *wanted.files) if is_inside(path)]
        charts = [_pattern(path) for path in wanted.charts if path in asked]
        root = await self._fetch(
            wanted, directory / "part", charts or [_pattern(asked[0])] if asked else []
        )
        index = await self._index(root)
        if not needs_links(index, wanted.charts, wanted.files):
            files = tuple(list_file(index, path) for path in wanted.files)
        else:
            # Only a whole checkout tells where links lead; repositories that use them for this are rare.
            root = await self._fetch(wanted, directory / "whole", [])
            files = tuple(describe_file(root, path) for path in wanted.files)
        return RepositoryFacts(
            commit=wanted.commit,
            charts=tuple(describe_chart(root, path) for path in wanted.charts),
            files=files,
        )

    async def _fetch(self, wanted: Wanted, directory: Path, paths: Sequence[str]) -> Path:
        return await fetch_commit(
            wanted.url,
            wanted.commit,
            wanted.ref,
            wanted.token,
            directory,
            timeout=self._timeout,
            paths=paths,
        )

    async def _index(self, root: Path) -> Index:
        finished = await run_process(
            ["git", "ls-files", "--stage", "-z"],
            env=_local_environment(),
            cwd=root,
            timeout=_LIST_TIMEOUT,
        )
        if finished.code:
            raise GitHubError("the commit's files could not be listed", excerpt=[finished.text])
        return Index.parse(finished.stdout)

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


def _pattern(path: str) -> str:
    """As `fetch_commit` wants directories; empty for the whole repository."""
    plain = os.path.normpath(path)
    return "" if plain == "." else plain


def _local_environment() -> Mapping[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
