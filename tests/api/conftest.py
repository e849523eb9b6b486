"""The whole application over a real store, called without sockets."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.store import Store
from api.app import create_app, make_links
from api.dependencies import State
from api.health import Readiness
from api.operations import Services
from api.operations.deliveries import Deliveries
from api.settings import APISettings
from tests.api.fakes import FakeCluster, FakeGateway, FakeRunner
from tests.support.examples import COMMIT, NOW, OLDER_COMMIT, make_revision, make_snapshot
from workflows.models import Failure, FailureKind, Phase, RevisionState, Serving

SECRET = "a secret of both sides"
BASE = "http://127.0.0.1:8080"
SERVING = Serving(commit=OLDER_COMMIT, url="http://web-shop-pr-shop-12.localhost/", since=NOW)
FAILURE = Failure(
    kind=FailureKind.USER,
    type="BuildFailedError",
    message="step 5/7 failed: RUN npm ci",
    excerpt=("npm error code EUSAGE", "<script>alert('log')</script>"),
    hint="Run the same build locally.",
    phase="build",
)


@dataclass
class Catalyst:
    """The application, a browser-like client of it, and what it stands on."""

    app: FastAPI
    http: httpx.AsyncClient
    store: Store
    gateway: FakeGateway
    cluster: FakeCluster
    runner: FakeRunner
    readiness: Readiness
    asgi: ASGIApp

    def client(self, address: str = "127.0.0.1", base: str = BASE) -> httpx.AsyncClient:
        """A client that calls from another address, or by another name."""
        transport = httpx.ASGITransport(self.asgi, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=base)


@pytest.fixture
def settings() -> APISettings:
    return APISettings(
        webhook_secret=SECRET,
        temporal_ui_url="http://127.0.0.1:8233",
    )


@pytest.fixture
async def catalyst(settings: APISettings, tmp_path: Path) -> AsyncIterator[Catalyst]:
    gateway, cluster, runner = FakeGateway(), FakeCluster(), FakeRunner()
    async with Store.open(f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}") as store:
        readiness = Readiness(store, gateway, cluster, schema_trouble="")
        state = State(
            services=Services(store, gateway, cluster, make_links(settings, gateway), runner),
            deliveries=Deliveries(store, gateway),
            readiness=readiness,
            webhook_secret=SECRET.encode(),
        )

        @asynccontextmanager
        async def opener(_: APISettings) -> AsyncGenerator[State]:
            yield state

        app = create_app(settings, opener=opener)

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            """What the server does with the lifespan's state."""
            await app({**scope, "state": dict(state)}, receive, send)

        # Failures are answered as to everybody, not raised into the test.
        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            yield Catalyst(app, http, store, gateway, cluster, runner, readiness, with_state)


@pytest.fixture
async def running(catalyst: Catalyst) -> Catalyst:
    """One environment that is ready and whose workflow runs."""
    snapshot = make_snapshot(
        revisions=(make_revision(),),
        serving=Serving(
            commit=COMMIT,
            url="http://web-shop-pr-shop-12.localhost/",
            since=make_snapshot().created_at,
        ),
    )
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    return catalyst


@pytest.fixture
async def failed(catalyst: Catalyst) -> Catalyst:
    """With an environment whose newest revision has failed while the one before it serves."""
    snapshot = make_snapshot(
        phase=Phase.FAILED,
        reason=FAILURE.message,
        failure=FAILURE,
        serving=SERVING,
        revisions=(make_revision(2, state=RevisionState.FAILED, failure=FAILURE),),
    )
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    return catalyst
