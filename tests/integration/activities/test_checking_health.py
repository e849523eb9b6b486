"""Whether an application is well is the application's to say, also while the Kubernetes API does not answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from activities.addresses import PublicAddress
from activities.cluster.config import ClusterConfig
from activities.cluster.health import Health
from activities.heartbeat import Progress
from tests.integration.activities.kubernetes_api import cluster_client
from workflows.models import EnvironmentRef, HealthCheck
from workflows.models.messages import CheckHealthInput


@asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """The address of a server; `answer` is a handler."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@pytest.mark.spec("FR-016", "FR-011")
async def test_an_application_that_gets_well_while_the_api_hangs_is_healthy(tmp_path: Path) -> None:
    asked, hangs = 0, asyncio.Event()

    async def kubernetes(_: web.Request) -> web.Response:
        if not asked:  # before the application is asked: nothing is there, so no old pod either
            return web.json_response({"items": []})
        hangs.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def application(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=200 if asked > 2 else 503)

    async with (
        serving(kubernetes) as api_url,
        serving(application) as ingress,
        cluster_client(tmp_path, api_url) as api,
    ):
        config = ClusterConfig(address=PublicAddress(domain="localhost", ingress=ingress))
        request = CheckHealthInput(
            ref=EnvironmentRef(
                team="team", project="team-shop", environment="pr-7", namespace="team-shop-pr-7"
            ),
            url="http://team-shop-pr-7.localhost/",
            commit="1" * 40,
            release="pr-7",
            health=HealthCheck(timeout_seconds=10),
        )
        status = await asyncio.wait_for(Health(api, config).check(request, Progress()), 10)
    assert status == 200
    assert hangs.is_set()
