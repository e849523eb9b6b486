"""A local GitHub with an organisation, a repository, the App and a webhook door, per test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.github.receiver import Receiver, receiver
from tests.support.github.server import LocalGitHub

REPO = "acme/shop"
FILES = {"README.md": "# Shop\n", "web/index.html": "<h1>Shop</h1>\n", "old.txt": "old\n"}


@pytest.fixture
def door() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
async def github(tmp_path: Path, door: Receiver) -> AsyncIterator[LocalGitHub]:
    """Empty but for the App, whose webhooks go to `door`."""
    async with LocalGitHub.start(tmp_path / "github", webhook_url=door.url) as found:
        yield found


@pytest.fixture
async def shop(github: LocalGitHub) -> LocalGitHub:
    """With `acme/shop`, a branch `feature` one commit ahead, and the App installed on `acme`."""
    await github.create_repository(REPO, FILES)
    await github.install_app("acme")
    await github.push(REPO, "feature", {"README.md": "# Better shop\n"}, message="Improve")
    return github
