"""Repositories that come along with a pull request's: where they are, and failures that say which one they are about."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from activities.origin import READ_CONTENTS, GitHubAccess, Origin, dropping, on_thread
from workflows.errors import (
    CommitGoneError,
    GitHubPermissionError,
    PlanError,
    RepositoryGoneError,
    UserMustFixError,
)
from workflows.models import Source, SourceCommit


@asynccontextmanager
async def origin_of_companion(
    access: GitHubAccess, source: Source | SourceCommit, branch: str = ""
) -> AsyncIterator[Origin]:
    """The origin of a branch's commits, as `origin_of`; `branch` may stay empty where no commit is asked for yet."""
    repository, token = await asyncio.gather(
        on_thread(access.repository, source.installation, source.repository_id),
        on_thread(access.token, source.installation, source.repository_id, READ_CONTENTS),
    )
    with dropping(access, token):
        ref = f"refs/heads/{branch}" if branch else ""
        yield Origin(url=repository.clone_url, ref=ref, token=token)


@contextmanager
def naming(source: Source | SourceCommit) -> Iterator[None]:
    """Failures of the block say which source they are about; nobody looks for them in another repository."""
    subject = f"source `{source.name}` ({source.repository})"
    try:
        yield
    except (RepositoryGoneError, GitHubPermissionError) as error:
        raise PlanError(
            f"{subject} cannot be read: {error}",
            hint=(
                "Let the GitHub App have the repository again, or take it out of the project's sources and of the "
                "template's `sources`; then `redeploy`."
            ),
        ) from error
    except CommitGoneError as error:
        raise CommitGoneError(f"{subject}: {error}") from error
    except UserMustFixError as error:
        kind = type(error)
        raise kind(f"{subject}: {error}", excerpt=error.excerpt, hint=error.hint) from error
