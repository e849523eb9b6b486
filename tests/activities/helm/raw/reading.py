"""Manifests of a directory, read as a deployment reads those of a commit."""

from collections.abc import Mapping
from pathlib import Path

from activities.helm.raw.manifests import Manifests, read_manifests
from workflows.errors import ManifestError

IMAGES = {"{image}": "registry.test/web@sha256:aa", "{image.web}": "registry.test/web@sha256:aa"}


def image(placeholder: str) -> str:
    if placeholder not in IMAGES:
        raise ManifestError(f"value `image` asks for {placeholder}, which no build makes")
    return IMAGES[placeholder]


def read(root: Path, files: Mapping[str, str | bytes]) -> Manifests:
    """Write `files` below `root` and read them all."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_manifests(root, tuple(files), image)


def problems(manifests: Manifests) -> list[str]:
    return [str(problem) for problem in manifests.problems]
