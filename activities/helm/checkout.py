"""Files of the pinned commit, fetched for one attempt: as few as will do."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from activities.git import fetch_commit
from activities.origin import Origin


async def fetch_files(
    origin: Origin,
    commit: str,
    paths: Sequence[str],
    directory: Path,
    *,
    needs_all: Callable[[Path], bool],
    timeout: float,  # noqa: ASYNC109  (handed to git, which is ended by it)
) -> Path:
    """A checkout of `paths` at that commit; of all of it where `needs_all` says so of what came. Raises what `fetch_commit` does."""
    root = await fetch_commit(
        origin.url,
        commit,
        origin.ref,
        origin.token,
        directory / "part",
        timeout=timeout,
        paths=paths,
    )
    if not paths or not await asyncio.to_thread(needs_all, root):
        return root
    return await fetch_commit(
        origin.url, commit, origin.ref, origin.token, directory / "whole", timeout=timeout
    )


def has_dangling_link(directory: Path) -> bool:
    """Whether a link below, or the directory itself, leads to something that was not fetched."""
    return any(
        path.is_symlink() and not path.exists() for path in (directory, *directory.rglob("*"))
    )
