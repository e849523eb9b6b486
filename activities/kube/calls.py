"""The one way to make a call: always with a timeout, always with our errors."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from kubernetes.aio.client import ApiClient
from kubernetes.aio.client.exceptions import ApiException

from activities.kube.errors import translated
from activities.kube.paths import path_of
from activities.kube.types import KubeObject, Query
from workflows import naming

CONNECT_TIMEOUT = 3.0
"""Seconds. An API server that is up accepts at once; a dead one must not use up the whole call."""
CALL_TIMEOUT = 30.0
"""Seconds for one whole call. The API server itself gives up after 60."""


async def request(
    api: ApiClient,
    method: str,
    path: str,
    *,
    query: Query = (),
    body: object = None,
    content_type: str = "application/json",
    timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109  (bounds the request itself, server side included)
) -> KubeObject:
    """Make one call; `timeout` is in seconds for the whole of it.

    Raises `NotFoundError`, `ConflictError`, `ForbiddenError`, `InvalidError`, `ExpiredError`, or `ClusterError` when
    the API did not answer or is at fault.
    """
    with translated(timeout):
        response = await _send(api, method, path, query, body, content_type, timeout)
        answer: KubeObject = json.loads(await _body(response))
        return answer


async def read_text(api: ApiClient, path: str, *, query: Query = ()) -> str:
    """The same for answers that are text, such as logs; bytes that are no UTF-8 are replaced."""
    with translated(CALL_TIMEOUT):
        response = await _send(api, "GET", path, query, None, "application/json", CALL_TIMEOUT)
        return (await _body(response)).decode(errors="replace")


async def apply(
    api: ApiClient, wanted: KubeObject, *, field_manager: str = naming.FIELD_MANAGER
) -> KubeObject:
    """Server-side apply with force: afterwards the object is as wanted, whoever changed it. Returns it as stored."""
    return await request(
        api,
        "PATCH",
        path_of(wanted),
        query=[("fieldManager", field_manager), ("force", "true")],
        body=wanted,
        content_type="application/apply-patch+yaml",
    )


@asynccontextmanager
async def watch(
    api: ApiClient, path: str, *, query: Query = (), seconds: int = 60
) -> AsyncIterator[AsyncIterator[KubeObject]]:
    """Changes of a collection as `{"type": …, "object": …}`; ends by itself after `seconds`.

    Raises `ExpiredError` when the resource version in `query` is too old, else as `request` does. The caller
    starts again from a fresh list.
    """
    full = [*query, ("watch", "true"), ("timeoutSeconds", str(seconds))]
    with translated(CALL_TIMEOUT):
        response = await _send(api, "GET", path, full, None, "application/json", seconds + 5.0)
    try:
        if response.status != 200:
            with translated(CALL_TIMEOUT):
                await _body(response)
        async with aclosing(_events(response)) as events:
            yield events
    finally:
        response.response.close()


async def _events(response: Any) -> AsyncGenerator[KubeObject, None]:
    while True:
        with translated(CALL_TIMEOUT):
            line = await response.response.content.readline()
            if not line:
                return
            event: KubeObject = json.loads(line)
            if event.get("type") == "ERROR":
                status = event["object"]
                raise ApiException(status=status.get("code", 0), body=json.dumps(status))
        yield event


async def _body(response: Any) -> bytes:
    body: bytes = await response.read()
    if not 200 <= response.status <= 299:
        raise ApiException(http_resp=response)
    return body


async def _send(
    api: ApiClient,
    method: str,
    path: str,
    query: Query,
    body: object,
    content_type: str,
    seconds: float,
) -> Any:
    serialized = await api.param_serialize(
        method,
        path,
        query_params=list(query),
        header_params={"Accept": "application/json, */*", "Content-Type": content_type},
        body=body,
        auth_settings=["BearerToken"],
    )
    return await api.call_api(*serialized, _request_timeout=(CONNECT_TIMEOUT, seconds))
