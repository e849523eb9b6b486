"""A local GitHub with an organisation, a repository, the App and a webhook door, per test."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.github.receiver import Receiver, receiver
from tests.support.github.client_git import Checkout
from tests.support.github.git import git_environment
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


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with `main` and, one commit ahead, `feature`: made once, pushed for each test."""
    folder = tmp_path_factory.mktemp("history")
    who = {f"GIT_{role}_NAME": "octocat" for role in ("AUTHOR", "COMMITTER")}
    mail = {
        f"GIT_{role}_EMAIL": "octocat@users.noreply.github.com" for role in ("AUTHOR", "COMMITTER")
    }
    environment = git_environment(folder) | who | mail

    def commit(files: dict[str, str], branch: str, message: str) -> None:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        for command in (
            ("checkout", "--quiet", "-B", branch),
            ("add", "--all"),
            ("commit", "--quiet", "--message", message),
        ):
            subprocess.run(["git", *command], cwd=folder, env=environment, check=True)

    subprocess.run(["git", "init", "--quiet"], cwd=folder, env=environment, check=True)
    commit(FILES, "main", "Initial commit")
    commit({"README.md": "# Better shop\n"}, "feature", "Improve")
    return folder


@pytest.fixture
async def shop(github: LocalGitHub, history: Path) -> AsyncIterator[LocalGitHub]:
    """With `acme/shop`, its branches of `history`, and the App installed on `acme`."""
    made = await github.create_repository(REPO)
    await github.install_app("acme")
    checkout = Checkout(made.clone_url, "octocat", await github.token("octocat"))
    try:
        branches = ("main", "feature")
        await checkout.git("-C", str(history), "push", "--quiet", made.clone_url, *branches)
        yield github
    finally:
        checkout.close()
