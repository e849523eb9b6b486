"""TOML 1.0, read by the standard library; positions of keys are found in the lines.

Keys inside inline tables and arrays have the place of the entry that holds them.
"""

import math
import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time

from activities.documents.document import (
    MAX_DEPTH,
    MAX_NODES,
    START,
    DocumentError,
    Entry,
    Mark,
    Node,
    Path,
)

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]")
_PARTS = re.compile(_PART)
_DEEP = re.compile(rf"""(?<![\w"'-])(?:{_PART}\s*\.\s*){{{MAX_DEPTH}}}""", re.ASCII)
"""A key of very many parts, for which the standard library's reader needs minutes."""
_FENCE = re.compile(r'"""|\'\'\'')


def read_toml(text: str, name: str) -> Node:
    """The table in `text`. Raises DocumentError."""
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        column = deep.start() - text.rfind("\n", 0, deep.start())
        raise DocumentError(name, line, column, f"is nested more than {MAX_DEPTH} levels deep")
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _explained(error, text, name) from None
    except (ValueError, RecursionError):  # an integer of thousands of digits; brackets without end
        raise DocumentError(name, 1, 1, "is not TOML that can be read") from None
    return _Builder(name, dict(_places(text))).node(value, ())


def _explained(error: tomllib.TOMLDecodeError, text: str, name: str) -> DocumentError:
    words = str(error)
    place = _PLACE.search(words)
    line, column = (place.group(1), place.group(2)) if place else ("1", "1")
    end = text.count("\n") + 1
    problem = _PLACE.sub("", words)
    at = (int(line), int(column)) if line else (end, len(text) - text.rfind("\n"))
    return DocumentError(name, *at, f"is not valid TOML: {problem[:1].lower()}{problem[1:]}")


def _places(text: str) -> Iterator[tuple[Path, Mark]]:
    """Where tables and keys begin, as far as single lines tell; the first mention counts."""
    seen: set[Path] = set()
    arrays: dict[Path, int] = {}
    table: Path = ()
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        was_inside, fence = bool(fence), _fence_after(line, fence)
        if was_inside:
            continue
        if header := _HEADER.match(line):
            table = _numbered(_split(header.group(2)), arrays, is_array=header.group(1) == "[[")
            found = [(table, header.start(1))]
        elif key := _KEY.match(line):
            found = [(table + _split(key.group(1)), key.start(1))]
        else:
            continue
        for path, column in found:
            for length in range(1, len(path[:MAX_DEPTH]) + 1):
                if path[:length] not in seen:
                    seen.add(path[:length])
                    yield path[:length], Mark(number, column + 1)


def _numbered(path: Path, arrays: dict[Path, int], *, is_array: bool) -> Path:
    """`[[a]]` twice, then `[a.b]`: the path is a, 1, b."""
    numbered: Path = ()
    for position, part in enumerate(path):
        numbered += (part,)
        is_last = position == len(path) - 1
        if is_array and is_last:
            arrays[numbered] = arrays.get(numbered, -1) + 1
        if numbered in arrays:
            numbered += (arrays[numbered],)
    return numbered


def _split(key: str) -> Path:
    return tuple(part.strip("\"'") for part in _PARTS.findall(key)[:MAX_DEPTH])


def _fence_after(line: str, fence: str) -> str:
    """The quotes of the multi-line text that is open at the line's end; "" for none."""
    for found in _FENCE.finditer(line):
        if not fence:
            fence = found.group()
        elif fence == found.group():
            fence = ""
    return fence


class _Builder:
    def __init__(self, name: str, places: dict[Path, Mark]) -> None:
        self._name = name
        self._places = places
        self._count = 0

    def node(self, value: object, path: Path) -> Node:
        mark = self._mark(path)
        self._count += 1
        if self._count > MAX_NODES:
            raise DocumentError(self._name, *mark, f"holds more than {MAX_NODES} values")
        if len(path) >= MAX_DEPTH:
            raise DocumentError(self._name, *mark, f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            entries = {
                key: Entry(self._mark((*path, key)), self.node(part, (*path, key)))
                for key, part in value.items()
            }
            return Node.of_entries(mark, entries)
        if isinstance(value, list):
            parts = [self.node(part, (*path, index)) for index, part in enumerate(value)]
            return Node.of_items(mark, tuple(parts))
        scalar = _plain(value)
        return Node(mark, scalar=scalar, written=str(scalar))

    def _mark(self, path: Path) -> Mark:
        for length in range(len(path), 0, -1):
            if path[:length] in self._places:
                return self._places[path[:length]]
        return START


def _plain(value: object) -> str | int | float | bool | None:
    """Dates become their text, as do the numbers that JSON does not have."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bool | int | float):
        return value
    return str(value)
