"""`python -m api`: read the settings, take the addresses, serve until told to stop."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from pydantic import ValidationError

from api.app import create_app
from api.settings import APISettings

BACKLOG = 1_024
"""Deliveries come in bursts; what does not fit is refused and listed as failed."""


class Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them once more at the end and turn a clean stop into a killed process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def main() -> int:
    try:
        settings = APISettings()
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in each["loc"][:1]).upper()
            sys.stderr.write(f"CATALYST_API_{name}: {each['msg']}\n")
        return 2
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # Libraries tell of their own start at length.
    for name in ("uvicorn", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        sockets = [_bind(address) for address in settings.listen]
    except OSError as error:
        sys.stderr.write(f"cannot listen: {error}\n")
        return 1
    asyncio.run(_serve(settings, sockets))
    return 0


async def _serve(settings: APISettings, sockets: list[socket.socket]) -> None:
    config = uvicorn.Config(
        create_app(settings),
        lifespan="on",
        log_config=None,
        access_log=False,  # deliveries and operations are logged with what they mean
        proxy_headers=False,  # nobody in front of us may say who the caller is
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_grace_seconds,
    )
    server = Server(config)

    def stop() -> None:
        server.force_exit = server.should_exit  # the second time is meant
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    logging.getLogger(__name__).info("serving on %s", ", ".join(settings.listen))
    await server.serve(sockets=sockets)


def _bind(address: str) -> socket.socket:
    """Taken before anything starts, so that an address in use is told at once. Raises OSError."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family, backlog=BACKLOG)
    except OSError as error:
        raise OSError(f"{address}: {error.strerror or error}") from error
    listener.setblocking(False)
    return listener


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # Temporal's SDK can crash the interpreter on its way out; everything of ours has ended by now.
    os._exit(status)
