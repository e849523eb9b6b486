"""Pushing images that lie in a blob directory to a registry."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from deploy.local.images.oci import MANIFEST_TYPE, blob
from deploy.local.steps import Outcome, StepError

_TIMEOUT = httpx.Timeout(60.0, connect=20.0)
_CHUNK = 1 << 20


async def push_image(
    directory: Path, digest: str, registry: str, repository: str, tag: str
) -> Outcome:
    """Push an image under a tag unless the tag is that image already.

    Raises StepError when the registry refuses.
    """
    url = f"http://{registry}/v2/{repository}"
    manifest = blob(directory, digest).read_bytes()
    # The registry is on this machine: a proxy for the outside must not see these requests.
    async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
        head = await client.head(f"{url}/manifests/{tag}", headers={"Accept": MANIFEST_TYPE})
        if head.headers.get("Docker-Content-Digest") == digest:
            return Outcome.CACHED
        parts = json.loads(manifest)
        for part in (*parts["layers"], parts["config"]):
            await _push_blob(client, url, directory, part["digest"])
        answer = await client.put(
            f"{url}/manifests/{tag}", content=manifest, headers={"Content-Type": MANIFEST_TYPE}
        )
        _check(answer)
    return Outcome.DONE


async def _push_blob(client: httpx.AsyncClient, url: str, directory: Path, digest: str) -> None:
    if (await client.head(f"{url}/blobs/{digest}")).is_success:
        return
    path = blob(directory, digest)
    begun = await client.post(f"{url}/blobs/uploads/")
    _check(begun)
    place = httpx.URL(begun.headers["Location"]).copy_merge_params({"digest": digest})
    headers = {
        "Content-Length": str(path.stat().st_size),
        "Content-Type": "application/octet-stream",
    }
    _check(await client.put(place, content=_read(path), headers=headers))


async def _read(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _check(answer: httpx.Response) -> None:
    if not answer.is_success:
        message = f"the registry answered {answer.status_code} to {answer.request.method}"
        raise StepError(f"{message} {answer.request.url}: {answer.text[:300]}")
