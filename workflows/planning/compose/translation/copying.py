"""Whether what Compose would mount into a container is in the image that is built from the commit."""

import posixpath
import re

from workflows.planning.detection.files import ROOT

_COPY = re.compile(r"^\s*(?:COPY|ADD)\s+(.+)$", re.IGNORECASE | re.MULTILINE)
_CONTINUED = re.compile(r"\\[ \t]*\n")


def covers(context: str, path: str) -> bool:
    """Whether a path is in a build's context, or holds it."""
    if ROOT in (context, path):
        return True
    return f"{path}/".startswith(f"{context}/") or f"{context}/".startswith(f"{path}/")


def is_copied(dockerfile: str, context: str, path: str) -> bool:
    """Whether a Dockerfile copies what is at the path, or some of it. In doubt, and where the text is not known: yes."""
    if not covers(context, path):
        return False
    if not dockerfile.strip():
        return True
    relative = posixpath.relpath(path, context)
    wanted = ROOT if relative.startswith("..") else relative
    return any(_is_part(source, wanted) for source in _sources(dockerfile))


def _sources(dockerfile: str) -> list[str]:
    """Of all instructions that copy from the context."""
    found = []
    for line in _COPY.findall(_CONTINUED.sub(" ", dockerfile)):
        words = re.sub(r'[\[\]",]', " ", line).split()
        if any(word.startswith("--from") for word in words):
            continue
        plain = [word for word in words if not word.startswith("--")]
        found += [posixpath.normpath(word.lstrip("/") or ROOT) for word in plain[:-1]]
    return found


def _is_part(source: str, wanted: str) -> bool:
    """Of the context as a whole, a few files by name are not enough."""
    if source == ROOT or "$" in source:
        return True
    if source.startswith(("*", "<<")):
        return True
    stem = re.split(r"[*?\[]", source, maxsplit=1)[0].rstrip("/")
    if stem != source:
        return wanted.startswith(stem)
    if wanted == ROOT:
        return "." not in posixpath.basename(source).lstrip(".")
    return f"{wanted}/".startswith(f"{stem}/") or f"{stem}/".startswith(f"{wanted}/")
