"""A text that was read: its value as JSON has it, and where in the text each part stands."""

from dataclasses import dataclass, field
from typing import NamedTuple, Self

from pydantic import JsonValue

from workflows.errors import UserMustFixError

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and indexes of lists, from the root."""

MAX_BYTES = 256 * 1024
"""Of one text. Files that people write by hand stay below a tenth of it; reading one takes 2 s at worst."""
MAX_NODES = 20_000
"""Values of one document, what anchors repeat counted each time: nine lines of YAML can ask for a thousand million."""
MAX_TEXT = 1024 * 1024
"""Characters of one document, what anchors repeat counted each time: so much is what its readers make of it."""
MAX_DEPTH = 64
"""Of nesting, anchors followed. Real files stay below 15; far deeper ones crash the readers that come after us."""


class Mark(NamedTuple):
    """A place in a text, as editors count: from 1, a tab is one column."""

    line: int
    column: int


START = Mark(1, 1)


class DocumentError(UserMustFixError):
    """A text that cannot be read, the place where that shows, and why, as the end of a sentence."""

    hint = "Correct the file at the named line, then push."

    def __init__(self, name: str, line: int, column: int, problem: str) -> None:
        super().__init__(f"{name}:{line}:{column}: {problem}")
        self.name = name
        self.line = line
        self.column = column
        self.problem = problem


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One value as it was written; aliases of an anchor share it. `size`, `length` and `height` have aliases followed."""

    mark: Mark
    scalar: str | int | float | bool | None = None
    written: str = ""
    """The characters of a scalar without quotes: `3.10` where the value is 3.1."""
    items: "tuple[Node, ...] | None" = None
    entries: "dict[str, Entry] | None" = None
    tag: str = ""
    """One that readers asked for: `!reset` of compose files."""
    size: int = 1
    length: int = 0
    """Characters of keys and texts, where the reader follows aliases."""
    height: int = 1

    @classmethod
    def of_items(cls, mark: Mark, items: "tuple[Node, ...]") -> Self:
        length = sum(node.length for node in items)
        return cls(mark, items=items, size=_size(items), length=length, height=_height(items))

    @classmethod
    def of_entries(cls, mark: Mark, entries: "dict[str, Entry]") -> Self:
        nodes = tuple(entry.node for entry in entries.values())
        length = sum(len(key) + entry.node.length for key, entry in entries.items())
        size, height = _size(nodes), _height(nodes)
        return cls(mark, entries=entries, size=size, length=length, height=height)

    def value(self) -> JsonValue:
        """A value of its own at every call: what one reader changes, another does not see."""
        if self.items is not None:
            return [item.value() for item in self.items]
        if self.entries is not None:
            return {key: entry.node.value() for key, entry in self.entries.items()}
        return self.scalar

    def child(self, step: str | int) -> "tuple[Mark, Node] | None":
        """A part and where it begins: at its key, or, in a list, at itself."""
        if self.entries is not None and isinstance(step, str):
            entry = self.entries.get(step)
            return None if entry is None else (entry.mark, entry.node)
        if self.items is not None and isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step].mark, self.items[step]
        return None


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A key of a mapping, where it stands, and its value."""

    mark: Mark
    node: Node


def _size(nodes: tuple[Node, ...]) -> int:
    return 1 + sum(node.size for node in nodes)


def _height(nodes: tuple[Node, ...]) -> int:
    return 1 + max((node.height for node in nodes), default=0)


@dataclass(frozen=True)
class Document:
    """A text, read. An empty one has the value None."""

    name: str
    root: Node = field(repr=False)

    @property
    def value(self) -> JsonValue:
        return self.root.value()

    def mark(self, path: Path) -> Mark:
        """Where the entry stands (its key), else the nearest place around it that exists."""
        return self._find(path)[0]

    def written(self, path: Path) -> str | None:
        """The scalar at `path` as it was written, without quotes; None where there is none."""
        _, node, is_found = self._find(path)
        is_scalar = node.items is None and node.entries is None
        return node.written if is_found and is_scalar else None

    def _find(self, path: Path) -> tuple[Mark, Node, bool]:
        mark, node = self.root.mark, self.root
        for step in path:
            found = node.child(step)
            if found is None:
                return mark, node, False
            mark, node = found
        return mark, node, True
