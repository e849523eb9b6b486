"""A plan that is cancelled or takes too long leaves no process and no file."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from temporalio.exceptions import CancelledError
from temporalio.testing import ActivityEnvironment

from activities.source.planning import Served, plan_commit
from activities.source.reading import Remote
from activities.source.workspace import Workspace
from workflows.errors import GitHubError, PlanError
from workflows.models import Project, RevisionPlan, Template
from workflows.planning.plans import PlanningRequest

pytestmark = [pytest.mark.spec("FR-007"), pytest.mark.invariant(6)]

MARK = "fetch-that-hangs"


class Silent:
    """A server that accepts and never answers."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self._done = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected.set()
        await self._done.wait()
        writer.close()

    def finish(self) -> None:
        self._done.set()


@pytest.fixture
async def silent() -> AsyncIterator[tuple[Silent, str]]:
    handler = Silent()
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield handler, f"http://127.0.0.1:{port}/{MARK}.git"
    finally:
        handler.finish()
        server.close()
        await server.wait_closed()


REQUEST = PlanningRequest(
    project=Project(
        key="acme-shop",
        team="acme",
        name="shop",
        sources=(),
        templates={"development": Template()},
    ),
    template="development",
    environment="pr-shop-1",
    commit="0123456789" * 4,
)


def plan(workspace: Workspace, url: str, *, timeout: float = 60) -> RevisionPlan:
    remote = Remote(url, "refs/pull/1/head", "", timeout)
    return workspace.run(lambda directory: plan_commit(remote, REQUEST, Served(), directory))


def processes_with(url: str) -> list[str]:
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        try:
            line = Path("/proc", name, "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if name.isdigit() and url in line:
            found.append(line)
    return found


async def test_a_cancelled_plan_has_ended_its_git_and_removed_its_files(
    silent: tuple[Silent, str], tmp_path: Path
) -> None:
    handler, url = silent
    workspace = Workspace(tmp_path, max_bytes=2**30)
    environment = ActivityEnvironment()

    def fetch() -> RevisionPlan:
        return plan(workspace, url)

    with ThreadPoolExecutor(1) as pool:
        running = asyncio.get_running_loop().run_in_executor(pool, environment.run, fetch)
        await asyncio.wait_for(handler.connected.wait(), 10)
        assert processes_with(url)
        begun = time.monotonic()
        await asyncio.to_thread(environment.cancel)
        with pytest.raises(CancelledError):
            await running
    assert time.monotonic() - begun < 2
    assert processes_with(url) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_repository_that_outgrows_its_limit_is_given_up_while_it_is_fetched(
    silent: tuple[Silent, str], tmp_path: Path
) -> None:
    _, url = silent
    workspace = Workspace(tmp_path, max_bytes=10)
    with pytest.raises(PlanError, match="larger than"):
        await asyncio.to_thread(plan, workspace, url)
    assert processes_with(url) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_plan_beats_while_git_works(silent: tuple[Silent, str], tmp_path: Path) -> None:
    _, url = silent
    workspace = Workspace(tmp_path, max_bytes=2**30)
    environment = ActivityEnvironment()
    beats: list[tuple[object, ...]] = []
    environment.on_heartbeat = lambda *details: beats.append(details)
    with pytest.raises(GitHubError, match="took longer"):
        await asyncio.to_thread(environment.run, lambda: plan(workspace, url, timeout=0.5))
    assert beats
    assert processes_with(url) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208
