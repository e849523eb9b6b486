"""The README's table of requirements, made from `tests/requirements.toml` and the tests' `spec` marks.

python -m tests.support.requirements --check    # exit 1 when the README is behind
python -m tests.support.requirements --write
"""

import argparse
import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "<!-- requirements: written by `make format`, checked by `make check` -->"
END = "<!-- /requirements -->"
SHOWN = 3
"""Test files named a row; the rest is counted."""


def requirements() -> dict[str, str]:
    """Id to text, in the file's order."""
    groups = [group for group in _file().values() if isinstance(group, dict)]
    return {name: text for group in groups for name, text in group.items()}


def complete() -> list[str]:
    """Ids that are true as a whole; tests of others show a part of them."""
    return list(_file()["shown"])


def marked_tests(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """Requirement id to test files that carry it in a `spec` mark."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py"), key=_strongest_first):
        name = path.relative_to(ROOT).as_posix()
        for requirement in _marks(ast.parse(path.read_text())):
            if name not in found[requirement]:
                found[requirement].append(name)
    return found


def _strongest_first(path: Path) -> tuple[int, str]:
    """Tests on the real parts say more than those without."""
    kinds = ("e2e", "integration", "workflows", "replay")
    place = path.relative_to(ROOT / "tests").parts[0]
    return (kinds.index(place) if place in kinds else len(kinds), path.as_posix())


def table() -> str:
    """The table as Markdown. Raises KeyError when a test names an id that does not exist."""
    known, shown, whole = requirements(), marked_tests(), complete()
    if unknown := sorted(set(shown) - set(known)):
        raise KeyError(f"tests name requirements that do not exist: {', '.join(unknown)}")
    rows = ["| id | what it is | shown by |", "| --- | --- | --- |"]
    rows += [
        f"| {name} | {text} | {_cell(shown.get(name, []), is_whole=name in whole)} |"
        for name, text in known.items()
    ]
    return "\n".join(rows)


def _marks(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "spec"
        ):
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def _file() -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests/requirements.toml").read_text())


def _cell(files: list[str], *, is_whole: bool) -> str:
    if not files:
        return "not yet"
    part = "" if is_whole else "in part: "
    links = ", ".join(f"[{Path(name).stem}]({name})" for name in files[:SHOWN])
    more = len(files) - SHOWN
    return f"{part}{links} and {more} more" if more > 0 else f"{part}{links}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    readme = ROOT / "README.md"
    text = readme.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    wanted = f"{head}{BEGIN}\n{table()}\n{END}{tail}"
    if options.write:
        readme.write_text(wanted)
    elif wanted != text:
        sys.stderr.write("the README's table of requirements is behind: run `make format`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
