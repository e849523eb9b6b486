"""What may import what, where import-linter cannot say it: an allow-list for the pure package."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {"pydantic", "temporalio", "workflows"} | set(sys.stdlib_module_names)
FORBIDDEN = {"random", "socket", "subprocess", "requests", "os"}
"""Of the standard library: I/O and chance have no place where things are decided."""


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").rglob("*.py")), ids=lambda p: p.stem)
def test_decisions_import_nothing_that_acts(path: Path) -> None:
    names = set(imported(ast.parse(path.read_text())))
    assert names <= ALLOWED
    assert not names & FORBIDDEN


def test_the_allow_list_refuses_what_it_should() -> None:
    names = set(imported(ast.parse("import kubernetes.client\nfrom github import Github")))
    assert names == {"kubernetes", "github"}
    assert not names <= ALLOWED


@pytest.mark.parametrize("package", ["workflows", "activities", "worker", "api"])
def test_nothing_prints(package: str) -> None:
    printing = [
        path.name
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []


def test_every_package_is_listed_by_name() -> None:
    """An unlisted one is missing in an installed Catalyst, and only there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for package in ("workflows", "activities", "worker", "api", "cli")
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert set(settings["tool"]["setuptools"]["packages"]) == found
