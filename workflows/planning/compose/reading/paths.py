"""Paths in compose files: written relative to the file, kept relative to the repository's root."""

import posixpath
from collections.abc import Callable

from workflows.planning.compose.reading.parts import Part
from workflows.planning.detection.files import ROOT, resolve

_REMOTE = ("git@", "github.com/", "oci://", "service:", "docker-image://", "target:")


def is_remote(text: str) -> bool:
    """Whether it names something that no checkout holds."""
    return "://" in text or text.startswith(_REMOTE)


def rooted(text: str, folder: str) -> str:
    """`./x` of the root for what is inside of the repository; else as it leads out, beginning with `/`, `~` or `..`."""
    if not text or text.startswith(("/", "~")) or is_remote(text):
        return text
    path = posixpath.normpath(posixpath.join(folder, text))
    return path if path in (ROOT, "..") or path.startswith("../") else f"./{path}"


def inside(text: str) -> str:
    """A rooted path, plain; empty when it leads out of the repository."""
    return "" if is_remote(text) or text.startswith("~") else resolve(ROOT, text)


def with_rooted_paths(document: Part, folder: str) -> Part:
    """A compose file's content with all its paths rooted."""
    entries = dict(document.entries)
    for section, change in (
        ("services", _service),
        ("configs", _with_file),
        ("secrets", _with_file),
    ):
        part = entries.get(section)
        if part is not None and part.entries:
            changed = {key: change(each, folder) for key, each in part.entries.items()}
            entries[section] = part.with_entries(changed)
    return document.with_entries(entries)


def _service(service: Part, folder: str) -> Part:
    entries = dict(service.entries)
    for key, change in _CHANGES.items():
        if key in entries:
            entries[key] = change(entries[key], folder)
    return service.with_entries(entries) if entries else service


def _path(part: Part, folder: str) -> Part:
    return Part(rooted(part.value, folder), part.place) if isinstance(part.value, str) else part


def _under(*keys: str) -> Callable[[Part, str], Part]:
    """A path, or a mapping that has one under a key, or a list of such."""

    def change(part: Part, folder: str) -> Part:
        if part.items:
            return Part(tuple(change(each, folder) for each in part.items), part.place)
        if not part.entries:
            return _path(part, folder)
        entries = dict(part.entries)
        for key in keys:
            if key in entries:
                entries[key] = _path(entries[key], folder)
        return part.with_entries(entries)

    return change


def _with_file(part: Part, folder: str) -> Part:
    return _under("file")(part, folder) if part.entries else part


def _extends(part: Part, folder: str) -> Part:
    return _with_file(part, folder)


def _volumes(part: Part, folder: str) -> Part:
    return Part(tuple(_volume(each, folder) for each in part.items), part.place)


def _volume(part: Part, folder: str) -> Part:
    if part.entries:
        kind = part.get("type")
        return _under("source")(part, folder) if kind and kind.value == "bind" else part
    source, separator, rest = part.text.partition(":")
    if not separator or not source.startswith("."):
        return part
    return Part(f"{rooted(source, folder)}{separator}{rest}", part.place)


_CHANGES: dict[str, Callable[[Part, str], Part]] = {
    "build": _under("context"),
    "env_file": _under("path"),
    "extends": _extends,
    "volumes": _volumes,
}
