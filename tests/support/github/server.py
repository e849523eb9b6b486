"""Starts and stops the server: in a thread of its own for tests, or as a process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
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


class Server(uvicorn.Server):
    """Says when it listens, whichever thread it runs in."""

    def __init__(self, settings: Settings, announce: Callable[[], None] | None = None) -> None:
        """`announce` is called once the server answers."""
        super().__init__(
            uvicorn.Config(
                create_app(lambda: GitHub(settings)),
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_GRACE,
                # Longer than a client's own pool keeps a connection, or a request meets its end.
                timeout_keep_alive=75,
            )
        )
        self.is_up = threading.Event()
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
            if self.started and self._announce:
                self._announce()
        finally:
            self.is_up.set()


def url_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"


@contextmanager
def serving(
    data: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    webhook_url: str = "",
    webhook_secret: str = "",
    base_url: str = "",
) -> Iterator[str]:
    """A server in a thread until the block ends; gives its address.

    `base_url`, of URLs in webhooks, defaults to that address.
    """
    sock = bind(host, port)
    settings = Settings(
        data=data,
        base_url=base_url or url_of(sock),
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
    )
    server = Server(settings)
    run = {"sockets": [sock]}
    thread = threading.Thread(target=server.run, kwargs=run, name="local-github", daemon=True)
    thread.start()
    try:
        if not server.is_up.wait(START_TIMEOUT) or not server.started:
            raise RuntimeError("the local GitHub did not start; its log says why")
        yield url_of(sock)
    finally:
        server.should_exit = True
        thread.join(START_TIMEOUT)
        sock.close()


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
        """As `serving`, without blocking this event loop."""
        block = serving(
            data,
            host=host,
            port=port,
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
            base_url=base_url,
        )
        url = await asyncio.to_thread(block.__enter__)
        try:
            async with cls.connect(url) as client:
                yield client
        finally:
            await asyncio.to_thread(block.__exit__, None, None, None)
