"""What is wrong with a config, and where, for the person who wrote it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from workflows.errors import MAX_EXCERPT_LINES, UserMustFixError
from workflows.models import Payload

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and indexes of lists, from the root."""
Marks = Callable[[Path], tuple[int, int]]
"""Path to line and column, both from 1."""


def nowhere(path: Path) -> tuple[int, int]:
    """Marks of a value that was not read from a text."""
    del path
    return (1, 1)


class Problem(Payload):
    """One thing to correct."""

    line: int
    column: int
    key: str
    """As a person would write it: `routes[0].port`; empty for the file as a whole."""
    message: str
    """A sentence without its full stop."""
    nearest: str = ""
    """The known key, or allowed value, that comes nearest."""

    def __str__(self) -> str:
        suggestion = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"{self.line}:{self.column}: {self.message}{suggestion}"


class ConfigError(UserMustFixError):
    """A config that cannot be used, with everything that is wrong with it at once."""

    hint = "Correct the file, then push. `catalyst plan` shows the same problems without a push."

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        lines = [f"{name}:{problem}" for problem in self.problems]
        if len(lines) == 1:
            super().__init__(lines[0])
        else:
            first = lines[:MAX_EXCERPT_LINES]
            super().__init__(f"`{name}` has {len(lines)} problems", excerpt=first)


def key_of(path: Path) -> str:
    """`("routes", 0, "port")` -> `routes[0].port`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


class Finding(NamedTuple):
    """A problem before its place in the text is looked up."""

    path: Path
    message: str
    nearest: str = ""


def located(finding: Finding, mark: Marks) -> Problem:
    """The problem at its place."""
    line, column = mark(finding.path)
    return Problem(
        line=line,
        column=column,
        key=key_of(finding.path),
        message=finding.message,
        nearest=finding.nearest,
    )
