"""The running local stack, namespaces that are always removed, and what to look at when a test fails."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from activities import kube
from deploy.local.cluster import ClusterConnection, connection_file, read_connection
from deploy.local.instance import current
from tests.e2e.support.cluster import Cluster, open_cluster
from tests.e2e.support.evidence import describe_namespace
from tests.e2e.support.outcome import has_failed, note_failure
from tests.e2e.support.waiting import eventually

Look = Callable[[], Awaitable[list[str]]]


class Evidence:
    """Looks at the world when a test has failed, before anything is cleaned up."""

    def __init__(self) -> None:
        self._looks: list[Look] = []

    def add(self, look: Look) -> None:
        """`look` returns lines; a namespace of `namespaces` is looked at without asking, workflows are added with
        `evidence.add(partial(describe_workflows, client, project, environment))`."""
        self._looks.append(look)

    async def gather(self) -> list[str]:
        lines: list[str] = []
        for look in self._looks:
            try:
                lines += await look()
            except Exception as error:  # noqa: BLE001  (evidence must not hide the failure)
                lines.append(f"(could not look: {type(error).__name__}: {error})")
        return lines


class Namespaces:
    """Hands out names that nobody else uses, and removes the namespaces of that name."""

    def __init__(self, cluster: Cluster, evidence: Evidence, left: list[str]) -> None:
        self._cluster = cluster
        self._evidence = evidence
        self._left = left
        self.names: list[str] = []

    def claim(self, name: str) -> str:
        """Remember a namespace that the test is going to make."""
        self.names.append(name)
        self._evidence.add(lambda: describe_namespace(self._cluster, name))
        return name

    async def create(self, prefix: str = "t-cluster") -> str:
        """A plain namespace, not Catalyst's."""
        name = self.claim(unique(prefix))
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        await self._cluster.apply(namespace)
        return name

    async def remove(self) -> None:
        """Ask for it; the session waits for the end of all of them together."""
        for name in self.names:
            await self._cluster.delete(f"/api/v1/namespaces/{name}")
            self._left.append(name)


def unique(prefix: str) -> str:
    """A name for one test."""
    return f"{prefix}-{uuid4().hex[:6]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that may take longest come first: one of them at the end would leave the other processes idle."""
    items.sort(key=_time_allowed, reverse=True)


def _time_allowed(item: pytest.Item) -> float:
    """Seconds, of tests of this folder that say it."""
    mark = item.get_closest_marker("timeout")
    is_here = item.path.is_relative_to(Path(__file__).parent)
    return float(mark.args[0]) if mark is not None and is_here else 0.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        note_failure(item)
    return report


@pytest.fixture(scope="session")
def connection() -> ClusterConnection:
    """The stack of this checkout; `CATALYST_LOCAL_INSTANCE` names another one."""
    try:
        return read_connection(connection_file(current()))
    except FileNotFoundError:
        pytest.fail("the local stack is not up: run `python -m deploy.local up`", pytrace=False)


@pytest.fixture
async def cluster(connection: ClusterConnection) -> AsyncIterator[Cluster]:
    async with open_cluster(connection) as cluster:
        yield cluster


@pytest.fixture
async def evidence(request: pytest.FixtureRequest) -> AsyncIterator[Evidence]:
    """Printed when the test fails, before the fixtures that were asked for earlier are taken down."""
    evidence = Evidence()
    yield evidence
    if has_failed(request):
        sys.stderr.write("\n".join([*await evidence.gather(), ""]))


@pytest.fixture(scope="session")
def namespaces_left(connection: ClusterConnection) -> Iterator[list[str]]:
    """Namespaces on their way out; the session ends when they are gone."""
    left: list[str] = []
    yield left
    asyncio.run(_wait_until_gone(connection, left))


@pytest.fixture
async def namespaces(
    cluster: Cluster, namespaces_left: list[str], request: pytest.FixtureRequest
) -> AsyncIterator[Namespaces]:
    """Removed whatever happens; what they hold is printed first when the test has failed."""
    evidence = Evidence()
    namespaces = Namespaces(cluster, evidence, namespaces_left)
    yield namespaces
    if has_failed(request):
        sys.stderr.write("\n".join([*await evidence.gather(), ""]))
    await namespaces.remove()


async def _wait_until_gone(connection: ClusterConnection, names: list[str]) -> None:
    async with open_cluster(connection) as cluster:
        for name in names:

            async def is_gone(name: str = name) -> bool:
                try:
                    await kube.request(cluster.api, "GET", f"/api/v1/namespaces/{name}")
                except kube.NotFoundError:
                    return True
                return False

            await eventually(is_gone, within=90, what=f"namespace {name} is gone")
