"""How Kubernetes writes the way to a field, as a path into what was written. Pure."""

import json
import re

from pydantic import JsonValue

from activities.documents import Path

_STEP = re.compile(
    r"""\.?(?P<key>[^.\[\]]+)            # .spec
      | \[(?P<index>\d+)\]               # [0]
      | \[(?P<match>\w+="?[^\]]*)\]      # [name="web"], of a list whose items are told apart by keys
      | \[(?P<quoted>[^\]]*)\]           # ["a.b/c"] or [a.b/c], a key that holds dots
    """,
    re.VERBOSE,
)
_PAIR = re.compile(r'(?P<key>\w+)=(?P<value>"(?:[^"\\]|\\.)*"|[^,\]]+)')
FIELD = r"[a-zA-Z][\w-]*(?:\.[\w-]+|\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\])*"
"""Such a way in a longer text, after its first dot if it has one."""


def path_in(value: JsonValue, field: str) -> Path:
    """`spec.ports[0].port`, or `.spec.ports[port=80,protocol="TCP"].port`, into `value`, as far as it leads."""
    path: list[str | int] = []
    here = value
    for found in _STEP.finditer(field):
        step = _step(here, found)
        if step is None:
            break
        path.append(step)
        here = _child(here, step)
    return tuple(path)


def _step(value: JsonValue, found: re.Match[str]) -> str | int | None:
    if found["index"] is not None:
        return int(found["index"])
    if found["match"] is not None:
        return _index_of(value, dict(_PAIR.findall(found["match"])))
    return found["key"] if found["key"] is not None else found["quoted"].strip('"')


def _index_of(value: JsonValue, wanted: dict[str, str]) -> int | None:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict) and all(
            key not in item or _text(item[key]) == text for key, text in wanted.items()
        ):
            return index  # a key that is left out has its default
    return None


def _text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _child(value: JsonValue, step: str | int) -> JsonValue:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
