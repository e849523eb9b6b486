"""Variables in compose files: `$NAME`, `${NAME}` and the operators of the Compose specification.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Lookup = Callable[[str], str | None]
"""Name to value; None where nothing sets it."""

MAX_RESULT = 64 * 1024
"""Characters of one value with its variables filled in. Values are filled in once, never what they were filled with."""
MAX_NESTING = 16
"""Defaults in defaults: `${A:-${B:-c}}` is two."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")


class InterpolationError(ValueError):
    """Why a text cannot be filled in, as a sentence without its full stop."""


@dataclass
class Interpolation:
    """Fills in texts; collects the names that nothing sets."""

    lookup: Lookup
    is_lenient: bool = False
    """Leave a `$` that begins nothing as it is, as in `.env` files."""
    unset: list[str] = field(default_factory=list)

    def fill(self, text: str, depth: int = 1) -> str:
        """The text with all variables replaced. Raises InterpolationError."""
        if "$" not in text:
            return text
        if depth > MAX_NESTING:
            raise InterpolationError(f"defaults are nested more than {MAX_NESTING} levels deep")
        done: list[str] = []
        size = position = 0
        while position < len(text):
            start = text.find("$", position)
            end = len(text) if start < 0 else start
            piece = text[position:end]
            if start >= 0:
                found, end = self._variable(text, start, depth)
                piece += found
            size += len(piece)
            if size > MAX_RESULT:
                raise InterpolationError(f"becomes longer than {MAX_RESULT // 1024} KiB")
            done.append(piece)
            position = end
        return "".join(done)

    def _variable(self, text: str, start: int, depth: int) -> tuple[str, int]:
        """What stands for the `$` at `start`, and where the text goes on."""
        after = start + 1
        if text.startswith("$", after):
            return "$", after + 1
        if text.startswith("{", after):
            end = _closing(text, after)
            if end < 0:
                return self._invalid(text, start, "`${` is not closed")
            return self._braced(text[after + 1 : end], depth), end + 1
        name = _NAME.match(text, after)
        if name is None:
            return self._invalid(text, start, "`$` must be followed by a name")
        return self._value(name.group()), name.end()

    def _invalid(self, text: str, start: int, problem: str) -> tuple[str, int]:
        if self.is_lenient:
            return "$", start + 1
        around = text[start : start + 20].split("\n", 1)[0]
        raise InterpolationError(f"{problem} (`{around}`); write `$$` for a dollar sign itself")

    def _braced(self, inside: str, depth: int) -> str:
        name = _NAME.match(inside)
        if name is None:
            return self._as_it_is(inside, "`${` must be followed by a name")
        rest = inside[name.end() :]
        if not rest:
            return self._value(name.group())
        operator = next((each for each in _OPERATORS if rest.startswith(each)), "")
        if not operator:
            return self._as_it_is(inside, f"`{rest[:10]}` after a name is no operator")
        return self._operated(name.group(), operator, rest[len(operator) :], depth)

    def _as_it_is(self, inside: str, problem: str) -> str:
        whole = "${" + inside + "}"
        self._invalid(whole, 0, problem)
        return whole

    def _operated(self, name: str, operator: str, word: str, depth: int) -> str:
        value = self.lookup(name)
        is_there = bool(value) if operator.startswith(":") else value is not None
        match operator[-1]:
            case "-":
                return value or "" if is_there else self.fill(word, depth + 1)
            case "+":
                return self.fill(word, depth + 1) if is_there else ""
        if is_there:
            return value or ""
        message = self.fill(word, depth + 1) or "it is required"
        raise InterpolationError(f"the variable `{name}` is not set: {message}")

    def _value(self, name: str) -> str:
        value = self.lookup(name)
        if value is None:
            self.unset.append(name)
        return value or ""


def _closing(text: str, opening: int) -> int:
    """Where the brace at `opening` is closed, those of variables inside counted; -1 where it is not."""
    depth = 0
    position = opening
    while position < len(text):
        if text.startswith("$$", position):
            position += 2
            continue
        if text.startswith("${", position):
            depth += 1
            position += 2
            continue
        if text[position] == "}":
            if depth == 0:
                return position
            depth -= 1
        position += 1
    return -1
