"""Patterns of paths: `*`, `?` and `[…]` within a name, `**` for any number of directories.

A pattern is matched from the repository's root, and a directory stands for everything in it: `docs` is `docs/**`.
The time is bounded whatever the pattern: names are matched without backtracking, directories by a set of positions.
"""

import fnmatch
import re
from functools import lru_cache

_MAX_PARTS = 32


def glob_problem(pattern: str) -> str:
    """Why this is no pattern of ours, as the end of a sentence; empty when it is one."""
    parts = _parts(pattern)
    problems = (
        (not parts or "" in parts, "must be a pattern such as `docs/**` or `**/*.md`"),
        (
            pattern.startswith("!"),
            "must not begin with `!`; patterns to leave out stand under `ignore`",
        ),
        (
            "\\" in pattern or not pattern.isprintable(),
            "must have `/` between its parts, and no control characters",
        ),
        (
            ".." in parts or "." in parts,
            "must be relative to the repository's root, without `.` and `..` as parts",
        ),
        (
            any("**" in part and part != "**" for part in parts),
            "must have `**` alone between two `/`: write `**/*.md`, not `**.md`",
        ),
        (len(parts) > _MAX_PARTS, f"must have at most {_MAX_PARTS} parts"),
    )
    return next((words for is_wrong, words in problems if is_wrong), "")


def matches(pattern: str, path: str) -> bool:
    """Whether the pattern names the file `path`, or a directory above it."""
    parts = _parts(pattern)
    positions = _closure({0}, parts)
    for name in path.split("/"):
        if len(parts) in positions:
            return True  # a directory above the file
        positions = _closure(_step(positions, parts, name), parts)
        if not positions:
            return False
    return len(parts) in positions


def _parts(pattern: str) -> tuple[str, ...]:
    plain = pattern.removesuffix("/").removesuffix("/**") if pattern != "**" else pattern
    return tuple(plain.removeprefix("/").split("/")) if plain else ()


def _closure(positions: set[int], parts: tuple[str, ...]) -> set[int]:
    """`**` may stand for no directory at all."""
    reached = set(positions)
    for position in range(len(parts)):
        if position in reached and parts[position] == "**":
            reached.add(position + 1)
    return reached


def _step(positions: set[int], parts: tuple[str, ...], name: str) -> set[int]:
    reached: set[int] = set()
    for position in positions:
        if parts[position] == "**":
            reached.add(position)
        elif _name_pattern(parts[position]).match(name):
            reached.add(position + 1)
    return reached


@lru_cache(maxsize=1024)
def _name_pattern(part: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(part))
