"""Liveness and readiness of the worker. Alive: the loop turns. Ready: Temporal answers. Idle is healthy."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from temporalio.client import Client

CHECK_TIMEOUT = timedelta(seconds=3)
"""A probe that waits longer is itself the problem."""


@dataclass
class WorkerHealth:
    """What the probes tell."""

    client: Client
    is_running: bool = False
    """True between the start of the workers and the beginning of their shutdown."""

    waiting_for: str = ""
    """What has to be there before the workers start; empty when nothing is missing."""

    async def reasons_not_ready(self) -> list[str]:
        if self.waiting_for:
            return [self.waiting_for]
        if not self.is_running:
            return ["the workers are not polling"]
        try:
            is_serving = await self.client.service_client.check_health(timeout=CHECK_TIMEOUT)
        except Exception as error:  # noqa: BLE001  (whatever it is, the probe reports it)
            return [f"Temporal does not answer: {type(error).__name__}"]
        return [] if is_serving else ["Temporal answers that it does not serve"]


def create_health_app(health: WorkerHealth) -> Starlette:
    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> JSONResponse:
        reasons = await health.reasons_not_ready()
        status = 503 if reasons else 200
        return JSONResponse({"ready": not reasons, "reasons": reasons}, status_code=status)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz)])


class HealthServer(uvicorn.Server):
    """Leaves signals to the worker: a probe's server must not end the process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def serve_health(app: Starlette, listen: str, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. Raises OSError when the address is in use."""
    listener = _bind(listen)
    # Without a lifespan: it has nothing to begin, and ended by a failure elsewhere it would log that one's whole stack.
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    server = HealthServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


def _bind(listen: str) -> socket.socket:
    """Not left to uvicorn, which ends the process where it cannot. Raises OSError."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family)
    except OSError as error:
        raise OSError(
            f"CATALYST_WORKER_HEALTH_LISTEN: {listen}: {error.strerror or error}"
        ) from error
    listener.setblocking(False)
    return listener
