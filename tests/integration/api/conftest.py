"""The gateway on a real Temporal server."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from api.temporal import Gateway
from tests.support.temporal_server import TemporalServer, temporal_server
from workflows import wire
from workflows.environment import EnvironmentWorkflow


@pytest.fixture(scope="session")
def server() -> Iterator[TemporalServer]:
    with temporal_server() as running:
        yield running


@pytest.fixture
async def client(server: TemporalServer) -> Client:
    return await server.connect()


@pytest.fixture
def gateway(client: Client) -> Gateway:
    return Gateway(client, update_timeout=timedelta(seconds=5))


@pytest.fixture
async def worker(client: Client) -> AsyncIterator[Worker]:
    """Runs the real entity and no activity: it hears and answers, and waits for its first look at GitHub."""
    async with Worker(
        client,
        task_queue=wire.WORKFLOWS_QUEUE,
        workflows=[EnvironmentWorkflow],
        workflow_runner=wire.make_sandbox(),
        max_concurrent_workflow_tasks=4,
    ) as running:
        yield running
