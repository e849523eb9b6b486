"""Value files of the commit: checked, their placeholders filled, handed to Helm in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import JsonValue
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from activities.documents import Document, DocumentError, read_document
from activities.helm.files import read_text
from workflows.errors import ManifestError
from workflows.values import ValueFacts, Values, fill, merge

_STRING = "tag:yaml.org,2002:str"
_WIDTH = 1 << 20


@dataclass(frozen=True)
class ValueFiles:
    """Files for Helm, each over the ones before it."""

    files: tuple[Path, ...] = ()
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    """What they say together, to see which shape an image has; Helm reads the files themselves."""


def read_value_files(
    root: Path, paths: Sequence[str], facts: ValueFacts | None, into: Path
) -> ValueFiles:
    """The value files `paths` of a checkout. `facts` fill their placeholders; with None they stay as they are.

    Raises ManifestError, naming file and line, for a file that is missing, no YAML, or no mapping of values.
    """
    files, merged = [], Values()
    for number, path in enumerate(paths):
        try:
            text = read_text(root, path)
            document = read_document(text, path)
            values = _values(document)
        except DocumentError as error:
            raise ManifestError(str(error), hint=_HINT) from None
        filled = text if facts is None else _filled(facts, text, path)
        file = into / f"values-{number}.yaml"
        file.write_text(filled)
        files.append(file)
        merged = merge(merged, values)
    return ValueFiles(tuple(files), merged)


_HINT = "Correct the file, or the template's `value_files`, then push."


def _values(document: Document) -> Mapping[str, JsonValue]:
    value = document.value
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DocumentError(document.name, *document.mark(()), "is no mapping of values")
    return value


def _filled(facts: ValueFacts, text: str, path: str) -> str:
    """`text` itself where it holds no placeholder; else its YAML with every other scalar the very text it was."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or not _fill(facts, root, path):
        return text
    written: str = yaml.serialize(root, Dumper=yaml.CSafeDumper, allow_unicode=True, width=_WIDTH)
    return written


def _fill(facts: ValueFacts, root: Node, path: str) -> bool:
    """Fill the texts below `root` in place; whether there were any. Keys stay as they are."""
    waiting, seen, is_changed = [root], set[int](), False
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue  # an alias
        seen.add(id(node))
        if isinstance(node, MappingNode):
            waiting.extend(value for _, value in node.value)
        elif isinstance(node, SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, ScalarNode):
            filled = fill(facts, node.value, f"{path}:{node.start_mark.line + 1}")
            if filled != node.value:
                # In quotes: what came in must not become a number or a list.
                node.value, node.tag, node.style, is_changed = filled, _STRING, '"', True
    return is_changed
