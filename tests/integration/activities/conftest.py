"""A local GitHub with a repository the App is installed on, and the product's own clients for it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a server with the repository and its pull request, made once: pushes take a second each."""
    data = tmp_path_factory.mktemp("prepared") / "github"

    async def prepare() -> None:
        async with LocalGitHub.start(data) as server:
            await server.create_repository(NAME, FILES)
            await server.install_app("acme")
            await server.push(NAME, "feature", {"src/main.txt": "changed\n"})
            await server.open_pull_request(NAME, "feature", title="Change it")

    with ThreadPoolExecutor(1) as pool:  # pytest's own event loop stays as it is
        pool.submit(asyncio.run, prepare()).result()
    return data


@pytest.fixture
async def server(prepared: Path, tmp_path: Path) -> AsyncIterator[LocalGitHub]:
    shutil.copytree(prepared, tmp_path / "github")
    async with LocalGitHub.start(tmp_path / "github") as github:
        yield github


@pytest.fixture
async def shop(server: LocalGitHub) -> Shop:
    repo = await server.repository(NAME)
    pull = await server.pull_request(NAME, 1)
    installation = await server.install_app("acme")
    return Shop(server, repo, pull, installation, clients_of(server))
