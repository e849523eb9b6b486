"""A registry that wants a password, on the machine's end of the link that pods reach: in front of the stack's own."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aiohttp import web

from deploy.local.cluster import ClusterConnection

USER = "robot"
PASSWORD = "staple-battery-horse"


@asynccontextmanager
async def serve_private(connection: ClusterConnection) -> AsyncIterator[str]:
    """`host:port` of a registry with the same images, for those who know the password."""
    wanted = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != wanted:
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="private"'})
        accepted = {"Accept": request.headers.get("Accept", "*/*")}
        found = await http.request(request.method, request.path_qs, headers=accepted)
        kept = ("content-type", "docker-content-digest", "docker-distribution-api-version")
        headers = {key: found.headers[key] for key in kept if key in found.headers}
        if request.method == "HEAD":
            headers["Content-Length"] = found.headers.get("content-length", "0")
        return web.Response(status=found.status_code, headers=headers, body=found.content)

    async with httpx.AsyncClient(base_url=f"http://{connection.registry}", timeout=30) as http:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        try:
            site = web.TCPSite(runner, connection.host_address, 0)
            await site.start()
            _, port, *_ = runner.addresses[0]
            yield f"{connection.host_address}:{port}"
        finally:
            await runner.cleanup()
