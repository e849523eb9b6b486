"""The browser's port leads to the ingress, byte for byte."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from deploy.local.forward import Forward, answers, serve
from deploy.local.processes import wait_until
from tests.integration.ports import free_port


@contextlib.asynccontextmanager
async def forwarding(target: int) -> AsyncIterator[int]:
    port = free_port()
    task = asyncio.create_task(serve([Forward(("127.0.0.1", port), ("127.0.0.1", target))]))
    await wait_until(lambda: answers(("127.0.0.1", port)), seconds=5, what="it forwards")
    yield port
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """A server that answers once it was told that nothing more comes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_what_is_sent_arrives_whole_in_both_directions(echo: int) -> None:
    data = bytes(range(256)) * 4096
    async with forwarding(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        writer.write_eof()
        assert await reader.read() == data
        writer.close()


async def test_a_target_that_is_down_ends_the_connection_at_once() -> None:
    async with forwarding(free_port()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


def test_a_forward_is_written_as_it_is_read() -> None:
    text = "127.0.0.1:20000=10.213.0.2:80"
    assert str(Forward.parse(text)) == text
