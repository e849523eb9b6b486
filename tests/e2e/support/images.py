"""Everything that a registry hands out for a repository: manifests, configurations and the files of its layers."""

import gzip
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

from tests.e2e.support.secrets import Text

_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_PAGE = 100
"""Names in one answer; registries refuse to give more than a few hundred."""
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class Images:
    """Reads one registry over its API, as anybody could who reaches it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """`http` has the registry's `/v2` as its base."""
        self._http = http

    async def repositories(self, prefix: str) -> list[str]:
        found: list[str] = []
        while True:
            query = {"n": str(_PAGE), "last": found[-1] if found else ""}
            answer = await self._http.get("/_catalog", params=query)
            answer.raise_for_status()
            found += answer.json()["repositories"]
            if "next" not in answer.links:
                return [name for name in found if name.startswith(prefix)]

    async def digests(self, repository: str) -> set[str]:
        """Everything that a repository's tags lead to."""
        return {digest async for digest, _, _ in self._walk(repository, set())}

    async def texts(self, repository: str, *, known: set[str]) -> AsyncIterator[Text]:
        """Every document and every layer, decompressed, except those with `known` digests."""
        async for digest, kind, data in self._walk(repository, known):
            yield Text(kind, f"{repository} {digest[:19]}", data)

    async def _walk(
        self, repository: str, known: set[str]
    ) -> AsyncIterator[tuple[str, str, bytes]]:
        answer = await self._http.get(f"/{repository}/tags/list")
        tags = answer.json().get("tags") or [] if answer.is_success else []
        waiting = [(tag, _MANIFESTS[0]) for tag in tags]
        done = set(known)
        while waiting:
            reference, media_type = waiting.pop()
            if reference in done:
                continue
            done.add(reference)
            kind, data = await self._read(repository, reference, media_type)
            if data is None:
                continue  # a tag whose manifest was deleted
            yield reference, kind, data
            if kind == "image manifest":
                waiting += _descriptors(json.loads(data))

    async def _read(
        self, repository: str, reference: str, media_type: str
    ) -> tuple[str, bytes | None]:
        if media_type in _MANIFESTS:
            answer = await self._http.get(
                f"/{repository}/manifests/{reference}", headers={"Accept": ", ".join(_MANIFESTS)}
            )
            return "image manifest", answer.content if answer.is_success else None
        data = await self._get(f"/{repository}/blobs/{reference}")
        assert not data.startswith(_ZSTD), f"{reference} needs another reader: {media_type}"
        if data.startswith(_GZIP):
            return "image layer", gzip.decompress(data)
        return "image configuration", data

    async def _get(self, path: str) -> bytes:
        answer = await self._http.get(path, follow_redirects=True)
        answer.raise_for_status()
        return answer.content


def _descriptors(document: Any) -> Iterator[tuple[str, str]]:
    """Digest and media type of all that a manifest or index names."""
    if isinstance(document, dict):
        if {"digest", "mediaType"} <= document.keys():
            yield document["digest"], document["mediaType"]
        for value in document.values():
            yield from _descriptors(value)
    elif isinstance(document, list):
        for value in document:
            yield from _descriptors(value)
