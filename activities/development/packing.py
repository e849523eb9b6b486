"""What a pod lacks of a commit, as a pack of Git's: no more of it is fetched, and none of it passes a workflow."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from activities.git import Git, fetch_trees
from activities.origin import Origin
from workflows.errors import GitHubError, PlanError

MAX_PACK = 2 * 2**30
"""Bytes. More of one repository is not handed to a pod: its volume would not hold it twice."""
_TREE, _SUBMODULE = "040000", "160000"
_NOTHING = "0" * 40


@dataclass(frozen=True)
class Pack:
    """A file, and whether it holds all of the commit or only what differs from the one that is held."""

    path: Path
    size: int


async def pack_commit(
    origin: Origin,
    commit: str,
    held: str,
    directory: Path,
    *,
    timeout: float,  # noqa: ASYNC109  (handed to each program, which is ended by it)
) -> Pack:
    """All objects of `commit` that `held` does not have; all of them where it is empty, or not there any more.

    `directory` is empty, and whoever calls removes it. Raises CommitGoneError, GitHubError, PlanError.
    """
    if held and held != commit:
        part = directory / "part"
        git = await _fetched(origin, commit, part, timeout, has_contents=False)
        former = await git.attempt(*_FETCH, "--depth=1", "--filter=blob:none", "origin", held)
        if former.code == 0:
            return await _packed(git, await _changed(git, held, commit), part)
    whole = directory / "whole"
    git = await _fetched(origin, commit, whole, timeout, has_contents=True)
    listed = await git("rev-list", "--objects", commit)
    return await _packed(git, listed.stdout, whole)


_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")


async def _fetched(
    origin: Origin,
    commit: str,
    directory: Path,
    timeout: float,  # noqa: ASYNC109  (as `pack_commit`)
    *,
    has_contents: bool,
) -> Git:
    await asyncio.to_thread(directory.mkdir)
    return await fetch_trees(
        origin.url,
        commit,
        origin.ref,
        origin.token,
        directory,
        timeout=timeout,
        has_contents=has_contents,
    )


async def _changed(git: Git, held: str, commit: str) -> bytes:
    """Hashes, one a line: the commit, its tree, and whatever differs below; contents are fetched together."""
    root = (await git("rev-parse", f"{commit}^{{tree}}")).stdout.decode().strip()
    listed = await git(
        "diff-tree", "-r", "-t", "-z", "--raw", "--no-renames", "--no-abbrev", held, commit
    )
    words = listed.stdout.decode(errors="surrogateescape").split("\0")
    found = [each.lstrip(":").split(" ")[1:4:2] for each in words[:-1:2]]
    new = [(mode, oid) for mode, oid in found if oid != _NOTHING and mode != _SUBMODULE]
    if contents := sorted({oid for mode, oid in new if mode != _TREE}):
        await git(*_FETCH, "--filter=blob:none", "--stdin", "origin", stdin=_lines(contents))
    return _lines([commit, root, *(oid for _, oid in new)])


async def _packed(git: Git, objects: bytes, directory: Path) -> Pack:
    made = await git("pack-objects", "-q", ".git/pack", stdin=objects)
    path = directory / f".git/pack-{made.stdout.decode().strip()}.pack"
    try:
        size = path.stat().st_size
    except OSError as error:
        raise GitHubError("git did not make the pack that it was asked for") from error
    if size > MAX_PACK:
        raise PlanError(
            f"the repository is larger than {MAX_PACK // 2**20} MiB",
            hint="Keep large files out of the repository, or use the mode `deployment`.",
        )
    return Pack(path, size)


def _lines(words: list[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()
