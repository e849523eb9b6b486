"""Where a pull request's files come from, and the right to read them for a short while."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from workflows.errors import GitHubError, RepositoryGoneError
from workflows.models import PullRequestRef

READ_CONTENTS: Mapping[str, str] = {"contents": "read"}
"""All that fetching needs (ENV-020)."""


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
        asyncio.to_thread(access.repository, pull.installation, pull.repository_id),
        asyncio.to_thread(access.token, pull.installation, pull.repository_id, READ_CONTENTS),
    )
    with _dropping(access, token):
        yield _origin(repository, pull, token)


@contextmanager
def origin_in_thread(access: GitHubAccess, pull: PullRequestRef) -> Iterator[Origin]:
    """`origin_of` for activities that run on threads."""
    repository = access.repository(pull.installation, pull.repository_id)
    token = access.token(pull.installation, pull.repository_id, READ_CONTENTS)
    with _dropping(access, token):
        yield _origin(repository, pull, token)


def _origin(repository: Repository, pull: PullRequestRef, token: str) -> Origin:
    return Origin(url=repository.clone_url, ref=f"refs/pull/{pull.number}/head", token=token)


@contextmanager
def _dropping(access: GitHubAccess, token: str) -> Iterator[None]:
    try:
        yield
    except RepositoryGoneError as error:
        access.drop(token)
        raise GitHubError("git did not find a repository that GitHub knows") from error
    except GitHubError:
        access.drop(token)  # perhaps it was not accepted; a new one costs one request
        raise
