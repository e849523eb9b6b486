"""Programs run in a container, over the API's websockets: https://kubernetes.io/docs/reference/using-api/websockets/"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from kubernetes.aio.client import ApiClient
from yarl import URL

from activities.kube.errors import translated
from activities.kube.paths import collection_path
from workflows.errors import ClusterError

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
"""The newer one can say that the input has ended; programs are told beforehand how much there is, for the older."""
_STDIN, _STDOUT, _STDERR, _STATUS, _CLOSE = 0, 1, 2, 3, 255
_CHUNK = 32 * 1024
"""Bytes in one message: the size that kubectl and the kubelet use."""
_KEPT = 64 * 1024
"""Bytes kept of each output; what a container writes must not fill the worker's memory."""


@dataclass
class Executed:
    """How a program has ended."""

    code: int = -1
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    @property
    def lines(self) -> list[str]:
        """Of its standard output; not masked."""
        return self.stdout.decode(errors="replace").splitlines()

    @property
    def complaints(self) -> list[str]:
        """Of its standard error; not masked."""
        return self.stderr.decode(errors="replace").splitlines()


@dataclass(frozen=True)
class Container:
    """One container of one pod."""

    namespace: str
    pod: str
    name: str


async def execute(
    api: ApiClient,
    container: Container,
    command: Sequence[str],
    *,
    seconds: float,
    stdin: AsyncIterable[bytes] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Executed:
    """Run a program to its end, which may take `seconds`; `tell` hears the last line of its output as it grows.

    The first 64 KiB of each output are kept. A cancel, or time used up, ends the connection, not the program: whoever
    runs one gives it an end of its own. Raises ClusterError when the program could not be run or watched to its end.
    """
    url, headers = await _address(api, container, command, has_input=stdin is not None)
    done = Executed()
    with translated(seconds):
        async with (
            asyncio.timeout(seconds),
            _session(api).ws_connect(
                URL(url, encoded=True),
                headers=headers,
                protocols=_PROTOCOLS,
                max_msg_size=0,
                autoping=True,
            ) as socket,
        ):
            feeding = asyncio.ensure_future(_feed(socket, stdin)) if stdin is not None else None
            try:
                await _listen(socket, done, tell)
            finally:
                if feeding is not None:
                    feeding.cancel()
                    await asyncio.wait([feeding])
    if done.code < 0:
        raise ClusterError("the connection to a program in a container was cut off")
    return done


async def _address(
    api: ApiClient, container: Container, command: Sequence[str], *, has_input: bool
) -> tuple[str, dict[str, str]]:
    pods = collection_path("v1", "Pod", container.namespace)
    query = [
        ("container", container.name),
        *(("command", each) for each in command),
        ("stdin", str(has_input).lower()),
        ("stdout", "true"),
        ("stderr", "true"),
    ]
    _, url, headers, *_ = await api.param_serialize(
        "GET",
        f"{pods}/{quote(container.pod, safe='')}/exec",
        query_params=query,
        header_params={},
        auth_settings=["BearerToken"],
    )
    return str(url), dict(headers)


def _session(api: ApiClient) -> aiohttp.ClientSession:
    """The same connections as for every other call: the certificates of the kubeconfig are theirs."""
    rest: Any = api.rest_client
    if rest.pool_manager is None:
        rest.pool_manager = rest._create_pool_manager()  # noqa: SLF001  (as the library's own stream client does)
    session: aiohttp.ClientSession = rest.pool_manager
    return session


async def _feed(socket: aiohttp.ClientWebSocketResponse, stdin: AsyncIterable[bytes]) -> None:
    with contextlib.suppress(
        ConnectionError
    ):  # the program has ended early, and its status says why
        async for block in stdin:
            for at in range(0, len(block), _CHUNK):
                await socket.send_bytes(bytes([_STDIN]) + block[at : at + _CHUNK])
        if socket.protocol == _PROTOCOLS[0]:
            await socket.send_bytes(bytes([_CLOSE, _STDIN]))


async def _listen(
    socket: aiohttp.ClientWebSocketResponse,
    done: Executed,
    tell: Callable[[str], None] | None,
) -> None:
    async for message in socket:
        if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
            continue
        channel, data = message.data[0], message.data[1:]
        if channel == _STATUS:
            done.code = _exit_code(data)
            return
        if channel not in (_STDOUT, _STDERR):
            continue
        kept = done.stdout if channel == _STDOUT else done.stderr
        kept += data[: max(0, _KEPT - len(kept))]
        if tell is not None and channel == _STDOUT and done.lines:
            tell(done.lines[-1])


def _exit_code(data: bytes) -> int:
    """Of the API's `Status`. Raises ClusterError where the program was not run at all."""
    status = json.loads(data)
    if status.get("status") == "Success":
        return 0
    causes = (status.get("details") or {}).get("causes") or ()
    for cause in causes:
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    raise ClusterError("a program could not be run in a container")
