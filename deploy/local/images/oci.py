"""Writing container images: a directory tree becomes a layer, layers and settings an image."""

import asyncio
import contextlib
import json
import os
import stat
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
_CHUNK = 1 << 20


class Layer(BaseModel):
    """One compressed layer in a blob directory."""

    model_config = ConfigDict(frozen=True)

    digest: str
    """Of the compressed content."""
    diff_id: str
    """Of the plain archive: what the image's configuration lists."""
    size: int
    """Compressed, in bytes."""


@dataclass(frozen=True)
class Settings:
    """How a container of the image starts."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = (
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    )
    user: str = ""
    directory: str = ""
    """Where it starts; empty for `/`."""
    stop_signal: str = ""
    """Such as `SIGINT`; empty for the usual one."""
    labels: tuple[tuple[str, str], ...] = ()


def blob(directory: Path, digest: str) -> Path:
    """Return where the content with this digest lies."""
    return directory / digest.replace(":", "-")


async def write_layer(tree: Path, directory: Path) -> Layer:
    """Pack a tree as a layer; file capabilities are kept, times are not (same tree, same layer)."""
    return await asyncio.to_thread(_write_layer, tree, directory)


def _write_layer(tree: Path, directory: Path) -> Layer:
    mark_deletions(tree)
    command = ["tar", "--create", "--numeric-owner", "--format=pax", "--sort=name", "--mtime=@0"]
    command += ["--pax-option=delete=atime,delete=ctime", "--xattrs"]
    command += ["--xattrs-include=security.capability", "--directory", os.fspath(tree), "."]
    plain, packed, size = sha256(), sha256(), 0
    # Level 1: the layer crosses no network, only the time to pack and unpack it counts.
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    partial = directory / f".layer-{os.getpid()}-{id(compressor):x}"
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process, partial.open("wb") as file:
        if process.stdout is None:
            raise AssertionError  # it was asked for as a pipe
        while True:
            chunk = process.stdout.read(_CHUNK)
            plain.update(chunk)
            data = compressor.compress(chunk) if chunk else compressor.flush()
            packed.update(data)
            size += file.write(data)
            if not chunk:
                break
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    digest = f"sha256:{packed.hexdigest()}"
    partial.rename(blob(directory, digest))
    return Layer(digest=digest, diff_id=f"sha256:{plain.hexdigest()}", size=size)


def mark_deletions(tree: Path) -> None:
    """Turn an overlay's marks of deleted entries into those of an image layer."""
    for parent, directories, names in os.walk(tree):
        folder = Path(parent)
        for name in [*names, *directories]:
            status = (folder / name).lstat()
            if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
                (folder / name).unlink()
                (folder / f".wh.{name}").touch()
        with contextlib.suppress(OSError):
            if os.getxattr(folder, "trusted.overlay.opaque") == b"y":
                (folder / ".wh..wh..opq").touch()


def write_image(directory: Path, layers: Sequence[Layer], settings: Settings) -> str:
    """Write configuration and manifest of an image beside its layers; return its digest."""
    seldom = {"WorkingDir": settings.directory, "StopSignal": settings.stop_signal}
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {
            "Entrypoint": list(settings.entrypoint),
            "Cmd": list(settings.command),
            "Env": list(settings.environment),
            "User": settings.user,
            "Labels": dict(settings.labels),
            **{key: value for key, value in seldom.items() if value},
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    config_digest, config_size = _write_json(directory, config)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, "digest": config_digest, "size": config_size},
        "layers": [
            {"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size}
            for layer in layers
        ],
    }
    digest, _ = _write_json(directory, manifest)
    return digest


def _write_json(directory: Path, value: object) -> tuple[str, int]:
    data = json.dumps(value, sort_keys=True).encode()
    digest = f"sha256:{sha256(data).hexdigest()}"
    blob(directory, digest).write_bytes(data)
    return digest, len(data)
