"""Several YAML documents in one file, each with its own places and limits."""

import pytest

from activities.documents import MAX_NODES, DocumentError, read_documents


def test_every_document_of_a_file_is_read_with_its_own_places() -> None:
    first, second = read_documents("a: 1\n---\n# second\nb:\n  c: 2\n", "all.yaml")
    assert (first.value, second.value) == ({"a": 1}, {"b": {"c": 2}})
    assert second.mark(("b", "c")).line == 5


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("# nothing\n", []),
        ("---\n", [None]),
        ("---\n---\na: 1\n---\n", [None, {"a": 1}, None]),
        ("a: 1\n...\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
    ],
)
def test_empty_documents_have_no_value(text: str, values: list[object]) -> None:
    assert [document.value for document in read_documents(text, "all.yaml")] == values


def test_a_json_file_is_one_document() -> None:
    (document,) = read_documents('{"a": [1]}', "all.json")
    assert document.value == {"a": [1]}


def test_an_anchor_of_one_document_is_unknown_in_the_next() -> None:
    with pytest.raises(DocumentError, match=r"all\.yaml:3:4: `\*x` names an anchor"):
        read_documents("a: &x 1\n---\nb: *x\n", "all.yaml")


def test_what_is_wrong_in_a_later_document_is_told_with_its_line() -> None:
    with pytest.raises(DocumentError, match=r"all\.yaml:4:1: `b` stands here a second time"):
        read_documents("a: 1\n---\nb: 1\nb: 2\n", "all.yaml")


def test_each_document_may_be_as_large_as_one_alone_and_no_larger() -> None:
    half = "[" + "0," * (MAX_NODES // 2) + "]\n"
    assert len(read_documents("---\n".join([half] * 3), "all.yaml")) == 3
    bomb = "a: &a [0,0,0,0,0,0,0,0,0,0]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
        for before, name in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    )
    with pytest.raises(DocumentError, match="by anchors that repeat each other"):
        read_documents(f"x: 1\n---\n{bomb}", "all.yaml")
