"""From an object that Kubernetes refused back to the file and line that wrote it (EC-2). Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

_OBJECT = re.compile(
    r"(?:for object \S*?/(?P<name>\S*) (?:\S+/)?\S+, Kind=(?P<kind>\w+)): (?P<why>.*)", re.DOTALL
)
_FIELD = re.compile(r"(?:^|[\s\[(])\.?(?P<path>(?:spec|metadata|data|rules|webhooks)[\w.\[\]-]*)")
_STEP = re.compile(r"[^.\[\]]+")
_SOURCE = re.compile(r"^# Source: (?P<file>\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where the refused object comes from."""

    file: str
    """As Helm names it: the chart's name, then the path in the chart."""
    line: int
    """In the template, from 1; 0 where it cannot be told."""
    text: str
    """The rendered line that was refused; empty where it cannot be told."""


def find_place(reason: str, manifest: str, read: Callable[[str], str]) -> Place | None:
    """The place that `reason` (Helm's error) is about; None when it names no object of `manifest`.

    `read` gives a template's text for a file as Helm names it, or an empty text.
    """
    found = _OBJECT.search(reason)
    if found is None:
        return None
    for document in re.split(r"^---\s*$", manifest, flags=re.MULTILINE):
        source = _SOURCE.search(document)
        root = _compose(document)
        if source is None or not _is(root, found["kind"], found["name"]):
            continue
        text = _rendered_line(document, root, found["why"])
        return Place(source["file"], _template_line(read(source["file"]), text), text)
    return None


def _compose(document: str) -> Node | None:
    try:
        root: Node | None = yaml.compose(document, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    return root


def _is(root: Node | None, kind: str, name: str) -> bool:
    metadata = _child(root, "metadata")
    return _text(_child(root, "kind")) == kind and _text(_child(metadata, "name")) == name


def _rendered_line(document: str, root: Node | None, why: str) -> str:
    """The line of the field that the API names, or of the nearest part of it that exists."""
    field = _FIELD.search(why)
    if field is None:
        return ""
    node, line = root, 0
    for step in _STEP.findall(field["path"]):
        key = _key(node, step)
        if key is None:
            break
        line = key.start_mark.line
        node = _child(node, step)
    return document.splitlines()[line].strip() if line else ""


def _template_line(template: str, text: str) -> int:
    lines = [line.strip() for line in template.splitlines()]
    if text in lines:
        return lines.index(text) + 1
    key = text.partition(":")[0]
    starts = [number for number, line in enumerate(lines, 1) if key and line.startswith(f"{key}:")]
    return starts[0] if len(starts) == 1 else 0


def _key(node: Node | None, step: str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((key for key, _ in node.value if _text(key) == step), None)
    if isinstance(node, SequenceNode) and step.isdigit() and int(step) < len(node.value):
        item: Node = node.value[int(step)]
        return item
    return None


def _child(node: Node | None, step: str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if _text(key) == step), None)
    return _key(node, step)


def _text(node: Node | None) -> str:
    return str(getattr(node, "value", ""))
