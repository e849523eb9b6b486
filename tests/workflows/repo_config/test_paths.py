"""Path filters: a push that touches nothing relevant leaves the preview as it is."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.repo_config import PathDecision, PathFilters, decide
from workflows.repo_config.fields import duration_text
from workflows.repo_config.globs import glob_problem, matches


@pytest.mark.parametrize(
    ("pattern", "path", "is_match"),
    [
        ("docs", "docs", True),
        ("docs", "docs/a/b.md", True),
        ("docs/", "docs/a.md", True),
        ("/docs", "docs/a.md", True),
        ("docs/**", "docs/a/b.md", True),
        ("docs/**", "docs", True),
        ("docs", "docs2/a.md", False),
        ("docs", "web/docs/a.md", False),
        ("**/docs", "web/docs/a.md", True),
        ("**/docs", "docs/a.md", True),
        ("docs/*", "docs/a.md", True),
        ("docs/*.md", "docs/a/b.md", False),
        ("docs/**/*.md", "docs/b.md", True),
        ("docs/**/*.md", "docs/a/c/b.md", True),
        ("*.md", "a.md", True),
        ("*.md", "web/a.md", False),
        ("**/*.md", "a.md", True),
        ("**/*.md", "a/b/c.md", True),
        ("**", "a/b", True),
        ("**/**", "a", True),
        ("a/**/b/**/c", "a/x/b/y/z/c", True),
        ("a/**/b/**/c", "a/b/c", True),
        ("a/**/b/**/c", "a/c", False),
        ("web/?.ts", "web/a.ts", True),
        ("web/[ab].ts", "web/c.ts", False),
        ("web/[!ab].ts", "web/c.ts", True),
        ("a/b/c", "a/b", False),
        ("é*", "éa", True),
    ],
)
def test_patterns_are_matched_from_the_root(pattern: str, path: str, is_match: bool) -> None:
    assert not glob_problem(pattern)
    assert matches(pattern, path) is is_match


@pytest.mark.parametrize(
    ("filters", "changed", "is_unchanged", "reason"),
    [
        ({}, ["README.md"], False, "`paths` names no filters."),
        ({}, [], False, "`paths` names no filters."),
        ({"ignore": ["docs"]}, None, False, "It is not known which files changed."),
        ({"ignore": ["docs"]}, [], True, "No file changed."),
        (
            {"ignore": ["docs"]},
            ["docs/a.md"],
            True,
            "`docs/a.md`, the only changed file, does not matter by `paths`.",
        ),
        (
            {"ignore": ["docs"]},
            ["docs/a.md", "docs/b.md"],
            True,
            "None of the 2 changed files matters by `paths`.",
        ),
        ({"ignore": ["docs"]}, ["docs/a.md", "web/a.ts"], False, "`web/a.ts` changed."),
        ({"only": ["web"]}, ["docs/a.md"], True, "does not matter"),
        ({"only": ["web"]}, ["web/a.ts"], False, "`web/a.ts` changed."),
        ({"only": ["web"], "ignore": ["**/*.md"]}, ["web/a.md"], True, "does not matter"),
        ({"only": ["web"]}, [".catalyst.yaml"], False, "`.catalyst.yaml` changed."),
        ({"ignore": ["**"]}, [".catalyst.yaml"], False, "`.catalyst.yaml` changed."),
        ({"ignore": ["**"]}, ["a", "b/c"], True, "None of the 2"),
    ],
)
def test_a_push_that_touches_nothing_relevant_is_unchanged(
    filters: dict[str, list[str]], changed: list[str] | None, is_unchanged: bool, reason: str
) -> None:
    given_filters = PathFilters(
        only=tuple(filters.get("only", ())), ignore=tuple(filters.get("ignore", ()))
    )
    decision = decide(given_filters, changed)
    assert decision.is_unchanged is is_unchanged
    assert reason in decision.reason


PATHS = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join), max_size=5)
PATTERNS = st.lists(
    st.lists(st.sampled_from(["a", "b", "*", "**", "?"]), min_size=1, max_size=4).map("/".join),
    max_size=3,
).map(tuple)


@given(PATTERNS, PATTERNS, PATHS, PATHS)
def test_more_changes_never_make_a_push_irrelevant(
    only: tuple[str, ...], ignore: tuple[str, ...], changed: list[str], more: list[str]
) -> None:
    filters = PathFilters(only=only, ignore=ignore)
    if not decide(filters, changed).is_unchanged and changed:
        assert not decide(filters, changed + more).is_unchanged


@given(PATTERNS, PATHS)
def test_to_ignore_more_never_adds_work(ignore: tuple[str, ...], changed: list[str]) -> None:
    fewer = decide(PathFilters(ignore=("c",)), changed)
    more = decide(PathFilters(ignore=("c", *ignore)), changed)
    assert more.is_unchanged or not fewer.is_unchanged
    assert isinstance(more, PathDecision)


def test_a_hostile_pattern_takes_no_time() -> None:
    began = time.process_time()
    assert not matches("**/" * 15 + "x", "a/" * 300 + "y")
    assert not matches("*a" * 100 + "c", "a" * 4000 + "b")
    assert time.process_time() - began < 2


@given(st.integers(0, 365 * 86_400))
def test_durations_are_written_as_they_are_read(seconds: int) -> None:
    text = duration_text(timedelta(seconds=seconds))
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    total, number = 0, ""
    for character in text:
        if character in units:
            total, number = total + int(number) * units[character], ""
        else:
            number += character
    assert total == seconds
