"""A pull request on a local GitHub that this machine and the cluster's pods reach alike."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from activities.github import GitHubClients
from tests.support.github.server import LocalGitHub
from tests.support.github.state import State, Store
from workflows.models import PullRequestRef

NAME = "acme/shop"
FIRST_ID = 4_000_000_000
"""Far from the ids of the stack's own GitHub, whose reconcile would take this pull request for one of its own, long
closed, and remove the namespace that a test works in."""


@dataclass(frozen=True)
class PullRequestSource:
    """One repository with one open pull request, and the product's own clients for it."""

    server: LocalGitHub
    pull_request: PullRequestRef
    clients: GitHubClients

    async def push(self, files: Mapping[str, str | bytes | None]) -> str:
        """One more commit of the pull request; its hash."""
        return await self.server.push(NAME, "feature", files)


@asynccontextmanager
async def open_source(directory: Path, host: str) -> AsyncIterator[PullRequestSource]:
    """Serve a private repository on `host` until the block ends."""
    _begin_at(FIRST_ID, directory)
    async with LocalGitHub.start(directory, host=host) as server:
        repository = await server.create_repository(NAME, {"README.md": "shop\n"})
        installation = await server.install_app("acme")
        await server.push(NAME, "feature", {"README.md": "a shop\n"})
        pull = await server.open_pull_request(NAME, "feature", title="Open the shop")
        clients = GitHubClients(
            base_url=server.base_url, app_id=server.app_id, private_key=server.private_key
        )
        reference = PullRequestRef(
            installation=installation,
            repository_id=repository.id,
            repository=repository.full_name,
            number=pull.number,
        )
        yield PullRequestSource(server, reference, clients)


def _begin_at(number: int, directory: Path) -> None:
    """A GitHub that never was any other, but for the ids that it has given out."""
    directory.mkdir(parents=True, exist_ok=True)
    Store(directory / "state.json").save(State(last_id=number))
