"""One document -> the objects in it, or why it is none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import JsonValue
from yaml.nodes import MappingNode, Node, SequenceNode

from activities.documents import Document, Path
from activities.helm.raw.problems import Problem
from activities.kube import KubeObject

_WIDTH = 1 << 20
_KUSTOMIZE = "kustomize.config.k8s.io/"


@dataclass(frozen=True)
class RawObject:
    """An object as somebody wrote it."""

    document: Document = field(repr=False)
    at: Path
    """Where it is in its document: empty, or a place in a List."""
    value: KubeObject = field(repr=False)
    body: str = field(repr=False)
    """Its own YAML: scalars are the very texts that were written, so the cluster decides what `0644` or `yes` means."""

    @property
    def api_version(self) -> str:
        return str(self.value["apiVersion"])

    @property
    def kind(self) -> str:
        return str(self.value["kind"])

    @property
    def name(self) -> str:
        return str(self.value["metadata"]["name"])

    def problem(self, path: Path, text: str, *, is_forbidden: bool = False) -> Problem:
        """`text` about the field at `path`, placed at its line, or at the nearest one around it."""
        line = self.document.mark((*self.at, *path)).line
        return Problem(self.document.name, line, text, is_forbidden)


def objects_of(document: Document, node: Node) -> Iterator[RawObject | Problem]:
    """The objects of a document that is not empty; those of a List one by one."""
    yield from _objects(document, (), document.value, node)


def _objects(
    document: Document, at: Path, value: JsonValue, node: Node
) -> Iterator[RawObject | Problem]:
    def problem(path: Path, text: str) -> Problem:
        return Problem(document.name, document.mark((*at, *path)).line, text)

    if not isinstance(value, dict):
        yield problem(
            (), "is no Kubernetes object: a mapping with apiVersion, kind and metadata is expected"
        )
        return
    missing = [key for key in ("apiVersion", "kind") if not _is_text(value.get(key))]
    if missing:
        yield problem(
            (missing[0],), f"is no Kubernetes object: `{missing[0]}` is missing or no text"
        )
        return
    kind = str(value["kind"])
    items = value.get("items")
    if kind.endswith("List") and isinstance(items, list):
        nodes = _items(node)
        if len(nodes) != len(items):
            yield problem(("items",), "the items of a List cannot be merged in; write them out")
            return
        for index, item in enumerate(items):
            yield from _objects(document, (*at, "items", index), item, nodes[index])
        return
    if str(value["apiVersion"]).startswith(_KUSTOMIZE):
        yield problem(
            ("kind",),
            "a Kustomization is for `kustomize` alone: run `kustomize build` and commit what it prints",
        )
        return
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not _is_text(metadata.get("name")):
        has_generated = isinstance(metadata, dict) and "generateName" in metadata
        why = (
            " (`generateName` would make another object at every deployment)"
            if has_generated
            else ""
        )
        yield problem(("metadata", "name"), f"{kind}: `metadata.name` is missing or no text{why}")
        return
    yield RawObject(document, at, value, _body(node))


def _items(node: Node) -> list[Node]:
    """The nodes of `items` where they are written out."""
    entries: dict[str, Any] = {}
    if isinstance(node, MappingNode):
        entries = {str(key.value): value for key, value in node.value}
    items = entries.get("items")
    return list(items.value) if isinstance(items, SequenceNode) else []


def _body(node: Node) -> str:
    body: str = yaml.serialize(node, Dumper=yaml.CSafeDumper, allow_unicode=True, width=_WIDTH)
    return body


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
