"""Files of variables, `.env` and `env_file`: lines `NAME=value` as Compose reads them.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

import re
from dataclasses import dataclass, field

from workflows.planning.compose.reading.interpolation import (
    Interpolation,
    InterpolationError,
    Lookup,
)

_START = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*([=:]?)[ \t]*")
_COMMENT = re.compile(r"(^|[ \t]+)#.*$")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
"""After a backslash in double quotes; a dollar sign stays one, so it is doubled for what comes next."""
_MAX_LINES = 2_000
"""Of one file; real ones have a tenth of it."""
_MAX_FURTHER = 60
"""Lines that a quoted value may go on over: a private key has thirty."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class Variables:
    """What a file sets; names without `=` are taken over from outside, where they are set there."""

    values: dict[str, str] = field(default_factory=dict)
    taken_over: list[str] = field(default_factory=list)
    bad_lines: list[int] = field(default_factory=list)
    """Lines, from 1, that are no such line."""
    unset: dict[str, int] = field(default_factory=dict)
    """Names in values that nothing sets, each with its first line."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Lines that cannot be filled in, and why, as a sentence without its full stop."""


def read_variables(text: str, lookup: Lookup, *, is_raw: bool = False) -> Variables:
    """The variables of a file. `lookup` answers for names that the file itself has not set before; `is_raw`: values
    are taken as they stand, without quotes and variables."""
    found = Variables()

    def known(name: str) -> str | None:
        return found.values.get(name) if name in found.values else lookup(name)

    lines = text.replace("\r\n", "\n").split("\n", _MAX_LINES)
    if len(lines) > _MAX_LINES:
        found.bad_lines.append(_MAX_LINES + 1)
        del lines[_MAX_LINES:]
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        start = _START.match(line)
        if start is None or (not start[2] and line[start.end() :].strip()):
            found.bad_lines.append(number)
        elif not start[2]:
            found.taken_over.append(start[1])
        elif is_raw:
            found.values[start[1]] = line[start.end() :]
        else:
            rest, at = _with_further_lines(line[start.end() :], lines, at)
            _set(found, start[1], rest, Interpolation(known, is_lenient=True), number)
    return found


def _set(found: Variables, name: str, rest: str, filler: Interpolation, number: int) -> None:
    try:
        value = _value(rest, filler)
    except InterpolationError as error:
        found.refused.append((number, str(error)))
        return
    for each in filler.unset:
        found.unset.setdefault(each, number)
    if value is None:
        found.bad_lines.append(number)
    else:
        found.values[name] = value


def _with_further_lines(rest: str, lines: list[str], at: int) -> tuple[str, int]:
    """A quoted value goes on until its quote; where it has none, it ends with its line."""
    quote = rest[:1]
    if quote not in ("'", '"') or _end_of_quote(rest, quote) > 0:
        return rest, at
    whole = "\n".join((rest, *lines[at : at + _MAX_FURTHER]))
    end = _end_of_quote(whole, quote)
    if end < 0:
        return rest, at
    further = whole.count("\n", 0, end)
    return whole[: end + 1], at + further


def _end_of_quote(text: str, quote: str) -> int:
    position = 1
    while position < len(text):
        if text[position] == "\\" and (quote == '"' or text.startswith("\\'", position)):
            position += 2
            continue
        if text[position] == quote:
            return position
        position += 1
    return -1


def _value(rest: str, filler: Interpolation) -> str | None:
    """None where a quote is not closed. Raises InterpolationError."""
    quote = rest[:1]
    if quote not in ("'", '"'):
        return filler.fill(_COMMENT.sub("", rest).strip())
    end = _end_of_quote(rest, quote)
    if end < 0:
        return None
    inside = rest[1:end]
    if quote == "'":
        return inside.replace("\\'", "'")
    return filler.fill(_ESCAPED.sub(_unescaped, inside))


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[1], found[0])
