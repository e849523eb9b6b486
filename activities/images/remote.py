"""Asks any registry what a tag means: the OCI distribution API with anonymous or given credentials.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md and, for tokens,
https://distribution.github.io/distribution/spec/auth/token/
"""

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus

import httpx

from activities.images.credentials import Credentials
from activities.images.references import HUB, Reference
from activities.registry import MANIFEST_TYPES
from workflows.errors import RegistryError, WaitError

LIMIT = 40.0
"""Seconds for one look with all its requests; shorter than the activity's limit."""
MAX_BODY = 4 * 1024 * 1024
"""Bytes of a manifest or a token's answer: the limit that the specification names for manifests."""
DEFAULT_WAIT = timedelta(minutes=1)
"""After a 429 without a time."""
_TIMEOUT = httpx.Timeout(10, connect=3)
_HUB_API = "registry-1.docker.io"
_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_PARAMETER = re.compile(r'(\w+)\s*=\s*"([^"]*)"')
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class DeniedError(Exception):
    """The registry lets us not see the image; `status` is its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}")
        self.status = status


@dataclass(frozen=True)
class _Answer:
    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes


class RemoteRegistries:
    """Every registry there is. `plain` are those asked over http, `mirror` is asked for images of docker.io."""

    def __init__(
        self,
        *,
        plain: frozenset[str] = frozenset(),
        mirror: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._plain = plain
        self._mirror = mirror
        self._transport = transport

    async def find_digest(self, reference: Reference, login: Credentials | None) -> str | None:
        """`sha256:…` of what the tag means now; None when there is no such tag or repository.

        Raises DeniedError, WaitError (429), RegistryError.
        """
        try:
            async with (
                asyncio.timeout(LIMIT),
                httpx.AsyncClient(
                    timeout=_TIMEOUT, transport=self._transport, trust_env=False
                ) as client,
            ):
                return await _Look(client, self._plain, reference, login).run(self._url(reference))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            # Only the kind of failure: the text holds internal addresses.
            raise RegistryError(
                f"registry {reference.registry} cannot be reached ({type(error).__name__})"
            ) from error

    def _url(self, reference: Reference) -> httpx.URL:
        host = reference.registry
        if host == HUB:
            host = self._mirror or _HUB_API
        scheme = "http" if host in self._plain else "https"
        return httpx.URL(f"{scheme}://{host}/v2/{reference.path}/manifests/{reference.tag}")


class _Look:
    """One look, with the right it was given on the way."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        plain: frozenset[str],
        reference: Reference,
        login: Credentials | None,
    ) -> None:
        self._client = client
        self._plain = plain
        self._reference = reference
        self._login = login
        self._authorization = ""

    async def run(self, url: httpx.URL) -> str | None:
        answer = await self._ask("HEAD", url)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            await self._authorize(answer)
            answer = await self._ask("HEAD", url)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        self._check(answer)
        digest = str(answer.headers.get("docker-content-digest", ""))
        if _DIGEST.fullmatch(digest):
            return digest
        answer = await self._ask("GET", url)  # the header is optional; the digest is the body's
        self._check(answer)
        return f"sha256:{sha256(answer.body).hexdigest()}"

    async def _authorize(self, refused: _Answer) -> None:
        """As the registry's challenge asks for: a token for reading this one repository, or the password itself."""
        challenge = refused.headers.get("www-authenticate", "")
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and self._login is not None:
            self._authorization = _basic(self._login)
            return
        parameters = dict(_PARAMETER.findall(rest))
        if scheme.lower() != "bearer" or not parameters.get("realm"):
            raise DeniedError(refused.status)
        realm = httpx.URL(parameters["realm"])
        self._refuse_plain(realm)
        wanted = {"scope": f"repository:{self._reference.path}:pull"}
        if service := parameters.get("service"):
            wanted["service"] = service
        headers = {"Authorization": _basic(self._login)} if self._login else {}
        answer = await self._fetch("GET", realm.copy_merge_params(wanted), headers)
        self._check(answer)
        self._authorization = f"Bearer {self._token(answer.body)}"

    def _token(self, body: bytes) -> str:
        try:
            found = json.loads(body)
            token = found.get("token") or found.get("access_token")
        except (ValueError, AttributeError) as error:
            raise self._odd("something that is no token") from error
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise self._odd("something that is no token")
        return token

    async def _ask(self, method: str, url: httpx.URL) -> _Answer:
        """With the authorization as long as the host is the same."""
        host = url.netloc
        for _ in range(_MAX_REDIRECTS + 1):
            headers = {"Accept": MANIFEST_TYPES}
            if self._authorization and url.netloc == host:
                headers["Authorization"] = self._authorization
            answer = await self._fetch(method, url, headers)
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location:
                return answer
            url = url.join(location)
            self._refuse_plain(url)
        raise self._odd(f"with more than {_MAX_REDIRECTS} redirects")

    async def _fetch(self, method: str, url: httpx.URL, headers: Mapping[str, str]) -> _Answer:
        body = bytearray()
        async with self._client.stream(method, url, headers=headers) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    raise self._odd(f"more than {MAX_BODY // 1024 // 1024} MiB")
            return _Answer(url, response.status_code, response.headers, bytes(body))

    def _refuse_plain(self, url: httpx.URL) -> None:
        """A registry must not make us say a password in the clear."""
        host = url.netloc.decode()
        if url.scheme != "https" and not (url.scheme == "http" and host in self._plain):
            raise self._odd("with an address that is not https")

    def _check(self, answer: _Answer) -> None:
        if answer.status in _DENIED:
            raise DeniedError(answer.status)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            after = answer.headers.get("retry-after", "")
            raise WaitError(
                f"registry {self._reference.registry} limits requests",
                retry_after=timedelta(seconds=min(int(after), 3600))
                if after.isdigit()
                else DEFAULT_WAIT,
            )
        if answer.status != HTTPStatus.OK:
            raise self._odd(str(answer.status))

    def _odd(self, what: str) -> RegistryError:
        return RegistryError(f"registry {self._reference.registry} answered {what}")


def _basic(login: Credentials) -> str:
    return f"Basic {b64encode(f'{login.username}:{login.password}'.encode()).decode()}"
