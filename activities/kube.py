"""The connection to a cluster and the one way to make a call: always with a timeout, always with our errors."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.client.exceptions import ApiException
from kubernetes.aio.client.rest import RESTClientObject

from activities.masking import mask
from workflows import naming
from workflows.errors import ClusterError

T = TypeVar("T")
KubeObject = dict[str, Any]
"""A Kubernetes object as the API speaks it: JSON, names in camelCase."""
Query = Sequence[tuple[str, str]]

CONNECT_TIMEOUT = 3.0
"""Seconds. An API server that is up accepts at once; a dead one must not use up the whole call."""
CALL_TIMEOUT = 30.0
"""Seconds for one whole call. The API server itself gives up after 60."""
_STATUS_GONE = 410
_STATUS_TOO_MANY = 429


class KubeError(ClusterError):
    """The API answered and said no. Escaping an activity it counts as the platform's."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        reason: str = "",
        causes: Sequence[str] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status
        """HTTP status."""
        self.reason = reason
        """Kubernetes' own word: `NotFound`, `AlreadyExists`, `Forbidden`, `Invalid`, …"""
        self.causes = tuple(causes)
        """`field: message` of each detail, or the cause's reason where it names no field."""


class NotFoundError(KubeError):
    """404: there is no such object, or no such kind."""


class ConflictError(KubeError):
    """409: it exists already, or somebody else changed it meanwhile."""


class ForbiddenError(KubeError):
    """403: RBAC, an admission rule, an exceeded quota, or a namespace on its way out (see `causes`)."""


class InvalidError(KubeError):
    """400 or 422: the object itself is wrong; repeating the call will not help."""


class ExpiredError(KubeError):
    """410: the list or watch must start over."""


_BY_STATUS: dict[int, type[KubeError]] = {
    400: InvalidError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    _STATUS_GONE: ExpiredError,
    422: InvalidError,
}


class _TimedREST(RESTClientObject):
    """Understands `_request_timeout=(connect, total)`: the asyncio client hands the pair to aiohttp as one number."""

    async def request(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: object = None,
        post_params: object = None,
        _request_timeout: object = None,
    ) -> Any:
        if isinstance(_request_timeout, tuple):
            connect, total = _request_timeout
            _request_timeout = aiohttp.ClientTimeout(total=total, sock_connect=connect)
        answer: Awaitable[Any] = super().request(  # type: ignore[no-untyped-call]  # the library's
            method, url, headers, body, post_params, _request_timeout
        )
        return await answer


async def connect(kubeconfig: Path | None, context: str | None = None) -> ApiClient:
    """A client for the cluster of that kubeconfig; without one, for the cluster this process runs in.

    Nothing is asked of the cluster yet. The caller ends it with `close`.
    """
    configuration = Configuration()
    try:
        if kubeconfig is None:
            config.load_incluster_config(  # type: ignore[no-untyped-call]  # the library's
                client_configuration=configuration
            )
        else:
            await config.load_kube_config(  # type: ignore[no-untyped-call]  # the library's
                config_file=str(kubeconfig),
                context=context,
                client_configuration=configuration,
                persist_config=False,  # the file is the operator's
            )
    except (config.ConfigException, OSError) as error:
        raise ClusterError(f"the kubeconfig cannot be used: {mask(str(error))}") from error
    api = ApiClient(configuration=configuration)
    api.rest_client = _TimedREST(configuration)
    return api


async def close(api: ApiClient) -> None:
    """Close its connections; the client cannot be used afterwards."""
    await api.close()  # type: ignore[no-untyped-call]  # the library's


async def call(
    function: Callable[..., Awaitable[T]],
    *args: Any,
    timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109  (bounds the request itself, server side included)
    **kwargs: Any,
) -> T:
    """Make one call of the client library.

    `timeout` is in seconds for the whole call. Raises `NotFoundError`, `ConflictError`, `ForbiddenError`,
    `InvalidError`, `ExpiredError`, or `ClusterError` when the API did not answer or is at fault.
    """
    with _translated(timeout):
        return await function(*args, _request_timeout=(CONNECT_TIMEOUT, timeout), **kwargs)


async def request(
    api: ApiClient,
    method: str,
    path: str,
    *,
    query: Query = (),
    body: object = None,
    content_type: str = "application/json",
    timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109  (as `call`)
) -> KubeObject:
    """The same for a bare path, where the library has no typed call or JSON is wanted. Raises as `call` does."""
    with _translated(timeout):
        response = await _send(api, method, path, query, body, content_type, timeout)
        answer: KubeObject = json.loads(await _body(response))
        return answer


async def read_text(api: ApiClient, path: str, *, query: Query = ()) -> str:
    """The same for answers that are text, such as logs; bytes that are no UTF-8 are replaced."""
    with _translated(CALL_TIMEOUT):
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


def path_of(wanted: KubeObject) -> str:
    """API path of an object, from its own apiVersion, kind, namespace and name."""
    metadata = wanted["metadata"]
    base = collection_path(wanted["apiVersion"], wanted["kind"], metadata.get("namespace", ""))
    return f"{base}/{quote(metadata['name'], safe='')}"


def collection_path(api_version: str, kind: str, namespace: str = "") -> str:
    """API path of all objects of a kind (of built-in kinds and others with a regular plural)."""
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    scope = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
    return f"{root}{scope}/{_plural(kind)}"


@asynccontextmanager
async def watch(
    api: ApiClient, path: str, *, query: Query = (), seconds: int = 60
) -> AsyncIterator[AsyncIterator[KubeObject]]:
    """Changes of a collection as `{"type": …, "object": …}`; ends by itself after `seconds`.

    Raises `ExpiredError` when the resource version in `query` is too old, else as `call` does. The caller
    starts again from a fresh list.
    """
    full = [*query, ("watch", "true"), ("timeoutSeconds", str(seconds))]
    with _translated(CALL_TIMEOUT):
        response = await _send(api, "GET", path, full, None, "application/json", seconds + 5.0)
    try:
        if response.status != 200:
            with _translated(CALL_TIMEOUT):
                await _body(response)
        async with aclosing(_events(response)) as events:
            yield events
    finally:
        _abort(response)


def _abort(response: Any) -> None:
    """At once: a polite end of TLS would wait for the other side, and outlive whoever watched."""
    connection = response.response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()
    response.response.close()


async def _events(response: Any) -> AsyncGenerator[KubeObject, None]:
    while True:
        with _translated(CALL_TIMEOUT):
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


@contextmanager
def _translated(seconds: float) -> Iterator[None]:
    """Library failures in, ours out."""
    try:
        yield
    except ApiException as error:
        raise _to_error(error) from error
    except TimeoutError as error:
        raise ClusterError(f"the Kubernetes API did not answer within {seconds:g} s") from error
    except (aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
        # Only the kind of failure: the text holds internal addresses.
        raise ClusterError(
            f"the Kubernetes API cannot be reached ({type(error).__name__})"
        ) from error


def _to_error(error: ApiException) -> ClusterError:
    status = int(error.status or 0)
    told = _status_object(error.body)
    message = mask(str(told.get("message") or error.reason or "no message"))
    details = told.get("details") or {}
    causes = [
        f"{cause['field']}: {cause.get('message', '')}"
        if cause.get("field")
        else str(cause.get("reason", ""))
        for cause in details.get("causes") or ()
    ]
    seconds = details.get("retryAfterSeconds")
    return _BY_STATUS.get(status, KubeError)(
        f"the Kubernetes API answered {status}: {message}",
        status=status,
        reason=str(told.get("reason") or ""),
        causes=[mask(cause) for cause in causes],
        retry_after=timedelta(seconds=seconds) if seconds and status == _STATUS_TOO_MANY else None,
    )


def _status_object(body: object) -> KubeObject:
    """The API's `Status`, or an empty one where a proxy answered in its place."""
    try:
        told = json.loads(body) if isinstance(body, str | bytes) else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _plural(kind: str) -> str:
    """As `UnsafeGuessKindToResource` of k8s.io/apimachinery does it."""
    name = kind.lower()
    if name.endswith("endpoints"):
        return name
    if name.endswith("s"):
        return f"{name}es"
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}s"
