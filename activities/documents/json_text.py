"""JSON (RFC 8259), on request with comments and trailing commas, read with positions.

The standard library's reader knows neither where a value stood nor that a key came twice, and ends in a RecursionError.
"""

import json
import math
import re

from activities.documents.document import (
    MAX_DEPTH,
    MAX_NODES,
    START,
    DocumentError,
    Entry,
    Mark,
    Node,
)
from activities.documents.text import whole

_SPACE = re.compile(r"[ \t\n\r]*")
_COMMENT = re.compile(r"//[^\n]*|/\*(?s:.*?)\*/")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 300
_DECODER = json.JSONDecoder()
"""Reads the texts only."""


def read_json(text: str, name: str, *, with_comments: bool = False) -> Node:
    """The one value in `text`; an empty text has the value None. Raises DocumentError."""
    return _Reader(text, name, with_comments=with_comments).document()


class _Reader:
    def __init__(self, text: str, name: str, *, with_comments: bool) -> None:
        self._text = text
        self._name = name
        self._with_comments = with_comments
        self._at = 0
        self._count = 0
        self._line = 1
        self._line_start = 0
        self._counted = 0

    def document(self) -> Node:
        if not self._peek():
            return Node(START)
        root = self._value(1)
        if self._peek():
            raise self._error("something follows after the end of the value")
        return root

    def _value(self, depth: int) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._refusal(f"holds more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise self._refusal(f"is nested more than {MAX_DEPTH} levels deep")
        following = self._peek()
        mark = self._mark(self._at)
        if following == "{":
            return self._mapping(mark, depth)
        if following == "[":
            return self._list(mark, depth)
        start = self._at
        scalar = self._string() if following == '"' else self._plain()
        written = scalar if isinstance(scalar, str) else self._text[start : self._at]
        return Node(mark, scalar=scalar, written=written)

    def _mapping(self, mark: Mark, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        self._at += 1
        while not self._ends("}", is_first=not entries):
            if self._peek() != '"':
                raise self._error("a key in double quotes is expected here")
            where = self._mark(self._at)
            key = self._string()
            if key in entries:
                line = entries[key].mark.line
                problem = f"`{key}` stands here a second time (first in line {line})"
                raise DocumentError(self._name, *where, problem)
            self._expect(":", "after a key")
            entries[key] = Entry(where, self._value(depth + 1))
        return Node.of_entries(mark, entries)

    def _list(self, mark: Mark, depth: int) -> Node:
        items: list[Node] = []
        self._at += 1
        while not self._ends("]", is_first=not items):
            items.append(self._value(depth + 1))
        return Node.of_items(mark, tuple(items))

    def _ends(self, closing: str, *, is_first: bool) -> bool:
        """Step over the comma before the next entry, or over the closing bracket."""
        if self._peek() == closing:
            self._at += 1
            return True
        if is_first:
            return False
        self._expect(",", f"before the next entry, or `{closing}`")
        if self._peek() != closing:
            return False
        if not self._with_comments:
            raise self._error(f"a comma before `{closing}`")
        self._at += 1
        return True

    def _expect(self, character: str, where: str) -> None:
        if self._peek() != character:
            raise self._error(f"`{character}` is expected {where}")
        self._at += 1

    def _string(self) -> str:
        try:
            text, end = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            self._at = min(error.pos, len(self._text))
            words = error.msg.removesuffix(" at").removesuffix(" starting")
            raise self._error(f"{words[:1].lower()}{words[1:]}") from None
        if whole(text) is None:
            raise self._error("half of a surrogate pair is no character")
        self._at = end
        return str(text)

    def _plain(self) -> int | float | bool | None:
        if found := _WORD.match(self._text, self._at):
            if found.group() not in _WORDS:
                raise self._error(f"`{found.group()[:40]}` must stand in double quotes")
            self._at = found.end()
            return _WORDS[found.group()]
        found = _NUMBER.match(self._text, self._at)
        if found is None:
            what = "the text ends" if self._at >= len(self._text) else "a value is expected"
            raise self._error(f"{what} here")
        text = found.group()
        is_integer = text.lstrip("-").isdigit()
        if len(text) > _MAX_DIGITS or not math.isfinite(float(text)):
            raise self._error("the number is too large")
        self._at = found.end()
        return int(text) if is_integer else float(text)

    def _peek(self) -> str:
        """The next character that means something; "" at the end."""
        while True:
            self._at = self._skip(_SPACE)
            is_comment = self._text.startswith(("//", "/*"), self._at)
            if not is_comment:
                return self._text[self._at : self._at + 1]
            if not self._with_comments:
                raise self._error("JSON has no comments")
            end = self._skip(_COMMENT)
            if end == self._at:
                raise self._error("the comment has no end")
            self._at = end

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        return found.end() if found else self._at

    def _mark(self, position: int) -> Mark:
        """Positions are asked for in rising order nearly always, so lines are counted once."""
        if position < self._counted:
            self._line, self._line_start, self._counted = 1, 0, 0
        breaks = self._text.count("\n", self._counted, position)
        if breaks:
            self._line += breaks
            self._line_start = self._text.rfind("\n", 0, position) + 1
        self._counted = position
        return Mark(self._line, position - self._line_start + 1)

    def _error(self, problem: str) -> DocumentError:
        return self._refusal(f"is not valid JSON: {problem}")

    def _refusal(self, problem: str) -> DocumentError:
        return DocumentError(self._name, *self._mark(self._at), problem)
