"""A real Temporal server for tests that start it before, stop it during, or share it between event loops."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.client import Client

from tests.support.wait import eventually
from workflows import wire

TEMPORAL = Path(sys.executable).parent / "temporal"
SEARCH_ATTRIBUTES = ("CatalystProject", "CatalystPullRequest", "CatalystCommit", "CatalystPhase")


@dataclass
class TemporalServer:
    """One dev server in memory, at an address that is known before it runs."""

    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        attributes = [f"--search-attribute={name}=Keyword" for name in SEARCH_ATTRIBUTES]
        self.process = subprocess.Popen(
            [
                str(TEMPORAL),
                "server",
                "start-dev",
                "--headless",
                f"--port={self.port}",
                "--log-level=never",
                *attributes,
            ],
            stdout=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGTERM)
            self.process.wait()
            self.process = None

    async def connect(self) -> Client:
        """A client of the server, once it serves."""

        async def is_serving() -> Client | None:
            try:
                client = await Client.connect(self.address, data_converter=wire.DATA_CONVERTER)
                return client if await client.service_client.check_health() else None
            except Exception:  # noqa: BLE001  (whatever a server that is starting answers)
                return None

        return await eventually(is_serving, seconds=30)


@contextmanager
def temporal_server() -> Iterator[TemporalServer]:
    """A server that runs."""
    server = TemporalServer(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
