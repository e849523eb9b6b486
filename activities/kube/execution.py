"""Programs run in a container, over the API's websockets: https://kubernetes.io/docs/reference/using-api/websockets/"""

import asyncio
import contextlib
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from kubernetes.aio.client import ApiClient
from yarl import URL

from activities.kube.errors import translated
from activities.kube.frames import CLOSE, KEPT, STATUS, STDIN, Executed, exit_code
from activities.kube.paths import collection_path
from workflows.errors import ClusterError

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
"""The newer one can say that the input has ended; programs are told beforehand how much there is, for the older."""
_CHUNK = 32 * 1024
"""Bytes in one message: the size that kubectl and the kubelet use."""


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
    keep: int = KEPT,
    into: Executed | None = None,
) -> Executed:
    """Run a program to its end, which may take `seconds`; `tell` hears the last line of its output as it grows.

    The first `keep` bytes of each output are kept; `into` has them as they come. A cancel, or time used up, ends the
    connection, not the program: whoever runs one gives it an end of its own. Raises ClusterError when the program could
    not be run or watched to its end.
    """
    url, headers = await _address(api, container, command, has_input=stdin is not None)
    done = Executed() if into is None else into
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
                await _listen(socket, done, tell, keep)
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
                await socket.send_bytes(bytes([STDIN]) + block[at : at + _CHUNK])
        if socket.protocol == _PROTOCOLS[0]:
            await socket.send_bytes(bytes([CLOSE, STDIN]))


async def _listen(
    socket: aiohttp.ClientWebSocketResponse,
    done: Executed,
    tell: Callable[[str], None] | None,
    keep: int,
) -> None:
    async for message in socket:
        if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
            continue
        channel, data = message.data[0], message.data[1:]
        if channel == STATUS:
            done.code = exit_code(data)
            return
        if done.take(channel, data, keep) and tell is not None and done.lines:
            tell(done.lines[-1])
