"""Values of compose files that know where they were written, through all merging of files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import JsonValue

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and indexes of lists."""


class Place(NamedTuple):
    """A line of a file; line 0 stands for the file as a whole."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Part:
    """One value. What stands in a mapping has its place at its key."""

    value: "Scalar | tuple[Part, ...] | dict[str, Part]"
    place: Place

    @property
    def entries(self) -> "dict[str, Part]":
        """Of a mapping; empty where it is none."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "tuple[Part, ...]":
        """Of a list; empty where it is none."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def text(self) -> str:
        """Of a text or number; empty where it is none."""
        is_text = isinstance(self.value, str | int | float) and not isinstance(self.value, bool)
        return str(self.value) if is_text else ""

    def get(self, key: str) -> "Part | None":
        return self.entries.get(key)

    def plain(self) -> JsonValue:
        """Without places; a value of its own at every call."""
        if isinstance(self.value, dict):
            return {key: part.plain() for key, part in self.value.items()}
        if isinstance(self.value, tuple):
            return [part.plain() for part in self.value]
        return self.value

    def at(self, path: Path) -> Place:
        """Where the value stands, else the nearest around it that exists."""
        part = self
        for step in path:
            found = part.get(step) if isinstance(step, str) else None
            if isinstance(step, int) and 0 <= step < len(part.items):
                found = part.items[step]
            if found is None:
                break
            part = found
        return part.place

    def with_entries(self, entries: "dict[str, Part]") -> "Part":
        return Part(entries, self.place)

    def texts(self) -> Iterator[str]:
        """All texts in it, keys left out."""
        if isinstance(self.value, str):
            yield self.value
        for part in (*self.entries.values(), *self.items):
            yield from part.texts()


def part_of(value: JsonValue, path: str, lines: Mapping[str, int], pointer: str = "") -> Part:
    """A document as a part. `lines`: JSON pointer to line; where it lacks one, the line around it counts."""
    return _part(value, path, lines, pointer, lines.get(pointer, 0))


def _part(value: JsonValue, path: str, lines: Mapping[str, int], pointer: str, line: int) -> Part:
    line = lines.get(pointer, line)
    place = Place(path, line)
    if isinstance(value, dict):
        return Part(
            {
                key: _part(item, path, lines, f"{pointer}/{escaped(key)}", line)
                for key, item in value.items()
            },
            place,
        )
    if isinstance(value, list):
        found = (_part(item, path, lines, f"{pointer}/{at}", line) for at, item in enumerate(value))
        return Part(tuple(found), place)
    return Part(value, place)


def escaped(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def steps_of(pointer: str) -> tuple[str, ...]:
    """The keys, and indexes as texts, that a JSON pointer leads through."""
    return tuple(each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:])
