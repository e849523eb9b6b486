"""Ready means that work is done; every reason against it is named."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from temporalio.client import Client

from tests.support.temporal_server import TemporalServer, free_port
from tests.support.wait import eventually
from worker.health import WorkerHealth, create_health_app, serve_health

pytestmark = pytest.mark.spec("OPS-7")


async def ready(app: Starlette) -> tuple[int, list[str]]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as http:
        answer = await http.get("/readyz")
        assert (await http.get("/healthz")).status_code == 200, "whatever is missing, it lives"
        return answer.status_code, answer.json()["reasons"]


async def test_a_worker_that_polls_is_ready(client: Client) -> None:
    health = WorkerHealth(client)
    app = create_health_app(health)
    assert await ready(app) == (503, ["the workers are not polling"])
    health.is_running = True
    assert await ready(app) == (200, [])


async def test_what_has_to_be_there_first_is_the_reason(client: Client) -> None:
    health = WorkerHealth(client, waiting_for="add the search attributes")
    assert await ready(create_health_app(health)) == (503, ["add the search attributes"])


async def test_a_temporal_that_is_away_is_the_reason() -> None:
    server = TemporalServer(free_port())
    server.start()
    try:
        client = await server.connect()
    finally:
        server.stop()
    status, (reason,) = await ready(create_health_app(WorkerHealth(client, is_running=True)))
    assert status == 503
    assert reason.startswith("Temporal does not answer")


async def test_probes_are_answered_until_the_worker_stops(client: Client) -> None:
    stop = asyncio.Event()
    url = f"http://127.0.0.1:{free_port()}"
    app = create_health_app(WorkerHealth(client))
    serving = asyncio.create_task(serve_health(app, url.removeprefix("http://"), stop))

    async def is_alive() -> bool:
        async with httpx.AsyncClient() as http:
            try:
                return (await http.get(f"{url}/healthz")).status_code == 200
            except httpx.ConnectError:
                return False

    await eventually(is_alive)
    stop.set()
    await asyncio.wait_for(serving, 10)
    assert not await is_alive()
