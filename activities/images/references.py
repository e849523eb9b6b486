"""The name of an image, read as every container tool reads it.

Grammar and defaults: https://github.com/distribution/reference (`ParseNormalizedNamed`).
"""

import re
from dataclasses import dataclass

from workflows.errors import PlanError

HUB = "docker.io"
"""Registry of names that say none."""
DEFAULT_TAG = "latest"
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?")
_PATH = re.compile(
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MAX_NAME = 255
"""Characters of registry and path together."""


@dataclass(frozen=True)
class Reference:
    """One image in one registry."""

    registry: str
    """`host[:port]`."""
    path: str
    """Without registry, tag and digest."""
    tag: str
    """A tag, or a digest where the name holds one."""

    @property
    def repository(self) -> str:
        return f"{self.registry}/{self.path}"


def parse(image: str) -> Reference:
    """Raises PlanError for what is no image's name, or still holds a placeholder."""
    if "{" in image or "}" in image:
        raise PlanError(
            f"image `{image}` holds a placeholder that Catalyst does not know",
            hint="A tag may hold `{sha}`, `{short_sha}`, `{branch_slug}` and `{number}`.",
        )
    name, at, digest = image.partition("@")
    name, tag = _split_tag(name)
    registry, path = _split_registry(name)
    is_valid = (
        _HOST.fullmatch(registry)
        and _PATH.fullmatch(path)
        and _TAG.fullmatch(tag)
        and (not at or _DIGEST.fullmatch(digest))
        and len(registry) + len(path) < _MAX_NAME
    )
    if not is_valid:
        raise PlanError(
            f"`{image}` is no name of an image",
            hint="Write it as `registry/repository:tag` in the project's template, the repository in lower case.",
        )
    return Reference(registry, path, digest or tag)


def _split_tag(name: str) -> tuple[str, str]:
    """A colon before the last slash belongs to the registry's port."""
    rest, colon, tag = name.rpartition(":")
    return (rest, tag) if colon and "/" not in tag else (name, DEFAULT_TAG)


def _split_registry(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return (HUB if first == "index.docker.io" else first), _of_hub(first, rest)
    return HUB, _of_hub(HUB, name)


def _of_hub(registry: str, path: str) -> str:
    is_short = registry in (HUB, "index.docker.io") and "/" not in path
    return f"library/{path}" if is_short else path
