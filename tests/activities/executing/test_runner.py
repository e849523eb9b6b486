"""A command from its beginning to its end, its time's end, or the end of whoever asked; the cluster is scripted."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from activities import kube
from activities.executing import (
    BusyError,
    CommandRunner,
    Execution,
    NotRunningError,
    UnknownDirectoryError,
)
from activities.executing.runner import MAX_PARALLEL, OUTPUT_LIMIT
from activities.executing.scripts import END, NOWHERE, RUN
from activities.kube import Container, Executed
from activities.kube.frames import STDERR, STDOUT
from tests.activities.executing.test_places import WITH_CODE
from workflows.errors import ClusterError

pytestmark = pytest.mark.spec("OPS-4", "ENV-033")
LS = Execution(("ls", "-1"), seconds=30)


class Cluster:
    """One pod; what a command prints, and how long it takes, is the test's."""

    def __init__(self) -> None:
        self.pods: list[dict[str, Any]] = [WITH_CODE]
        self.prints: tuple[tuple[int, bytes], ...] = ()
        self.code = 0
        self.failure: ClusterError | None = None
        self.lasts: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.end_code = 0
        self.end_failure: ClusterError | None = None
        self.commands: list[list[str]] = []
        self.ended: list[str] = []
        self.stdin = b""
        self.nowhere = False

    async def request(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"items": self.pods}

    async def execute(
        self,
        _api: object,
        _container: Container,
        command: Sequence[str],
        *,
        seconds: float,
        stdin: AsyncIterable[bytes] | None = None,
        keep: int = 0,
        into: Executed | None = None,
    ) -> Executed:
        if command[2] == END:
            self.ended.append(command[4])
            if self.end_failure is not None:
                raise self.end_failure
            return Executed(code=self.end_code)
        assert command[2] == RUN
        assert into is not None
        self.commands.append(list(command[3:]))
        if stdin is not None:
            self.stdin = b"".join([block async for block in stdin])
        for channel, data in self.prints:
            into.take(channel, data, keep)
        if self.nowhere:
            into.take(STDERR, f"{command[3].removeprefix('run-')}\n".encode(), keep)
        self.begun.set()
        if self.lasts is not None:
            await self.lasts.wait()
        if self.failure is not None:
            raise self.failure
        into.code = self.code
        return into


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster()

    async def connect(*_: object) -> object:
        return object()

    async def close(_: object) -> None:
        pass

    for name, fake in (
        ("connect", connect),
        ("close", close),
        ("request", cluster.request),
        ("execute", cluster.execute),
    ):
        monkeypatch.setattr(kube, name, fake)
    return cluster


@pytest.fixture
async def runner(cluster: Cluster) -> AsyncIterator[CommandRunner]:
    runner = CommandRunner(Path("kubeconfig"))
    yield runner
    await runner.close()


async def test_the_command_is_handed_over_as_it_is(cluster: Cluster, runner: CommandRunner) -> None:
    cluster.prints, cluster.code = ((STDOUT, b"a\nb\n"), (STDERR, b"oh\n")), 3
    wanted = Execution(("grep", "a b"), seconds=30, directory="web", stdin="grün")
    found = await runner.run("shop", wanted)
    ((_, left, directory, size, *command),) = cluster.commands
    assert (int(left) > 30, directory, size, command) == (True, "web", "5", ["grep", "a b"])
    assert cluster.stdin == "grün".encode()
    assert (found.component, found.pod, found.exit_code) == ("web", "web-1", 3)
    assert (found.stdout.text, found.stderr.text) == ("a\nb\n", "oh\n")
    assert cluster.ended == []


@pytest.mark.invariant(4)
async def test_what_it_prints_is_masked_and_cut_between_lines(
    cluster: Cluster, runner: CommandRunner
) -> None:
    lines = b"token=ghp_abcdefghijklmnopqrstuvwxyz0123456789\n" * 4_000
    cluster.prints = ((STDOUT, lines), (STDERR, b"x" * (OUTPUT_LIMIT + 1)))
    found = await runner.run("shop", LS)
    assert found.stdout.is_cut
    assert found.stdout.size == len(lines)
    assert set(found.stdout.text.splitlines()) == {"token=***"}
    assert (found.stderr.is_cut, found.stderr.size) == (True, OUTPUT_LIMIT + 1)
    assert len(found.stderr.text) == OUTPUT_LIMIT


@pytest.mark.invariant(6)
@pytest.mark.parametrize("is_gone", [True, False])
async def test_when_its_time_is_up_it_is_ended_and_what_it_printed_is_told(
    cluster: Cluster, runner: CommandRunner, is_gone: bool
) -> None:
    cluster.prints, cluster.lasts = ((STDOUT, b"begun\n"),), asyncio.Event()
    cluster.end_code = 0 if is_gone else 1
    found = await runner.run("shop", Execution(("sleep", "9"), seconds=0))
    assert (found.exit_code, found.is_gone) == (None, is_gone)
    assert found.stdout.text == "begun\n"
    assert [f"run-{each}" for each in cluster.ended] == [each[0] for each in cluster.commands]


@pytest.mark.invariant(6)
async def test_it_is_said_when_nobody_knows_whether_it_has_ended(
    cluster: Cluster, runner: CommandRunner
) -> None:
    cluster.lasts, cluster.end_failure = asyncio.Event(), ClusterError("away")
    found = await runner.run("shop", Execution(("sleep", "9"), seconds=0))
    assert not found.is_gone


@pytest.mark.invariant(6)
async def test_a_cancelled_one_is_ended_before_it_returns(
    cluster: Cluster, runner: CommandRunner
) -> None:
    cluster.lasts = asyncio.Event()
    running = asyncio.create_task(runner.run("shop", LS))
    await cluster.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [f"run-{each}" for each in cluster.ended] == [cluster.commands[0][0]]


@pytest.mark.invariant(6)
async def test_one_whose_connection_is_cut_off_is_ended(
    cluster: Cluster, runner: CommandRunner
) -> None:
    cluster.failure = ClusterError("the connection to a program in a container was cut off")
    with pytest.raises(ClusterError, match="cut off"):
        await runner.run("shop", LS)
    assert len(cluster.ended) == 1


async def test_a_directory_that_is_not_there_is_told(
    cluster: Cluster, runner: CommandRunner
) -> None:
    cluster.nowhere, cluster.code = True, NOWHERE
    with pytest.raises(UnknownDirectoryError, match="no directory `api` below `/code` of `web`"):
        await runner.run("shop", Execution(("ls",), seconds=30, directory="api"))
    cluster.nowhere = False
    assert (await runner.run("shop", LS)).exit_code == NOWHERE, "a program may end with it too"


async def test_without_a_container_nothing_is_run(cluster: Cluster, runner: CommandRunner) -> None:
    cluster.pods = []
    with pytest.raises(NotRunningError):
        await runner.run("shop", LS)
    assert cluster.commands == []


async def test_only_so_many_run_at_once(cluster: Cluster, runner: CommandRunner) -> None:
    cluster.lasts = asyncio.Event()
    running = [asyncio.create_task(runner.run("shop", LS)) for _ in range(MAX_PARALLEL)]
    await cluster.begun.wait()
    with pytest.raises(BusyError):
        await runner.run("shop", LS)
    cluster.lasts.set()
    await asyncio.gather(*running)
    assert (await runner.run("shop", LS)).exit_code == 0


async def test_without_a_kubeconfig_that_is_said() -> None:
    with pytest.raises(ClusterError, match="no cluster is configured"):
        await CommandRunner().run("shop", LS)
