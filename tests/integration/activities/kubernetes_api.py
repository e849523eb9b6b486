"""A Kubernetes API whose answers a test chooses, over real HTTP: for outages that no cluster has on demand."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from kubernetes.aio.client import ApiClient

from activities import kube

Answer = tuple[int, dict[str, Any]]
"""Status and body."""


@dataclass
class KubernetesAPI:
    """`answer` decides; what was asked is kept as `METHOD /path?query`."""

    answer: Callable[[str], Answer]
    asked: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        asked = f"{request.method} {request.path_qs}"
        self.asked.append(asked)
        status, body = self.answer(asked)
        return web.json_response(body, status=status)


class Served(Protocol):
    """Whatever answers requests."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer to one."""


@asynccontextmanager
async def serving(api: Served, directory: Path) -> AsyncIterator[ApiClient]:
    """A client of it."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with cluster_client(directory, f"http://{host}:{port}") as client:
            yield client
    finally:
        await runner.cleanup()


@asynccontextmanager
async def cluster_client(directory: Path, url: str) -> AsyncIterator[ApiClient]:
    """The product's own client for the API at that address, whether or not anything answers there."""
    file = directory / "kubeconfig"
    content = {
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
        "users": [{"name": "c", "user": {"token": "t"}}],
        "current-context": "c",
    }
    file.write_text(json.dumps(content))
    api = await kube.connect(file)
    try:
        yield api
    finally:
        await kube.close(api)
