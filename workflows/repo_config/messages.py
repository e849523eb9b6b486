"""What pydantic found wrong, in words for the person who wrote the file."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from workflows.repo_config.fields import WORDS
from workflows.repo_config.model import RepoConfig
from workflows.repo_config.nearest import nearest
from workflows.repo_config.problems import Finding, Path, key_of
from workflows.repo_config.shape import known_keys

Details = Mapping[str, Any]
"""What pydantic says about one error: type, place, input and limits."""
_KEY = "[key]"
"""How pydantic marks a problem with a key of a mapping, not with its value."""


def findings(error: ValidationError) -> list[Finding]:
    """One finding for each of pydantic's."""
    return [_finding(details) for details in error.errors(include_url=False)]


def _finding(details: Details) -> Finding:
    path: Path = details["loc"]
    kind = details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind == "missing":
        return _missing(path)
    if kind == "literal_error":
        return _not_one_of(path, details)
    words = reason(details)
    if path and path[-1] == _KEY:
        under, name = path[:-2], path[-2]
        return Finding(path[:-1], f"the name `{name}` under `{key_of(under)}` {words}")
    subject = f"`{key_of(path)}`" if path else "the file"
    return Finding(path, f"{subject} {words}")


def _unknown_key(path: Path) -> Finding:
    *parent, name = path
    known = known_keys(RepoConfig, tuple(parent))
    place = f" in `{key_of(tuple(parent))}`" if parent else ""
    return Finding(path, f"unknown key `{name}`{place}", nearest(str(name), known))


def _missing(path: Path) -> Finding:
    hint = ": write `version: 1`" if path == ("version",) else ""
    return Finding(path, f"`{key_of(path)}` is missing{hint}")


def _not_one_of(path: Path, details: Details) -> Finding:
    value = details["input"]
    if path == ("version",):
        return Finding(path, f"`version` is {_shown(value)}; this Catalyst reads version 1")
    allowed = re.findall(r"'([^']*)'", str(_context(details)["expected"]))
    choices = ", ".join(f"`{choice}`" for choice in allowed)
    meant = nearest(value, allowed) if isinstance(value, str) else ""
    words = f"`{key_of(path)}` is {_shown(value)}; it must be one of {choices}"
    return Finding(path, words, meant)


def reason(details: Details) -> str:
    """What is wrong with one value, as the end of a sentence that begins with its key."""
    kind = details["type"]
    if kind == "value_error":
        return str(_context(details)["error"])
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_kind(details['input'])}"
    if kind in _LIMITS:
        return _LIMITS[kind](_context(details))
    return f"cannot be used: {details['msg'][:200]}"


_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
}
_LIMITS: dict[str, Callable[[dict[str, Any]], str]] = {
    "string_pattern_mismatch": lambda limit: f"must be {_form(limit['pattern'])}",
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda limit: f"must have at most {limit['max_length']} characters",
    "too_long": lambda limit: f"must have at most {limit['max_length']} entries",
    "greater_than_equal": lambda limit: f"must be at least {limit['ge']}",
    "less_than_equal": lambda limit: f"must be at most {limit['le']}",
}


def _form(pattern: str) -> str:
    return WORDS.get(pattern, f"of the form `{pattern}`")


def _context(details: Details) -> dict[str, Any]:
    return dict(details.get("ctx", {}))


def _kind(value: object) -> str:
    kinds = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number with a point"),
        (list, "a list"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "keys and values")


def _shown(value: object) -> str:
    is_short = isinstance(value, str | int | float) and len(str(value)) <= 40
    return f"`{value}`" if is_short else _kind(value)
