"""TOML with the positions of its tables and keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.documents import MAX_DEPTH, MAX_NODES, DocumentError, Path, read_document
from tests.activities.documents.outcomes import outcome_of

PYPROJECT = '''[project]
name = "shop"
"odd.key" = 2026-01-02
description = """
name = "not a key"
"""

[[tool.jobs]]
name = "a"
[[tool.jobs]]
name = "b"
[tool.jobs.env]
A = { B = [1, inf] }
'''


def test_tables_dates_and_texts_become_plain_values() -> None:
    assert read_document(PYPROJECT, "pyproject.toml").value == {
        "project": {
            "name": "shop",
            "odd.key": "2026-01-02",
            "description": 'name = "not a key"\n',
        },
        "tool": {"jobs": [{"name": "a"}, {"name": "b", "env": {"A": {"B": [1, "inf"]}}}]},
    }
    assert read_document("[packages]\nflask = '*'\n", "Pipfile").value == {
        "packages": {"flask": "*"}
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("project",), 1),
        (("project", "name"), 2),
        (("project", "odd.key"), 3),
        (("project", "description"), 4),
        (("tool", "jobs"), 8),
        (("tool", "jobs", 0, "name"), 9),
        (("tool", "jobs", 1), 10),
        (("tool", "jobs", 1, "name"), 11),
        (("tool", "jobs", 1, "env", "A", "B"), 13),
    ],
)
def test_keys_know_their_line(path: Path, line: int) -> None:
    assert read_document(PYPROJECT, "pyproject.toml").mark(path).line == line


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a = 1\nb = ?\n", 2, 5, "is not valid TOML: invalid value"),
        ("a = 1\na = 2\n", 2, 6, "cannot overwrite a value"),
        ("a = 1\nb = [1,", 2, 8, "is not valid TOML"),
        ("a = " + "9" * 5000, 1, 1, "is not TOML that can be read"),
        ("a = " + "[" * 5000, 1, 1, "is not TOML that can be read"),
        (".".join("a" * 200) + " = 1", 1, 1, f"nested more than {MAX_DEPTH} levels"),
        ("b = 1\na = {" + ".".join("a" * 100_000) + " = 1}", 2, 6, "nested more than"),
        ("a" + ".b" * (MAX_DEPTH - 2) + " = [[[]]]", 1, 1, "nested more than"),
        ("a = [" + "1," * MAX_NODES + "]", 1, 1, f"more than {MAX_NODES} values"),
    ],
)
def test_what_is_not_toml_is_said_with_its_place(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(text, "pyproject.toml")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.problem


@given(st.one_of(st.text(), st.text(st.sampled_from(list("ab1.=[]{}\"'#,-:T \n\r\t\\")))))
def test_no_text_crashes_the_reader(text: str) -> None:
    outcome = outcome_of(text, "pyproject.toml")
    if isinstance(outcome, DocumentError):
        assert min(outcome.line, outcome.column) >= 1
    else:
        assert isinstance(outcome.value, dict)
