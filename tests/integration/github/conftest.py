"""A local GitHub with an organisation, a repository, the App and a webhook door, per test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.integration.github.receiver import Receiver, receiver
from tests.support.github.server import LocalGitHub, serving

REPO = "acme/shop"
FILES = {"README.md": "# Shop\n", "web/index.html": "<h1>Shop</h1>\n", "old.txt": "old\n"}


@pytest.fixture
def door() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests: making its key takes longer than most of them."""
    with serving(tmp_path_factory.mktemp("github")) as url:
        yield url


@pytest.fixture
async def github(server: str, door: Receiver) -> AsyncIterator[LocalGitHub]:
    """Empty but for the App, whose webhooks go to `door`."""
    async with LocalGitHub.connect(server) as found:
        await found.reset()
        await found.set_webhook(door.url)
        yield found
        await found.reset()


@pytest.fixture
async def shop(github: LocalGitHub) -> LocalGitHub:
    """With `acme/shop`, a branch `feature` one commit ahead, and the App installed on `acme`."""
    await github.create_repository(REPO)
    await github.install_app("acme")
    async with github.checkout(REPO) as checkout:
        checkout.write(FILES)
        await checkout.commit("Initial commit")
        await checkout.git("checkout", "--quiet", "-b", "feature")
        checkout.write({"README.md": "# Better shop\n"})
        await checkout.commit("Improve")
        await checkout.git("push", "--quiet", "origin", "main", "feature")
    return github
