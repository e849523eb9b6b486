"""Opens and closes the connection to a cluster."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import aiohttp
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.client.rest import RESTClientObject

from activities.masking import mask
from workflows.errors import ClusterError

MAX_CONNECTIONS = 500
"""A watch holds one for as long as it lasts, and fifty rollouts may watch at once: with the library's 100, ordinary
calls would wait behind them."""


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
    configuration.connection_pool_maxsize = MAX_CONNECTIONS
    api = ApiClient(configuration=configuration)
    api.rest_client = _TimedREST(configuration)
    return api


async def close(api: ApiClient) -> None:
    """Close its connections; the client cannot be used afterwards."""
    await api.close()  # type: ignore[no-untyped-call]  # the library's


class _Connector(aiohttp.TCPConnector):
    """Aborts connections whose request was cancelled. TLS's polite end waits for the other side, up to 30 s, and
    outlives whoever cancelled."""

    def _release(self, key: Any, protocol: Any, *, should_close: bool = False) -> None:
        if should_close or protocol.should_close:
            protocol.abort()
            should_close = True
        super()._release(key, protocol, should_close=should_close)


class _TimedREST(RESTClientObject):
    """Understands `_request_timeout=(connect, total)`: the asyncio client hands the pair to aiohttp as one number."""

    def _create_connector(self) -> aiohttp.TCPConnector:
        return _Connector(limit=self.maxsize, ssl=self.ssl_context)

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
