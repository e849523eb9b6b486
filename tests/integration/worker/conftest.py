"""A Temporal server and clients of it."""

from collections.abc import Iterator

import pytest
from temporalio.client import Client

from tests.support.temporal_server import TemporalServer, temporal_server


@pytest.fixture(scope="session")
def server() -> Iterator[TemporalServer]:
    with temporal_server() as running:
        yield running


@pytest.fixture
async def client(server: TemporalServer) -> Client:
    return await server.connect()
