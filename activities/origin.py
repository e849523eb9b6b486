"""Where a pull request's files come from, and the right to read them for a short while."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from workflows.errors import (
    CommitGoneError,
    GitHubError,
    GitHubRateLimitError,
    RepositoryGoneError,
)
from workflows.models import PullRequestRef

READ_CONTENTS: Mapping[str, str] = {"contents": "read"}
"""All that fetching needs (ENV-020)."""
FRESH_FOR = 300.0
"""Seconds. A rename does no harm meanwhile: GitHub redirects, for the API and for git."""
_CALLS = ThreadPoolExecutor(32, thread_name_prefix="origin")
"""Calls to a GitHub that hangs must not hold up what else the process does on threads: files, names, the database."""
P = ParamSpec("P")
T = TypeVar("T")


class Repository(Protocol):
    @property
    def clone_url(self) -> str:
        """Without credentials."""


class GitHubAccess(Protocol):
    """What is asked of GitHub's clients; called on threads, since they block."""

    def repository(self, installation: int, repository_id: int) -> Repository:
        """Where the repository is right now; its id never changes, its name may."""

    def token(self, installation: int, repository_id: int, permissions: Mapping[str, str]) -> str:
        """A token for one repository and these permissions, valid for a minute at least."""

    def drop(self, token: str) -> None:
        """Forget a token that is no longer accepted."""


@dataclass(frozen=True)
class _Known:
    repository: Repository
    until: float


class RememberingAccess:
    """Asks for a repository once in a while, and lives with the last answer while GitHub gives none. For threads.

    `fresh_for` is seconds; `now` is a clock that never goes back.
    """

    def __init__(
        self,
        access: GitHubAccess,
        *,
        fresh_for: float = FRESH_FOR,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = access
        self._fresh_for = fresh_for
        self._now = now
        self._known: dict[tuple[int, int], _Known] = {}

    def repository(self, installation: int, repository_id: int) -> Repository:
        """As `GitHubAccess`. An answer that the repository is gone is never overruled."""
        key = (installation, repository_id)
        known = self._known.get(key)
        if known is not None and self._now() < known.until:
            return known.repository
        try:
            found = self._access.repository(installation, repository_id)
        except (GitHubError, GitHubRateLimitError):
            if known is None:
                raise
            return known.repository
        except Exception:
            self._known.pop(key, None)
            raise
        self._known[key] = _Known(found, self._now() + self._fresh_for)
        return found

    def token(self, installation: int, repository_id: int, permissions: Mapping[str, str]) -> str:
        return self._access.token(installation, repository_id, permissions)

    def drop(self, token: str) -> None:
        """Git failed with it, perhaps because an address is another repository's by now: all are asked for anew."""
        self._access.drop(token)
        for key, known in list(self._known.items()):
            self._known[key] = _Known(known.repository, self._now())


@dataclass(frozen=True)
class Origin:
    """A repository to fetch from. Never leaves the process: it holds a token."""

    url: str
    ref: str
    """Always of the base repository: a fork is never a remote."""
    token: str


@asynccontextmanager
async def origin_of(access: GitHubAccess, pull: PullRequestRef) -> AsyncIterator[Origin]:
    """The origin of a pull request's commits; a failure of git inside the block drops the token.

    Raises what the clients raise; RepositoryGoneError only on the API's word, as git's server may lag behind.
    """
    repository, token = await asyncio.gather(
        on_thread(access.repository, pull.installation, pull.repository_id),
        on_thread(access.token, pull.installation, pull.repository_id, READ_CONTENTS),
    )
    with dropping(access, token):
        yield _origin(repository, pull, token)


@contextmanager
def origin_in_thread(access: GitHubAccess, pull: PullRequestRef) -> Iterator[Origin]:
    """`origin_of` for activities that run on threads."""
    repository = access.repository(pull.installation, pull.repository_id)
    token = access.token(pull.installation, pull.repository_id, READ_CONTENTS)
    with dropping(access, token):
        yield _origin(repository, pull, token)


async def on_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """On one of the threads for calls that may hang."""
    work = functools.partial(call, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_CALLS, work)


def _origin(repository: Repository, pull: PullRequestRef, token: str) -> Origin:
    return Origin(url=repository.clone_url, ref=_ref(pull), token=token)


def _ref(pull: PullRequestRef) -> str:
    if pull.number:
        return f"refs/pull/{pull.number}/head"
    return f"refs/heads/{pull.branch}" if pull.branch else ""


@contextmanager
def dropping(access: GitHubAccess, token: str) -> Iterator[None]:
    """A failure of git inside the block drops the token."""
    try:
        yield
    except RepositoryGoneError as error:
        access.drop(token)
        raise GitHubError("git did not find a repository that GitHub knows") from error
    except (GitHubError, CommitGoneError):
        # Perhaps the token was not accepted, or the address is old: new ones cost two requests.
        access.drop(token)
        raise
