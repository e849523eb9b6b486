"""The one thing that is filled in: an image that is a placeholder for what was built (`{image}`, `{image.web}`)."""

import json
import re
from collections.abc import Callable, Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_PLACEHOLDER = re.compile(r"image(?:\.[a-z0-9-]+)?")
Fill = Callable[[str, int], str]
"""Placeholder and the line (from 1) it stands in -> the image."""


def fill_images(text: str, fill: Fill) -> str:
    """`text` with every `image` that is a placeholder replaced; all else, also lines, stays as it is.

    Without quotes YAML takes `{image}` for a mapping of one key: what was meant is clear.
    """
    if "{image" not in text.replace(" ", ""):
        return text
    parts, end = [], 0
    for node, placeholder in sorted(
        _placeholders(text), key=lambda found: found[0].start_mark.index
    ):
        start, stop = node.start_mark.index, node.end_mark.index
        start = text.index("{", start, stop)  # an anchor may stand before it
        start -= text[start - 1] in "'\""
        parts.append(text[end:start])
        parts.append(json.dumps(fill(placeholder, node.start_mark.line + 1)))
        end = stop
    return "".join([*parts, text[end:]])


def _placeholders(text: str) -> Iterator[tuple[Node, str]]:
    seen: set[int] = set()  # an alias is the node of its anchor
    waiting = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            waiting.extend(node.value)
        if not isinstance(node, MappingNode):
            continue
        for key, value in node.value:
            placeholder = _placeholder(value) if key.value == "image" else ""
            if placeholder and id(value) not in seen:
                seen.add(id(value))
                yield value, placeholder
            else:
                waiting.append(value)


def _placeholder(node: Node) -> str:
    if isinstance(node, ScalarNode):
        inner = node.value[1:-1]
        is_one = node.value == f"{{{inner}}}" and node.style in (None, "'", '"')
        return node.value if is_one and _PLACEHOLDER.fullmatch(inner) else ""
    if not isinstance(node, MappingNode) or len(node.value) != 1 or not node.flow_style:
        return ""
    ((key, value),) = node.value
    is_one = isinstance(value, ScalarNode) and not value.value and isinstance(key, ScalarNode)
    return f"{{{key.value}}}" if is_one and _PLACEHOLDER.fullmatch(key.value) else ""
