"""Puts Catalyst's labels on everything a chart renders (ENV-021), and refuses what would reach beyond the environment
although its identity may create it. Helm runs this file as its post-renderer.

A program of its own that needs nothing but PyYAML. Documents are composed into nodes and written back, never
constructed into values: what looks like a date, an octal or a yes stays the very text that the chart wrote.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LABELS_VARIABLE = "CATALYST_LABELS"
"""JSON of three mappings: `objects` (on objects alone), `pods` (on objects and pod templates), `volumes`.

What has none is left as it is."""
REFUSAL_VARIABLE = "CATALYST_REFUSAL"
"""File to write to why something was refused."""
_COMPONENT = "catalyst.dev/component"
_OWN_COMPONENT = "app.kubernetes.io/component"
_MANAGED_BY = "app.kubernetes.io/managed-by"
_STRING = "tag:yaml.org,2002:str"
_MAPPING = "tag:yaml.org,2002:map"
_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"
_OWN_ACCOUNTS = ("catalyst-helm", "catalyst-owner")
"""Of Catalyst's own in every environment: they may do what no chart is to do by hand, passing by this program."""
_WHOSE = "kubernetes.io/service-account.name"
_WIDTH = 1 << 20
"""Lines are not folded: what is compared by people stays as it was."""

Labels = Mapping[str, str]


class RefusedError(Exception):
    """An object that no environment may have; said in the words with which Kubernetes itself forbids things."""


def label_documents(text: str, labels: Mapping[str, Labels]) -> str:
    """The YAML documents of `text`, labelled. Raises RefusedError."""
    documents = yaml.compose_all(text, Loader=yaml.CSafeLoader)
    labelled = [_in_block_style(_labelled(document, labels)) for document in documents]
    if not labelled:
        return text
    written: str = yaml.serialize_all(
        labelled, Dumper=yaml.CSafeDumper, explicit_start=True, allow_unicode=True, width=_WIDTH
    )
    return written


def _in_block_style(node: Node) -> Node:
    """A root in the style of JSON would follow `---` on its line, which Helm does not take for a separator."""
    if isinstance(node, MappingNode) and node.flow_style:
        return MappingNode(node.tag, node.value, flow_style=False)
    return node


def _labelled(node: Node, labels: Mapping[str, Labels]) -> Node:
    if not isinstance(node, MappingNode):
        return node
    items = _child(node, "items")
    kind = _child(node, "kind")
    if isinstance(items, SequenceNode) and _text(kind).endswith("List"):
        listed = [_labelled(item, labels) for item in items.value]
        return _with(node, "items", SequenceNode(items.tag, listed, flow_style=items.flow_style))
    _refuse_addresses(node)
    _refuse_identities(node)
    component = _component(node) or labels["pods"].get(_COMPONENT, "")
    has_pods = component and labels["pods"]
    of_pods = {**labels["pods"], **({_COMPONENT: component} if has_pods else {})}
    node = _with_labels(node, {**labels["objects"], **of_pods})
    spec = _child(node, "spec")
    if isinstance(spec, MappingNode):
        node = _with(node, "spec", _labelled_spec(spec, of_pods, labels["volumes"]))
    return node


def _refuse_addresses(node: MappingNode) -> None:
    """A Service with `externalIPs` takes the whole cluster's traffic to any address (CVE-2020-8554), and no right
    can be taken away for one field. All entries count: of a key that stands twice, readers choose differently.
    """
    if "Service" not in map(_text, _children(node, "kind")):
        return
    for spec in _children(node, "spec"):
        for addresses in _children(spec, "externalIPs"):
            is_empty = (
                not addresses.value
                if isinstance(addresses, SequenceNode)
                else addresses.tag == _NULL
            )
            if not is_empty:
                name = _text(_child(_child(node, "metadata"), "name"))
                raise RefusedError(
                    f'Service "{name}" is forbidden: spec.externalIPs would take over addresses'
                    " of others"
                )


def _refuse_identities(node: MappingNode) -> None:
    """A pod that runs as one of Catalyst's own accounts could ask for its token, and a Secret of a token names whose."""
    name = _text(_child(_child(node, "metadata"), "name"))
    thing = f'{_text(_child(node, "kind"))} "{name}" is forbidden'
    for metadata in _children(node, "metadata"):
        for annotations in _children(metadata, "annotations"):
            for account in map(_text, _children(annotations, _WHOSE)):
                if account in _OWN_ACCOUNTS:
                    raise RefusedError(f"{thing}: it would hold a token of {account}")
    for account in _accounts(node):
        if account in _OWN_ACCOUNTS:
            raise RefusedError(f"{thing}: its pods would run as {account}")


def _accounts(node: Node) -> Iterator[str]:
    """Of its pods, whatever its kind."""
    for spec in _children(node, "spec"):
        for key in ("serviceAccountName", "serviceAccount"):
            yield from map(_text, _children(spec, key))
        for key in ("template", "jobTemplate"):
            for template in _children(spec, key):
                yield from _accounts(template)


def _labelled_spec(spec: MappingNode, of_pods: Labels, of_volumes: Labels) -> MappingNode:
    """Whatever the kind: a `template` with a `spec` makes pods, a `jobTemplate` makes Jobs that make pods."""
    for key in ("template", "jobTemplate"):
        template = _child(spec, key)
        inner = _child(template, "spec") if isinstance(template, MappingNode) else None
        if isinstance(template, MappingNode) and isinstance(inner, MappingNode):
            labelled = _with_labels(template, of_pods)
            inner = _labelled_spec(inner, of_pods, of_volumes)
            spec = _with(spec, key, _with(labelled, "spec", inner))
    claims = _child(spec, "volumeClaimTemplates")
    if isinstance(claims, SequenceNode):
        # They can never be changed afterwards, so only labels that never change go there.
        made = [
            _with_labels(claim, of_volumes) if isinstance(claim, MappingNode) else claim
            for claim in claims.value
        ]
        spec = _with(spec, "volumeClaimTemplates", SequenceNode(claims.tag, made))
    return spec


def _component(node: MappingNode) -> str:
    """The chart's own word for it, where it has one."""
    labels = _child(_child(node, "metadata"), "labels")
    return _text(_child(labels, _OWN_COMPONENT))


def _with_labels(node: MappingNode, wanted: Labels) -> MappingNode:
    metadata = _mapping(_child(node, "metadata"))
    labels = _mapping(_child(metadata, "labels"))
    if _text(_child(labels, _MANAGED_BY)) == "catalyst":
        # What carries this is protected as ours; Helm's objects are the user's.
        labels = _with(labels, _MANAGED_BY, ScalarNode(_STRING, "Helm"))
    elif not wanted:
        return node
    for key, value in wanted.items():
        labels = _with(labels, key, ScalarNode(_STRING, value, style='"'))
    return _with(node, "metadata", _with(metadata, "labels", labels))


def _mapping(node: Node | None) -> MappingNode:
    """The mapping with its merge keys resolved, or an empty one."""
    if not isinstance(node, MappingNode):
        return MappingNode(_MAPPING, [])
    if any(key.tag == _MERGE for key, _ in node.value):
        SafeConstructor().flatten_mapping(node)
    return node


def _child(node: Node | None, name: str) -> Node | None:
    return next(_children(node, name), None)


def _children(node: Node | None, name: str) -> Iterator[Node]:
    return (value for key, value in _entries(node) if _text(key) == name)


def _entries(node: Node | None) -> Iterator[tuple[Node, Node]]:
    if isinstance(node, MappingNode):
        yield from _mapping(node).value


def _with(node: MappingNode, name: str, value: Node) -> MappingNode:
    """A copy with one entry replaced or added: an anchor may share the original with other places."""
    entries = [(key, value if _text(key) == name else old) for key, old in _mapping(node).value]
    if all(_text(key) != name for key, _ in entries):
        entries.append((ScalarNode(_STRING, name), value))
    return MappingNode(node.tag, entries, flow_style=node.flow_style)


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def main(source: IO[bytes], target: IO[bytes]) -> None:
    labels = json.loads(os.environ[LABELS_VARIABLE])
    try:
        labelled = label_documents(source.read().decode(), labels)
    except RefusedError as error:
        # Helm keeps to itself what a post-renderer prints.
        Path(os.environ[REFUSAL_VARIABLE]).write_text(f"Error: {error}\n")
        sys.exit(1)
    target.write(labelled.encode())


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
