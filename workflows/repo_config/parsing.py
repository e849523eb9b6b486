"""A value, as YAML gave it, into a config: or everything that is wrong with it, at once."""

import json
from collections.abc import Callable, Iterable

from pydantic import JsonValue, ValidationError

from workflows.repo_config.messages import findings
from workflows.repo_config.model import RepoConfig
from workflows.repo_config.paths import FILE_NAME
from workflows.repo_config.problems import (
    ConfigError,
    Finding,
    Marks,
    Path,
    located,
    nowhere,
)
from workflows.repo_config.rules import broken_rules

Written = Callable[[Path], str | None]
"""Path to the scalar there as it was written; None when that is not known."""

_TEXTS: tuple[tuple[str, ...], ...] = (
    ("variables", "*"),
    ("builds", "*", "args", "*"),
    ("builds", "*", "target"),
    ("services", "*", "variables", "*"),
    ("services", "*", "version"),
    ("resources", "cpu"),
)
"""Where numbers and booleans are taken as texts: `PYTHON: 3.10` is not 3.1."""


def unknown(path: Path) -> str | None:
    """How scalars of a value were written that was not read from a text."""
    del path
    return None


def parse_config(
    value: JsonValue, mark: Marks = nowhere, written: Written = unknown, *, name: str = FILE_NAME
) -> RepoConfig:
    """The config. Raises ConfigError naming every problem, in the order of the file."""
    if not isinstance(value, dict):
        raise _error([_not_a_mapping(value)], mark, name)
    broken = broken_rules(value)
    try:
        config = RepoConfig.model_validate_json(json.dumps(_with_texts(value, (), written)))
    except ValidationError as error:
        said = {finding.path for finding in broken}
        found = [finding for finding in findings(error) if finding.path not in said]
        raise _error([*broken, *found], mark, name) from None
    if broken:
        raise _error(broken, mark, name)
    return config


def _error(found: Iterable[Finding], mark: Marks, name: str) -> ConfigError:
    problems = [located(finding, mark) for finding in found]
    return ConfigError(name, sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _not_a_mapping(value: JsonValue) -> Finding:
    if value is None:
        return Finding((), "the file is empty; it needs at least `version: 1`")
    return Finding((), "the file must hold keys and values, such as `version: 1`")


def _with_texts(value: JsonValue, path: Path, written: Written) -> JsonValue:
    """The value, with the texts of `_TEXTS` as they were written."""
    if isinstance(value, dict):
        return {key: _with_texts(part, (*path, key), written) for key, part in value.items()}
    if isinstance(value, bool | int | float) and any(_fits(path, form) for form in _TEXTS):
        text = written(path)
        return json.dumps(value) if text is None else text
    return value


def _fits(path: Path, form: tuple[str, ...]) -> bool:
    return len(path) == len(form) and all(
        wanted in ("*", step) for step, wanted in zip(path, form, strict=True)
    )
