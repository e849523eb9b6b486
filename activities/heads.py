"""Which commit a branch points to, asked of the server without fetching anything."""

import re
from dataclasses import dataclass
from pathlib import Path

from activities.git import remote_git

_COMMIT = re.compile(r"[0-9a-f]{40}")
_HEAD = "HEAD"
_BRANCHES = "refs/heads/"


@dataclass(frozen=True)
class Head:
    """A branch and its newest commit."""

    branch: str
    commit: str


async def find_head(
    url: str,
    token: str,
    directory: Path,
    *,
    branch: str = "",
    timeout: float = 30,  # noqa: ASYNC109  (handed to git, which is ended by it)
) -> Head | None:
    """That branch where there is one, else the default branch; None in a repository without commits.

    `directory` is where git runs; nothing is written there. Raises RepositoryGoneError, GitHubError.
    """
    git = remote_git(url, token, directory, timeout)
    wanted = f"{_BRANCHES}{branch}"
    patterns = [_HEAD, *([wanted] if branch else [])]
    answer = await git("ls-remote", "--quiet", "--symref", url, *patterns)
    return read_heads(answer.stdout.decode(errors="replace"), branch)


def read_heads(text: str, branch: str) -> Head | None:
    """The same from what `git ls-remote --symref` has printed."""
    commits: dict[str, str] = {}
    default = ""
    for line in text.splitlines():
        value, _, name = line.partition("\t")
        if _COMMIT.fullmatch(value):
            commits[name] = value
        elif name == _HEAD and value.startswith(f"ref: {_BRANCHES}"):
            default = value.removeprefix(f"ref: {_BRANCHES}")
    if branch and (commit := commits.get(f"{_BRANCHES}{branch}")):
        return Head(branch, commit)
    if commit := commits.get(_HEAD):
        return Head(default or _HEAD, commit)
    return None
