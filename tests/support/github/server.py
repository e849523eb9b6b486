"""Starts and stops the server: in a thread of its own for tests, or as a process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from tests.support.github.app import create_app
from tests.support.github.client import GitHubClient
from tests.support.github.core import GitHub, Settings

START_TIMEOUT = 20.0
"""Seconds until the server answers; making the App's key takes most of the first start."""

STOP_GRACE = 1
"""Seconds for requests in flight; a hanging one (a fault) is cut off then."""


def bind(host: str, port: int) -> socket.socket:
    """The listening socket; binding first makes a taken port an error before anything starts."""
    sock = socket.create_server((host, port), backlog=256)
    sock.set_inheritable(False)
    return sock


def make_server(settings: Settings) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(lambda: GitHub(settings)),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_GRACE,
    )
    return uvicorn.Server(config)


def url_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"


class LocalGitHub(GitHubClient):
    """A running server in this process, with the client's methods on it.

        async with LocalGitHub.start(tmp_path) as github:
            await github.create_user("octocat")

    It runs in its own thread and event loop, so blocking clients (PyGithub) can be used from tests.
    """

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        data: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_url: str = "",
        webhook_secret: str = "",
        base_url: str = "",
    ) -> AsyncIterator[LocalGitHub]:
        """Serve until the block ends; `base_url` defaults to the address listened on."""
        sock = bind(host, port)
        settings = Settings(
            data=data,
            base_url=base_url or url_of(sock),
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
        )
        server = make_server(settings)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [sock]}, name="local-github", daemon=True
        )
        thread.start()
        try:
            await _until_started(server, thread)
            async with cls.connect(url_of(sock)) as client:
                yield client
        finally:
            server.should_exit = True
            await asyncio.to_thread(thread.join, START_TIMEOUT)
            sock.close()


async def _until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    async with asyncio.timeout(START_TIMEOUT):
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the local GitHub ended while starting; see its log")
            await asyncio.sleep(0.01)
