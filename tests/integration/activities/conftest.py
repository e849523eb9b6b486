"""A local GitHub with a repository the App is installed on, and the product's own clients for it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from activities.github import GitHubClients
from tests.support.github.client_models import Pull, Repo
from tests.support.github.server import LocalGitHub
from workflows.models import PullRequestRef

NAME = "acme/shop"
CHART = "apiVersion: v2\nname: shop\nversion: 1.2.3\n"
FILES: Mapping[str, str] = {
    "Dockerfile": "FROM scratch\n",
    "chart/Chart.yaml": CHART,
    "chart/templates/web.yaml": "kind: Service\n",
    "src/main.txt": "hello\n",
}


@dataclass(frozen=True)
class Shop:
    """A repository with one open pull request."""

    server: LocalGitHub
    repo: Repo
    pull: Pull
    installation: int
    clients: GitHubClients

    @property
    def ref(self) -> PullRequestRef:
        return PullRequestRef(
            installation=self.installation,
            repository_id=self.repo.id,
            repository=self.repo.full_name,
            number=self.pull.number,
        )

    def other_clients(self) -> GitHubClients:
        """Those of another worker: nothing cached."""
        return clients_of(self.server)


def clients_of(server: LocalGitHub) -> GitHubClients:
    return GitHubClients(
        base_url=server.base_url, app_id=server.app_id, private_key=server.private_key, timeout=2
    )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LocalGitHub]:
    async with LocalGitHub.start(tmp_path / "github") as github:
        yield github


@pytest.fixture
async def shop(server: LocalGitHub) -> Shop:
    repo = await server.create_repository(NAME, FILES)
    installation = await server.install_app("acme")
    await server.push(NAME, "feature", {"src/main.txt": "changed\n"})
    pull = await server.open_pull_request(NAME, "feature", title="Change it")
    return Shop(server, repo, pull, installation, clients_of(server))
