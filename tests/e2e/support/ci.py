"""What a project's own CI does: it pushes an image of a commit to the registry, by the Distribution API alone."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import httpx

BASE = ("library/python", "3.12-slim")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


async def push_image(
    registry: str,
    repository: str,
    tag: str,
    files: Mapping[str, str],
    *,
    command: Sequence[str],
    port: int = 8080,
) -> str:
    """Push `files` in `/app`, on the Python image that the registry holds; return the manifest's digest."""
    base, base_tag = BASE
    url = f"http://{registry}/v2"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        found = await http.get(f"/{base}/manifests/{base_tag}", headers={"Accept": _MANIFEST})
        manifest = found.raise_for_status().json()
        blob = await http.get(
            f"/{base}/blobs/{manifest['config']['digest']}", follow_redirects=True
        )
        config = blob.raise_for_status().json()
        for layer in manifest["layers"]:
            query = {"mount": layer["digest"], "from": base}
            mounted = await http.post(f"/{repository}/blobs/uploads/", params=query)
            assert mounted.status_code == httpx.codes.CREATED, mounted.text
        plain = _archive(files)
        packed = gzip.compress(plain, mtime=0)
        config["rootfs"]["diff_ids"].append(_digest(plain))
        config["config"] |= {
            "Cmd": list(command),
            "WorkingDir": "/app",
            "User": "10001:10001",
            "ExposedPorts": {f"{port}/tcp": {}},
        }
        config.pop("history", None)
        manifest["layers"].append(await _push(http, repository, packed, _LAYER))
        manifest["config"] = await _push(http, repository, json.dumps(config).encode(), _CONFIG)
        answer = await http.put(
            f"/{repository}/manifests/{tag}",
            content=json.dumps(manifest).encode(),
            headers={"Content-Type": _MANIFEST},
        )
        answer.raise_for_status()
        return answer.headers["Docker-Content-Digest"]


async def has_image(registry: str, repository: str, tag: str) -> bool:
    url = f"http://{registry}/v2/{repository}/manifests/{tag}"
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        return (await http.head(url, headers={"Accept": _MANIFEST})).is_success


async def _push(
    http: httpx.AsyncClient, repository: str, data: bytes, media_type: str
) -> dict[str, Any]:
    begun = await http.post(f"/{repository}/blobs/uploads/")
    digest = _digest(data)
    place = httpx.URL(begun.raise_for_status().headers["Location"])
    answer = await http.put(
        place.copy_merge_params({"digest": digest}),
        content=data,
        headers={"Content-Type": "application/octet-stream"},
    )
    answer.raise_for_status()
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _archive(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, text in sorted(files.items()):
            data = text.encode()
            entry = tarfile.TarInfo(f"app/{path}")
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"
