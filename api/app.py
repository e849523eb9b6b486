"""Builds the application: routers in one list, failures in one table, connections in one lifespan."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from activities.cluster_reader import ClusterReader
from activities.executing import CommandRunner
from activities.store import Store
from api import errors
from api.dependencies import ReadinessDep, State
from api.guard import Guard, host_name
from api.health import Readiness
from api.links import LinkMaker
from api.operations import Services
from api.operations.deliveries import Deliveries
from api.pages import environments as pages
from api.pages import setup as setup_page
from api.rest import routes as rest
from api.settings import APISettings
from api.temporal import Gateway, connect
from api.webhooks import routes as webhooks
from workflows.errors import StoreError

log = logging.getLogger(__name__)
UPGRADE_EVERY = 2.0
"""Seconds between attempts while the database is not there yet."""
_STATIC = Path(__file__).parent / "pages" / "static"
Opener = Callable[[APISettings], AbstractAsyncContextManager[State]]


@asynccontextmanager
async def open_state(settings: APISettings) -> AsyncGenerator[State]:
    """Everything endpoints work with. Waits for nothing: what is down shows in `/readyz` until it is up."""
    store = Store(settings.database_url)
    cluster = ClusterReader(settings.kubeconfig, settings.kube_context)
    runner = CommandRunner(settings.kubeconfig, settings.kube_context)
    gateway = Gateway(
        await connect(), update_timeout=timedelta(seconds=settings.update_timeout_seconds)
    )
    readiness = Readiness(store, gateway, cluster)
    upgrading = asyncio.create_task(_upgrade(store, readiness))
    try:
        yield State(
            services=Services(store, gateway, cluster, make_links(settings, gateway), runner),
            deliveries=Deliveries(store, gateway),
            readiness=readiness,
            webhook_secret=settings.webhook_secret.get_secret_value().encode(),
        )
    finally:
        upgrading.cancel()
        with suppress(asyncio.CancelledError):
            await upgrading
        await runner.close()
        await cluster.close()
        await store.close()


def create_app(settings: APISettings, *, opener: Opener = open_state) -> FastAPI:
    """The application. Nothing is connected before its lifespan begins."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
        async with opener(settings) as state:
            yield state

    app = FastAPI(
        title="Catalyst",
        version="1",
        description="Pull-request preview environments. Failures are problem documents (RFC 9457).",
        lifespan=lifespan,
        openapi_url=f"{rest.PREFIX}/openapi.json",
        docs_url=None,  # they load scripts from elsewhere
        redoc_url=None,
    )
    # The set-up page before the others, whose route for commands would take its form for one.
    for router in (webhooks.router, rest.create_router(), setup_page.router, pages.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    _add_probes(app)
    errors.install(app, pages.problem_page)
    app.add_middleware(Guard, trusted=settings.trusted_networks, hosts=_hosts(settings))
    return app


def make_links(settings: APISettings, gateway: Gateway) -> LinkMaker:
    return LinkMaker(
        web_url=settings.web_url,
        github_web_url=settings.github_web_url,
        temporal_ui_url=settings.temporal_ui_url,
        temporal_namespace=gateway.namespace,
    )


def _hosts(settings: APISettings) -> set[str]:
    """Names by which people may address the pages."""
    listening = {host_name(address) for address in settings.listen}
    return {"localhost", "127.0.0.1", "::1", urlsplit(settings.web_url).hostname or "", *listening}


def _add_probes(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(readiness: ReadinessDep) -> JSONResponse:
        report = await readiness.report()
        return JSONResponse(report.model_dump(), status_code=200 if report.ready else 503)


async def _upgrade(store: Store, readiness: Readiness) -> None:
    """Bring the schema up to date as soon as the database lets us."""
    while True:
        try:
            await store.upgrade()
        except StoreError as error:
            if readiness.schema_trouble != str(error):
                log.warning("%s", error)
            readiness.schema_trouble = str(error)
            await asyncio.sleep(UPGRADE_EVERY)
        else:
            readiness.schema_trouble = ""
            return
