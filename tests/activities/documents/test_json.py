"""JSON with positions; comments and trailing commas only where a format has them."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from activities.documents import MAX_DEPTH, MAX_NODES, Document, DocumentError, read_document
from tests.activities.documents.outcomes import outcome_of

COMMENTED = """{
  // where it comes from
  "image": "debian", /* over
  two lines */
  "forwardPorts": [3000, 5432,],
  "remoteEnv": {"A": "b"},
}
"""
KEYS = st.text(max_size=80)
"""A key of YAML ends within 1,024 characters (YAML 1.2.2, section 7.4.2), escapes included; JSON knows no limit."""
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.spec("ENV-024")
@pytest.mark.parametrize(
    "name", [".devcontainer/devcontainer.json", ".devcontainer.json", "settings.jsonc"]
)
def test_comments_and_trailing_commas_are_read_where_the_format_has_them(name: str) -> None:
    document = read_document(COMMENTED, name)
    assert document.value == {
        "image": "debian",
        "forwardPorts": [3000, 5432],
        "remoteEnv": {"A": "b"},
    }
    assert document.mark(("forwardPorts", 1)) == (5, 26)
    assert document.mark(("remoteEnv", "A")) == (6, 17)
    assert document.written(("forwardPorts", 1)) == "5432"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{\n  // no\n  "a": 1}', 2, 3, "JSON has no comments"),
        ('{"a": 1,}', 1, 9, "a comma before `}`"),
        ("[1 2]", 1, 4, "`,` is expected before the next entry, or `]`"),
        ('{"a" 1}', 1, 6, "`:` is expected after a key"),
        ("{a: 1}", 1, 2, "a key in double quotes is expected"),
        ('{"a": b}', 1, 7, "`b` must stand in double quotes"),
        ('{"a": 1, "a": 2}', 1, 10, "`a` stands here a second time (first in line 1)"),
        ('{"a":', 1, 6, "the text ends here"),
        ('{"a": ]', 1, 7, "a value is expected here"),
        ('"abc', 1, 1, "unterminated string"),
        ('"a\nb"', 1, 3, "invalid control character"),
        ('{\n"a": "\\ud800"}', 2, 6, "half of a surrogate pair"),
        ("{} x", 1, 4, "something follows"),
        ("1e999", 1, 1, "the number is too large"),
        ("1" * 400, 1, 1, "the number is too large"),
        ("[" * 100, 1, MAX_DEPTH + 1, f"nested more than {MAX_DEPTH} levels"),
        ("[" + "1," * MAX_NODES, 1, 2 * MAX_NODES, f"more than {MAX_NODES} values"),
    ],
)
def test_what_is_not_json_is_said_with_its_place(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(text, "package.json")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.problem


def test_a_comment_must_end() -> None:
    with pytest.raises(DocumentError, match="the comment has no end"):
        read_document("{} /* and so on", "devcontainer.json")


def test_an_empty_file_has_no_value() -> None:
    assert read_document(" \n", "package.json").value is None


@given(JSON)
def test_what_was_written_as_json_reads_the_same(value: object) -> None:
    text = json.dumps(value, indent=1)
    for name in ("package.json", "devcontainer.json"):
        assert read_document(text, name).value == value


@given(JSON)
def test_json_is_yaml_with_the_same_meaning(value: object) -> None:
    """Tools write JSON into files that end in `.yaml`, and every JSON text is YAML 1.2."""
    text = json.dumps(value)
    assume("\x7f" not in text)  # the one ASCII control character that JSON leaves as it is
    assert read_document(text, "config.yaml").value == value


@given(st.one_of(st.text(), st.text(st.sampled_from(list('{}[]",:0123eE+-./*tfn \n\\u\ud800')))))
def test_no_text_crashes_the_reader(text: str) -> None:
    for name in ("package.json", "devcontainer.json"):
        outcome = outcome_of(text, name)
        assert isinstance(outcome, Document) or min(outcome.line, outcome.column) >= 1
