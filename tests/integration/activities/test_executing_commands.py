"""Programs in containers over a real websocket: both outputs, the input's end, and connections that break."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from activities import kube
from activities.kube import Container, Executed
from tests.integration.activities.kubernetes_api import serving
from workflows.errors import ClusterError

pytestmark = pytest.mark.spec("OPS-4", "ENV-005")
WEB = Container("shop", "web-1", "web")
NEWER, OLDER = "v5.channel.k8s.io", "v4.channel.k8s.io"
FINE = json.dumps({"status": "Success"}).encode()
SEVEN = json.dumps(
    {
        "status": "Failure",
        "details": {"causes": [{"reason": "ExitCode", "message": "7"}]},
    }
).encode()
Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


@dataclass
class Kubelet:
    """Speaks with one program's caller as the test wants."""

    talk: Talk
    protocol: str = NEWER
    asked: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, list(request.query.items())))
        socket = web.WebSocketResponse(protocols=(self.protocol,))
        await socket.prepare(request)
        await self.talk(socket)
        await socket.close()
        return socket


async def run(kubelet: Kubelet, directory: Path, **how: object) -> Executed:
    async with serving(kubelet, directory) as api:
        return await kube.execute(api, WEB, ["cat", "a b"], **{"seconds": 10, **how})  # type: ignore[arg-type]  # as each test says


async def test_a_program_is_asked_for_word_by_word_and_its_end_is_told(tmp_path: Path) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        for block in (b"\x01on", b"\x02oh\n", b"\x01", b"\x01e\n", b"\x03" + SEVEN):
            await socket.send_bytes(block)

    told: list[str] = []
    kubelet = Kubelet(talk)
    done = await run(kubelet, tmp_path, tell=told.append)
    assert (done.code, done.lines, done.complaints) == (7, ["one"], ["oh"])
    assert told[-1] == "one"
    ((path, query),) = kubelet.asked
    assert path == "/api/v1/namespaces/shop/pods/web-1/exec"
    assert query == [
        ("container", "web"),
        ("command", "cat"),
        ("command", "a b"),
        ("stdin", "false"),
        ("stdout", "true"),
        ("stderr", "true"),
    ]


async def test_no_more_is_kept_than_was_asked_for(tmp_path: Path) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x01" + b"x" * 100_000)
        await socket.send_bytes(b"\x03" + FINE)

    into = Executed()
    done = await run(Kubelet(talk), tmp_path, keep=10, into=into)
    assert done is into
    assert (bytes(done.stdout), done.written, done.code) == (b"x" * 10, 100_000, 0)


@pytest.mark.parametrize(("protocol", "end"), [(NEWER, [b"\xff\x00"]), (OLDER, [])])
async def test_the_input_s_end_is_told_where_the_protocol_can(
    tmp_path: Path, protocol: str, end: list[bytes]
) -> None:
    heard: list[bytes] = []

    async def talk(socket: web.WebSocketResponse) -> None:
        while len(heard) < 3 + len(end):
            heard.append((await socket.receive_bytes())[:3])
        await socket.send_bytes(b"\x03" + FINE)

    async def stdin() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"c" * 40_000

    await run(Kubelet(talk, protocol), tmp_path, stdin=stdin())
    assert heard == [b"\x00ab", b"\x00cc", b"\x00cc", *end]


async def test_a_program_that_reads_none_of_its_input_has_its_own_end(tmp_path: Path) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x03" + SEVEN)

    async def stdin() -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.Event().wait()

    assert (await run(Kubelet(talk), tmp_path, stdin=stdin())).code == 7


async def test_a_connection_that_is_cut_off_is_no_end(tmp_path: Path) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(b"\x01half")

    with pytest.raises(ClusterError, match="cut off"):
        await run(Kubelet(talk), tmp_path)


async def test_a_program_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.receive()  # until the caller goes

    with pytest.raises(ClusterError, match="did not answer within"):
        await run(Kubelet(talk), tmp_path, seconds=0.2)


async def test_a_refusal_is_told_without_addresses(tmp_path: Path) -> None:
    class Refusing(Kubelet):
        async def handle(self, request: web.Request) -> web.StreamResponse:
            return web.json_response({"kind": "Status", "code": 404}, status=404)

    async def talk(_: web.WebSocketResponse) -> None:
        raise AssertionError

    with pytest.raises(ClusterError) as caught:
        await run(Refusing(talk), tmp_path)
    assert "127.0.0.1" not in str(caught.value)
