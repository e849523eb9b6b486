"""The manifests of a commit: files of YAML or JSON -> objects that know where they were written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.nodes import Node

from activities.documents import DocumentError, read_documents
from activities.helm.files import read_text
from activities.helm.raw.images import fill_images
from activities.helm.raw.objects import RawObject, objects_of
from activities.helm.raw.problems import Problem, to_error
from workflows.errors import ManifestError

MAX_OBJECTS = 500
"""An environment has far fewer; each is asked about at the cluster."""
MAX_TOTAL = 2**20
"""Bytes of all files: Helm's record of a release, packed, must fit into one Secret."""
_SURROGATES = re.compile(
    r"(?P<other>\\[^u])|\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
)


@dataclass(frozen=True)
class Manifests:
    """What was read, as far as it could be."""

    objects: tuple[RawObject, ...]
    templates: tuple[tuple[str, str], ...]
    """File and text of each document, with the images filled in, every line where it is in the file."""
    problems: tuple[Problem, ...]


Images = Callable[[str], str]
"""Placeholder -> the image built for it. Raises ManifestError where none is."""


@dataclass
class _Reading:
    objects: list[RawObject] = field(default_factory=list)
    templates: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    size: int = 0


def read_manifests(root: Path, paths: Sequence[str], images: Images) -> Manifests:
    """The manifests `paths` below `root`, each once. What is wrong with one of them is among the problems.

    Raises ManifestError for more than an environment takes.
    """
    reading = _Reading()
    for path in dict.fromkeys(paths):
        try:
            _read_file(reading, root, path, images)
        except DocumentError as error:
            reading.problems.append(Problem(path, error.line, error.problem))
        if len(reading.objects) > MAX_OBJECTS:
            text = f"the manifests hold more than {MAX_OBJECTS} objects by here; that is the limit"
            raise to_error([Problem(path, 1, text)])
    return Manifests(tuple(reading.objects), tuple(reading.templates), tuple(reading.problems))


def _read_file(reading: _Reading, root: Path, path: str, images: Images) -> None:
    """Raises DocumentError when nothing of it can be taken."""
    text = read_text(root, path)
    reading.size += len(text)
    if reading.size > MAX_TOTAL:
        limit = f"the manifests are larger than {MAX_TOTAL // 1024} KiB by here; that is the limit"
        raise to_error([Problem(path, 1, limit)])
    documents = read_documents(text, path)

    def fill(placeholder: str, line: int) -> str:
        try:
            return images(placeholder)
        except ManifestError as error:
            reading.problems.append(Problem(path, line, str(error)))
            return placeholder

    if path.endswith(".json"):
        text = _as_yaml(text)
    try:
        text = fill_images(text, fill)
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentError(path, line, 1, f"is not valid YAML: {error.problem}") from None
    for document, node in zip(documents, nodes, strict=True):
        if document.value is None:
            continue
        reading.templates.append((path, _in_place(text, node)))
        for found in objects_of(document, node):
            if isinstance(found, Problem):
                reading.problems.append(found)
            else:
                reading.objects.append(found)


def _as_yaml(text: str) -> str:
    """JSON as YAML takes it: without tabs, which stand only between values, and with whole characters."""
    return _SURROGATES.sub(_character, text.replace("\t", " "))


def _character(found: re.Match[str]) -> str:
    if found["other"]:
        return found[0]
    pair = bytes.fromhex(found["high"] + found["low"])
    return pair.decode("utf-16-be")


def _in_place(text: str, node: Node) -> str:
    """The document with every line and column where it is in its file."""
    start = node.start_mark
    before = "\n" * start.line + " " * start.column
    return before + text[start.index : node.end_mark.index] + "\n"
