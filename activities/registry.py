"""A small client of the container registry (OCI distribution API): what is there, and its removal."""

import re
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Self

import httpx

from workflows.errors import RegistryError

MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json,"
    "application/vnd.oci.image.index.v1+json,"
    "application/vnd.docker.distribution.manifest.v2+json,"
    "application/vnd.docker.distribution.manifest.list.v2+json"
)
"""Without naming them all a registry converts a manifest, and its digest is another."""
_TIMEOUT = httpx.Timeout(10, connect=3)
_PAGE = 1000
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')
_CREATED = 201
_NOT_FOUND = 404
_DELETED = (200, 202, _NOT_FOUND)


class Registry:
    """One registry. Every method raises RegistryError when it does not answer or refuses."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`url` is `http(s)://host:port`, without a path; `transport` replaces the network in tests."""
        self._client = httpx.AsyncClient(
            base_url=url, timeout=_TIMEOUT, transport=transport, trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def find_digest(self, repository: str, tag: str) -> str | None:
        """Digest (`sha256:…`) of the manifest that the tag names, or None when there is none."""
        answer = await self._ask("HEAD", f"/v2/{repository}/manifests/{tag}")
        if answer.status_code == _NOT_FOUND:
            return None
        self._check(answer)
        return answer.headers.get("docker-content-digest") or None

    async def copy(self, source: str, reference: str, target: str, *, tag: str = "") -> str | None:
        """Give an image of one repository to another without moving its layers; its digest.

        None when there is no such image, or the registry does not lend layers between repositories.
        """
        answer = await self._ask("GET", f"/v2/{source}/manifests/{reference}")
        if answer.status_code == _NOT_FOUND:
            return None
        self._check(answer)
        manifest = answer.json()
        for part in manifest.get("manifests") or ():
            if await self.copy(source, part["digest"], target) is None:
                return None
        blobs = [*(manifest.get("layers") or ()), manifest.get("config")]
        for digest in {str(blob["digest"]) for blob in blobs if blob}:
            if not await self._lend(source, digest, target):
                return None
        path = f"/v2/{target}/manifests/{tag or reference}"
        kind = {"Content-Type": answer.headers.get("content-type", "")}
        self._check(await self._ask("PUT", path, content=answer.content, headers=kind))
        return str(answer.headers.get("docker-content-digest") or "") or None

    async def _lend(self, source: str, digest: str, target: str) -> bool:
        path = f"/v2/{target}/blobs/uploads/?mount={digest}&from={source}"
        answer = await self._ask("POST", path)
        self._check(answer)
        return answer.status_code == _CREATED

    async def list_tags(self, repository: str) -> tuple[str, ...]:
        """All tags; none where the repository does not exist."""
        return tuple([tag async for tag in self._pages(f"/v2/{repository}/tags/list", "tags")])

    async def list_repositories(self, prefix: str) -> tuple[str, ...]:
        """All repositories whose name begins with `prefix`; emptied ones stay listed."""
        names = self._pages("/v2/_catalog", "repositories")
        return tuple([name async for name in names if name.startswith(prefix)])

    async def delete_if_present(self, repository: str, digest: str) -> None:
        """Delete a manifest with all its tags; an absent one is fine."""
        answer = await self._ask("DELETE", f"/v2/{repository}/manifests/{digest}")
        if answer.status_code not in _DELETED:
            self._check(answer)

    async def delete_tags(self, repository: str) -> int:
        """Delete every tagged manifest of the repository; how many there were."""
        digests = {
            digest
            for tag in await self.list_tags(repository)
            if (digest := await self.find_digest(repository, tag))
        }
        for digest in sorted(digests):
            await self.delete_if_present(repository, digest)
        return len(digests)

    async def _pages(self, path: str, key: str) -> AsyncIterator[str]:
        url: str | None = f"{path}?n={_PAGE}"
        while url:
            answer = await self._ask("GET", url)
            if answer.status_code == _NOT_FOUND:
                return
            self._check(answer)
            try:
                found = answer.json().get(key) or ()
            except ValueError as error:
                raise RegistryError("the registry answered something that is no JSON") from error
            for name in found:
                yield str(name)
            more = _NEXT.search(answer.headers.get("link", ""))
            url = more[1] if more else None

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        wanted = {"Accept": MANIFEST_TYPES, **(headers or {})}
        try:
            return await self._client.request(method, url, headers=wanted, content=content)
        except httpx.HTTPError as error:
            # Only the kind of failure: the text holds internal addresses.
            raise RegistryError(
                f"the registry cannot be reached ({type(error).__name__})"
            ) from error

    @staticmethod
    def _check(answer: httpx.Response) -> None:
        if not answer.is_success:
            raise RegistryError(
                f"the registry answered {answer.status_code} to {answer.request.method}"
            )
