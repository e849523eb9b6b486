"""Who gets in while there is no sign-in: this machine's people; GitHub at its door; nobody through a foreign page."""

from collections.abc import Collection, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import make_problem, problem_response
from api.settings import Network

OPEN_PATHS = frozenset({"/webhooks/github", "/healthz", "/readyz"})
"""For everybody who can connect: deliveries carry a signature, and probes reveal nothing worth a secret."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    # Everything a page needs is served from here; logs and titles of strangers are shown in it.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """ASGI middleware. Refuses by default: a new route is for trusted callers until it is opened here."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network], hosts: Collection[str]) -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = "" if scope["path"] in OPEN_PATHS else self._refusal(scope)
        if refusal:
            response = problem_response(make_problem(403, "UNAUTHORIZED", refusal))
            await response(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        if not self._is_trusted(scope):
            return (
                "this address serves GitHub's deliveries; pages and API are for this machine alone"
            )
        host = host_name(headers.get("host", ""))
        if host not in self._hosts:
            return f"`{host}` is not a name of this service; open it by its own address"
        if scope["method"] not in _SAFE_METHODS and not is_same_origin(headers):
            return "the request comes from a page of another site"
        return ""

    def _is_trusted(self, scope: Scope) -> bool:
        client = scope.get("client")
        if client is None:
            return False
        try:
            address = ip_address(client[0])
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def host_name(host: str) -> str:
    """`127.0.0.1:8080` -> `127.0.0.1`, `[::1]:8080` -> `::1`; empty when it is neither."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_same_origin(headers: Headers) -> bool:
    """False for what a browser sends on behalf of another site's page. Programs send neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
