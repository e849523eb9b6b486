"""Bare repositories on disk, driven by the `git` command: the only place that runs it."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

GIT_TIMEOUT = 60.0
"""Seconds; no repository here is large, so a git process that takes longer hangs."""

ZERO = "0" * 40
"""The name git and GitHub give to "no commit" in ref changes."""

_CONFIG = {
    "http.receivepack": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "uploadpack.allowFilter": "true",
    "receive.hideRefs": "refs/pull",
    "gc.auto": "0",
    "receive.autogc": "false",
    "core.hooksPath": os.devnull,
    "safe.directory": "*",
}
"""Any commit can be fetched by name, as from GitHub, and refs/pull belongs to the server. No garbage
collection: commits that were force-pushed away stay fetchable."""


class GitError(Exception):
    """A git command failed; the text is what it said."""


def git_environment(home: Path) -> dict[str, str]:
    """The environment of every git process here: nothing of the user's configuration leaks in."""
    fixed = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(_CONFIG)),
    }
    for index, (key, value) in enumerate(_CONFIG.items()):
        fixed[f"GIT_CONFIG_KEY_{index}"] = key
        fixed[f"GIT_CONFIG_VALUE_{index}"] = value
    return fixed


@dataclass(frozen=True)
class Person:
    """An author or committer."""

    name: str
    email: str


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    authored_at: datetime
    committer: Person
    committed_at: datetime
    message: str


@dataclass(frozen=True)
class FileChange:
    """One changed file of a comparison; `status` as in GitHub's API."""

    path: str
    previous_path: str | None
    status: str
    additions: int
    deletions: int
    blob: str
    patch: str

    def counts(self) -> dict[str, int]:
        total = self.additions + self.deletions
        return {"additions": self.additions, "deletions": self.deletions, "changes": total}


@dataclass(frozen=True)
class TreeEntry:
    kind: str
    """blob, tree or commit (a submodule)."""
    mode: str
    sha: str
    size: int
    path: str


class Git:
    """The repositories below one folder; a repository's directory is named by its id."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.environment = git_environment(root)

    def path(self, repository: int) -> Path:
        return self.root / f"{repository}.git"

    async def run(
        self,
        repository: int,
        *arguments: str,
        data: bytes = b"",
        extra: dict[str, str] | None = None,
    ) -> bytes:
        """Standard output of `git ARGUMENTS` in that repository; raises `GitError`."""
        process = await asyncio.create_subprocess_exec(
            "git",
            *arguments,
            cwd=self.path(repository),
            env=self.environment | (extra or {}),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, error = await asyncio.wait_for(process.communicate(data), GIT_TIMEOUT)
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise GitError(error.decode(errors="replace").strip() or f"exit {process.returncode}")
        return output

    async def text(self, repository: int, *arguments: str) -> str:
        return (await self.run(repository, *arguments)).decode(errors="replace").strip()

    async def create(self, repository: int, default_branch: str) -> None:
        self.path(repository).mkdir()
        await self.run(repository, "init", "--bare", "--quiet", "-b", default_branch, ".")

    async def clone(self, source: int, target: int) -> None:
        """A fork: its own objects and branches, so that deleting either harms nothing."""
        await self.create(target, "main")
        refs = "+refs/heads/*:refs/heads/*"
        await self.run(target, "fetch", "--quiet", str(self.path(source)), refs)
        head = await self.text(source, "symbolic-ref", "HEAD")
        await self.run(target, "symbolic-ref", "HEAD", head)

    def delete(self, repository: int) -> None:
        shutil.rmtree(self.path(repository), ignore_errors=True)

    # refs

    async def refs(self, repository: int, prefix: str = "refs/heads") -> dict[str, str]:
        """Full ref name to commit."""
        listing = await self.text(
            repository, "for-each-ref", "--format=%(refname) %(objectname)", prefix
        )
        return dict(line.split(" ", 1) for line in listing.splitlines())

    async def resolve(self, repository: int, name: str) -> str | None:
        """The commit a branch, tag, ref or (abbreviated) SHA stands for; branches win."""
        for candidate in (f"refs/heads/{name}", name):
            try:
                found = await self.text(
                    repository, "rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}"
                )
            except GitError:
                continue
            return found
        return None

    async def set_ref(self, repository: int, ref: str, sha: str) -> None:
        await self.run(repository, "update-ref", ref, sha)

    async def set_refs(self, repository: int, refs: dict[str, str]) -> None:
        lines = "".join(f"update {ref} {sha}\n" for ref, sha in refs.items())
        await self.run(repository, "update-ref", "--stdin", data=lines.encode())

    async def delete_ref(self, repository: int, ref: str) -> None:
        await self.run(repository, "update-ref", "-d", ref)

    async def fetch_commit(self, source: int, target: int, sha: str) -> None:
        """Bring a commit of a fork into its parent."""
        await self.run(target, "fetch", "--quiet", "--no-tags", str(self.path(source)), sha)

    # history

    async def is_ancestor(self, repository: int, old: str, new: str) -> bool:
        try:
            await self.run(repository, "merge-base", "--is-ancestor", old, new)
        except GitError:
            return False
        return True

    async def merge_base(self, repository: int, one: str, other: str) -> str | None:
        try:
            return await self.text(repository, "merge-base", one, other)
        except GitError:
            return None

    async def count(self, repository: int, revisions: str) -> int:
        return int(await self.text(repository, "rev-list", "--count", revisions))

    async def commits(self, repository: int, revisions: Sequence[str]) -> list[Commit]:
        """As `git log REVISIONS` (options such as `-n` included), newest first."""
        fields = "%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B%x1e"
        output = await self.text(repository, "log", f"--format={fields}", *revisions, "--")
        return [_commit(record) for record in output.split("\x1e") if record.strip()]

    # making commits

    async def commit_tree(
        self, repository: int, tree: str, parents: Sequence[str], message: str, who: Person
    ) -> str:
        extra = {
            "GIT_AUTHOR_NAME": who.name,
            "GIT_AUTHOR_EMAIL": who.email,
            "GIT_COMMITTER_NAME": who.name,
            "GIT_COMMITTER_EMAIL": who.email,
        }
        flags = [flag for parent in parents for flag in ("-p", parent)]
        made = await self.run(
            repository, "commit-tree", *flags, tree, data=message.encode(), extra=extra
        )
        return made.decode().strip()

    async def merge_tree(self, repository: int, base: str, head: str) -> str | None:
        """The tree of merging `head` into `base`, or None on a conflict."""
        try:
            return (await self.text(repository, "merge-tree", "--write-tree", base, head))[:40]
        except GitError:
            return None

    async def rebase(self, repository: int, base: str, head: str, who: Person) -> str:
        """The tip of `head`'s commits replayed on `base`; raises `GitError` on a conflict."""
        with tempfile.TemporaryDirectory(dir=self.root) as folder:
            tree = Path(folder) / "tree"
            await self.run(repository, "worktree", "add", "--quiet", "--detach", str(tree), head)
            extra = {"GIT_COMMITTER_NAME": who.name, "GIT_COMMITTER_EMAIL": who.email}
            try:
                await self.run(repository, "-C", str(tree), "rebase", "--quiet", base, extra=extra)
                return await self.text(repository, "-C", str(tree), "rev-parse", "HEAD")
            finally:
                await self.run(repository, "worktree", "remove", "--force", str(tree))


def _commit(record: str) -> Commit:
    sha, tree, parents, name, email, authored, by, by_email, committed, message = record.strip(
        "\n"
    ).split("\x1f")
    return Commit(
        sha=sha,
        tree=tree,
        parents=tuple(parents.split()),
        author=Person(name, email),
        authored_at=datetime.fromisoformat(authored),
        committer=Person(by, by_email),
        committed_at=datetime.fromisoformat(committed),
        message=message.strip(),
    )
