"""Untrusted text stays text, whatever it is."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from workflows.rendering import code, duration, escape, fence, plain, when

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
"""Tables and strikethrough are what GitHub adds to CommonMark; mentions and references are checked apart."""
NASTY = st.text(
    st.one_of(
        st.sampled_from("`*_{}[]()<>#+-.!|~&\\@:/\n\r\t \"'$^=1a"),
        st.characters(),
    ),
    max_size=80,
)


def inline(markdown: str) -> list[Token]:
    found = [token for token in GITHUB.parse(markdown) if token.type == "inline"]
    assert len(found) == 1
    return found[0].children or []


@pytest.mark.spec("FR-009")
@given(NASTY)
def test_escaped_prose_is_only_text_and_reads_as_written(text: str) -> None:
    tokens = inline(f"Cause: {escape(text)}")
    assert [token.type for token in tokens] == ["text"] * len(tokens)
    shown = "".join(token.content for token in tokens).replace("\u200b", "")
    assert shown == f"Cause: {plain(text)}".rstrip()


@pytest.mark.spec("FR-009")
@given(NASTY)
def test_escaped_prose_neither_mentions_nor_refers(text: str) -> None:
    shown = "".join(token.content for token in inline(f"Cause: {escape(text)}"))
    assert not re.search(r"@\w", shown)
    assert not re.search(r"#\d", shown)


@given(NASTY)
def test_escaped_prose_keeps_a_table_a_table(text: str) -> None:
    tokens = GITHUB.parse(f"| a | b |\n| --- | --- |\n| x{escape(text)} | y |\n")
    assert [token.type for token in tokens].count("td_open") == 2
    assert tokens[-1].type == "table_close"


@given(NASTY)
def test_a_code_span_is_one_span_with_exactly_that_text(text: str) -> None:
    span = code(text)
    if not plain(text):
        assert span == ""
        return
    tokens = inline(f"Branch {span}")
    assert [token.type for token in tokens] == ["text", "code_inline"]
    assert tokens[1].content == plain(text)


@pytest.mark.spec("FR-009")
@given(st.lists(NASTY, max_size=6))
def test_no_line_ends_the_block_it_stands_in(lines: list[str]) -> None:
    tokens = GITHUB.parse(f"before\n\n{fence(lines)}\n\nafter")
    assert [token.type for token in tokens] == [
        "paragraph_open",
        "inline",
        "paragraph_close",
        "fence",
        "paragraph_open",
        "inline",
        "paragraph_close",
    ]


@given(NASTY, st.integers(2, 100))
def test_texts_are_cut(text: str, limit: int) -> None:
    assert len(plain(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  a \n b\tc ", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("left\u202eright", "leftright"),
        ("nul\x00", "nul"),
        ("a" * 400, "a" * 299 + "…"),
    ],
)
def test_plain_text_has_one_visible_line(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_fence_keeps_indentation_and_empty_lines() -> None:
    assert fence(["  a\r\n\tb", "", "x" * 400]) == "\n".join(
        ["```text", "  a", "    b", "", "x" * 299 + "…", "```"]
    )


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (83, "1 min 23 s"), (7_500, "2 h 5 min")],
)
def test_durations_are_short(seconds: float, shown: str) -> None:
    assert duration(timedelta(seconds=seconds)) == shown


def test_times_are_in_utc() -> None:
    assert when(datetime(2026, 5, 4, 10, 0, 7, tzinfo=UTC)) == "2026-05-04 10:00:07 UTC"
