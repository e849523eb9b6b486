"""What people are told of a commit's files: full sentences, whatever the names are."""

import pytest

from activities.source import notes as module
from activities.source.index import Index
from activities.source.notes import notes
from tests.activities.source.commits import index_of


def told(index: Index, *lfs: str) -> list[str]:
    return list(notes(index, lfs))


def test_of_an_ordinary_commit_nothing_is_told() -> None:
    links = {"readme": "README.md", "docs/latest": "v1"}
    assert told(index_of("README.md", "docs/v1/x", ".catalyst.yaml", links=links)) == []


def test_what_is_not_fetched_or_not_followed_is_named() -> None:
    index = index_of(
        "a",
        ".catalyst.yml",
        links={"out": "/etc/passwd", "gone": "nothing", "gone2": "nothing"},
        submodules=("lib/one",),
    )
    assert told(index, "big.bin") == [
        "`.catalyst.yml` is not read: the configuration file is called `.catalyst.yaml`. Rename it.",
        "`out` leads out of the repository and is not followed.",
        "`gone`, `gone2` are links that lead nowhere.",
        "`lib/one` is a submodule; submodules are not fetched, so it is empty in a preview.",
        "`big.bin` is kept in Git LFS, which is not fetched: a preview gets the pointer instead of the file.",
    ]


def test_of_many_paths_three_are_named_and_the_rest_is_counted() -> None:
    index = index_of(submodules=tuple(f"lib/{number}" for number in range(1500)))
    (note,) = told(index)
    assert note.startswith("`lib/0`, `lib/1`, `lib/10` and 1,497 more are submodules;")


def test_names_stay_on_one_line_and_short() -> None:
    index = index_of(links={"two\nlines\u202e": "/", "x" * 300: "/"})
    (note,) = told(index)
    assert note.isprintable()
    assert note.startswith("`two\\nlines\\u202e`, `xxx")
    assert len(note) < 300


def test_names_that_are_no_text_are_counted_and_never_shown() -> None:
    index = index_of("caf\udce9", "b\udcff", links={"l\udce9": "/"}, submodules=("s\udce9",))
    assert told(index) == ["4 files are left out, for a name that is not UTF-8."]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("MAX_PATHS", "The repository has 5 files; only the 2 nearest to its root are looked at."),
        ("MAX_LINKS", "The repository has 4 links; the last 2 are not followed."),
        (
            "MAX_ATTRIBUTES",
            "There are 3 files called `.gitattributes`: whether Git LFS is used was not looked at.",
        ),
    ],
)
def test_what_is_beyond_a_limit_is_told(
    monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    monkeypatch.setattr(module, limit, 2)
    files = ["a", "b", *(f"{name}/.gitattributes" for name in "abc")]
    index = index_of(*files, links=dict.fromkeys("wxyz", "a"))
    assert told(index) == [words]
