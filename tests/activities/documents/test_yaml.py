"""YAML as people write it: values by YAML 1.2, positions for every part, and nothing that explodes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.documents import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Document,
    DocumentError,
    Path,
    read_document,
)
from tests.activities.documents.outcomes import outcome_of


def read(text: str) -> Document:
    return read_document(text, "catalyst.yaml")


def refusal(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("0123", "0123"),
        ("0o17", 15),
        ("0x1F", 31),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("+5", 5),
        ("-0", 0),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 41, "9" * 41),
        ("2026-01-02", "2026-01-02"),
        ("~", None),
        ("", None),
        ("null", None),
        ("'true'", "true"),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("! 1", "1"),
        ("=", "="),
    ],
)
def test_unquoted_values_mean_what_yaml_1_2_says(written: str, value: object) -> None:
    assert read(f"key: {written}\n").value == {"key": value}


@pytest.mark.parametrize("key", ["on", "yes", "8080", "true", "1.10", "~"])
def test_keys_are_texts_as_they_were_written(key: str) -> None:
    assert read(f"{key}: 1\n").value == {key: 1}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("routes",), (2, 1)),
        (("routes", 0), (3, 5)),
        (("routes", 0, "port"), (3, 12)),
        (("routes", 1), (4, 5)),
        (("routes", 1, "path"), (5, 5)),
        (("routes", 2, "path"), (2, 1)),
        (("routes", "port"), (2, 1)),
        (("nothing", "here"), (1, 1)),
        (("version", "below"), (1, 1)),
    ],
)
def test_every_part_knows_where_it_stands(path: Path, place: tuple[int, int]) -> None:
    text = "version: 1\nroutes:\n  - {a: 1, port: 2}\n  - b: 1\n    path: /\n"
    assert read(text).mark(path) == place


def test_scalars_are_known_as_they_were_written() -> None:
    document = read("python: 3.10\nlist: [0x10]\n")
    assert document.written(("python",)) == "3.10"
    assert document.written(("list", 0)) == "0x10"
    assert document.written(("list",)) is None
    assert document.written(("list", 1)) is None


def test_anchors_and_merge_keys_work_and_keep_the_place_of_what_they_repeat() -> None:
    text = "base: &base\n  a: 1\n  b: 2\nweb:\n  <<: *base\n  b: 3\nlist:\n  <<: [{a: 4}, *base]\n"
    document = read(text)
    assert document.value == {
        "base": {"a": 1, "b": 2},
        "web": {"a": 1, "b": 3},
        "list": {"a": 4, "b": 2},
    }
    assert document.mark(("web", "a")) == (2, 3)
    assert document.mark(("web", "b")) == (6, 3)


def test_what_aliases_repeat_is_a_value_of_its_own_each_time() -> None:
    value = read("a: &a {b: [1]}\nc: *a\n").value
    assert isinstance(value, dict)
    assert value["a"] == value["c"]
    assert value["a"] is not value["c"]


def test_an_alias_can_be_a_key() -> None:
    assert read("&name web: 1\nother: {*name : 2}\n").value == {"web": 1, "other": {"web": 2}}


def test_lists_of_services_as_deep_as_real_files_are_read() -> None:
    text = "".join(f"{'  ' * depth}key:\n" for depth in range(MAX_DEPTH - 1))
    assert read(f"{text}{'  ' * (MAX_DEPTH - 1)}1\n").value


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "`a` stands here a second time (first in line 1)"),
        ("a: {b: 1, b: 2}", 1, 11, "`b` stands here a second time"),
        ("<<: {a: 1}\n<<: {b: 1}\n", 2, 1, "`<<` stands here a second time"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins here"),
        ("a: !reset null", 1, 4, "the tag `!reset` is not supported"),
        ("a: !!python/object:os.system x", 1, 4, "the tag `!!python/object:os.system`"),
        ("a: !!binary aGk=", 1, 4, "the tag `!!binary`"),
        ("a: !!str [1]", 1, 4, "the tag `!!str`"),
        ("a: &a [*a]", 1, 8, "`*a` holds itself"),
        ("a: *b", 1, 4, "`*b` names an anchor that does not exist"),
        ("<<: 5\n", 1, 1, "`<<` takes a mapping"),
        ("<<: [1]\n", 1, 1, "`<<` takes a mapping"),
        ("? [a]\n: 1\n", 1, 3, "a key must be text"),
        ("a: &a [1]\n*a : 2\n", 2, 1, "a key must be text"),
        ("a: 1\n\tb: 2\n", 2, 1, "a tab where YAML wants spaces"),
        ("a: b: c\n", 1, 5, "a key does not fit here"),
        ("a:\n  - 1\n b: 2\n", 3, 2, "the indentation does not fit"),
        ("a: @b\n", 1, 4, "texts that begin with `@` need quotes"),
        ("a\nb: 1\n", 2, 2, "a key"),
        ("a: [1\n", 2, 1, "is not valid YAML"),
        ("a: \x07\n", 1, 4, "holds the control character U+0007"),
        ("a: 1\nb: \ud800\n", 2, 4, "holds the control character U+D800"),
        ('a: "\\ud800"\n', 1, 4, "holds half of a surrogate pair"),
        ('a: 1\nb: "\\UFFFFFFFF"\n', 1, 4, "holds an escape that is no character"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    text: str, line: int, column: int, words: str
) -> None:
    error = refusal(text)
    assert (error.name, error.line, error.column) == ("catalyst.yaml", line, column)
    assert words in error.problem
    assert str(error) == f"catalyst.yaml:{line}:{column}: {error.problem}"


def test_anchors_that_multiply_are_refused_before_they_are_followed() -> None:
    letters = "abcdefghij"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{letter}: &{letter} [{', '.join([f'*{before}'] * 10)}]"
        for before, letter in pairwise(letters)
    ]
    assert f"grows to more than {MAX_NODES} values" in refusal("\n".join(lines)).problem


def test_merge_keys_that_multiply_are_refused() -> None:
    base = ", ".join(f"k{number}: 1" for number in range(500))
    merges = "\n".join(f"m{number}: {{<<: *base}}" for number in range(500))
    assert f"more than {MAX_NODES} values" in refusal(f"base: &base {{{base}}}\n{merges}").problem


@pytest.mark.parametrize(
    "repeated",
    [
        "b: [" + "*a," * 30 + "]",
        "\n".join(f"b{number}: *a" for number in range(30)),
        "\n".join(f"b{number}: {{*a : 1}}" for number in range(30)),
        "m: &m {k: *a}\n" + "\n".join(f"b{number}: {{<<: *m}}" for number in range(30)),
    ],
    ids=["list", "mapping", "keys", "merged"],
)
def test_a_long_text_that_anchors_repeat_is_refused_before_it_is_followed(repeated: str) -> None:
    text = "x" * 100 * 1024
    assert "grows to more than 1024 KiB of text" in refusal(f"a: &a '{text}'\n{repeated}").problem
    assert read(f"a: &a '{text}'\nb: [*a, *a]").value == {"a": text, "b": [text, text]}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40,
        "".join(f"{' ' * depth}k:\n" for depth in range(MAX_DEPTH + 1)),
    ],
    ids=["brackets", "by-alias", "indented"],
)
def test_nesting_has_a_limit_with_anchors_followed(text: str) -> None:
    assert f"nested more than {MAX_DEPTH} levels" in refusal(text).problem


def test_the_number_of_values_and_the_size_have_limits() -> None:
    assert f"more than {MAX_NODES} values" in refusal("[" + "1," * MAX_NODES + "]").problem
    assert "larger than 256 KiB" in refusal("#" * (MAX_BYTES + 1)).problem
    assert "larger than 256 KiB" in refusal("#" + "é" * (MAX_BYTES // 2)).problem


@pytest.mark.parametrize("text", ["", "\n", "# nothing but a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_has_no_value(text: str) -> None:
    document = read(text)
    assert document.value is None
    assert document.mark(("version",)) in ((1, 1), (2, 1))


def test_byte_order_marks_and_windows_line_ends_change_nothing() -> None:
    document = read("\ufeffa: 1\r\nb:\r\n  - c\r\n")
    assert document.value == {"a": 1, "b": ["c"]}
    assert document.mark(("b", 0)) == (3, 5)


YAML_LIKE = st.text(st.sampled_from(list("ab01:-[]{}&*!|>'\"#,?%@<~.\\xuU \n\t\r\x00\x85\ufeff")))


@given(st.one_of(st.text(), YAML_LIKE))
def test_no_text_crashes_the_reader(text: str) -> None:
    outcome = outcome_of(text, "catalyst.yaml")
    if isinstance(outcome, DocumentError):
        assert min(outcome.line, outcome.column) >= 1
    else:
        assert isinstance(outcome.value, dict | list | str | int | float | None)


def test_tags_that_a_reader_asks_for_stand_beside_values_that_are_read_as_without_them() -> None:
    text = (
        "a: !reset [1, !override 2]\nb: !override {c: !!str 3}\nd: !reset\ne: &e !reset 1\nf: *e\n"
    )
    document = read_document(text, "x.yaml", tags=("!reset", "!override"))
    assert document.value == {"a": [1, 2], "b": {"c": "3"}, "d": None, "e": 1, "f": 1}
    entries = document.root.entries or {}
    found = {key: entry.node.tag for key, entry in entries.items()}
    assert found == {"a": "!reset", "b": "!override", "d": "!reset", "e": "!reset", "f": "!reset"}
    assert (entries["a"].node.items or ())[1].tag == "!override"


@pytest.mark.parametrize("text", ["!reset a: 1\n", "a: !other 1\n"])
def test_other_tags_and_those_of_keys_are_refused_beside_them(text: str) -> None:
    with pytest.raises(DocumentError, match="is not supported here"):
        read_document(text, "x.yaml", tags=("!reset",))
