"""Forwards TCP ports of this machine's loopback to the node, for browsers.

    python -m deploy.local.forward 127.0.0.1:20000=10.213.0.2:80 …

`NAME.localhost` always means loopback to a browser, while the ingress is at the node's address.
"""

import asyncio
import contextlib
import sys
from dataclasses import dataclass

_CHUNK = 1 << 16
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Forward:
    """One port and where it leads."""

    listen: tuple[str, int]
    target: tuple[str, int]

    @classmethod
    def parse(cls, text: str) -> "Forward":
        """Read `HOST:PORT=HOST:PORT`; raises ValueError."""
        listen, target = (_address(part) for part in text.split("="))
        return cls(listen=listen, target=target)

    def __str__(self) -> str:
        return "=".join(f"{host}:{port}" for host, port in (self.listen, self.target))


async def serve(forwards: list[Forward]) -> None:
    """Forward until cancelled."""
    async with contextlib.AsyncExitStack() as stack:
        for forward in forwards:
            server = await asyncio.start_server(_Handler(forward).handle, *forward.listen)
            await stack.enter_async_context(server)
        await asyncio.get_running_loop().create_future()


class _Handler:
    def __init__(self, forward: Forward) -> None:
        self._target = forward.target

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CONNECT_SECONDS):
                inner_reader, inner_writer = await asyncio.open_connection(*self._target)
            with contextlib.closing(inner_writer):
                await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass bytes on until the end, then tell the other side that nothing more comes."""
    while data := await source.read(_CHUNK):
        target.write(data)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()


async def answers(address: tuple[str, int]) -> bool:
    """Say whether somebody accepts connections there."""
    try:
        async with asyncio.timeout(1.0):
            _, writer = await asyncio.open_connection(*address)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve([Forward.parse(argument) for argument in sys.argv[1:]]))
