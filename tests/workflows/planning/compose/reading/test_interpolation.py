"""`$NAME` and its operators, as the Compose specification has them."""

import pytest

from workflows.planning.compose.reading.interpolation import (
    MAX_NESTING,
    MAX_RESULT,
    Interpolation,
    InterpolationError,
)

KNOWN = {"A": "a", "EMPTY": "", "SUM": "$A"}


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$A", "a"),
        ("${A}", "a"),
        ("$A-$A.$A", "a-a.a"),
        ("x${A}y", "xay"),
        ("$$A", "$A"),
        ("$${A}", "${A}"),
        ("$$$A", "$a"),
        ("$SUM", "$A"),
        ("$MISSING!", "!"),
        ("${A:-b}", "a"),
        ("${A-b}", "a"),
        ("${EMPTY:-b}", "b"),
        ("${EMPTY-b}", ""),
        ("${MISSING:-b}", "b"),
        ("${MISSING-b}", "b"),
        ("${MISSING:-}", ""),
        ("${MISSING-}", ""),
        ("${A:+b}", "b"),
        ("${A+b}", "b"),
        ("${EMPTY:+b}", ""),
        ("${EMPTY+b}", "b"),
        ("${MISSING:+b}", ""),
        ("${MISSING+b}", ""),
        ("${A:?needed}", "a"),
        ("${A?needed}", "a"),
        ("${EMPTY?needed}", ""),
        ("${MISSING:-${EMPTY:-${A}}}", "a"),
        ("${MISSING:-x${A}y}z", "xayz"),
        ("${MISSING:-a:-b}", "a:-b"),
        ("${MISSING:-$$5}", "$5"),
        ("${MISSING:-{a}}", "{a}"),
        ("${A:+${MISSING:-in}}", "in"),
    ],
)
def test_every_operator(text: str, expected: str) -> None:
    assert Interpolation(KNOWN.get).fill(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("${MISSING:?set it}", "the variable `MISSING` is not set: set it"),
        ("${EMPTY:?set it}", "the variable `EMPTY` is not set: set it"),
        ("${MISSING?set ${A}}", "the variable `MISSING` is not set: set a"),
        ("${MISSING?}", "the variable `MISSING` is not set: it is required"),
        ("$", "`$` must be followed by a name"),
        ("costs $5", r"`$` must be followed by a name (`$5`); write `$$` for a dollar sign itself"),
        ("${A", "`${` is not closed"),
        ("${}", "`${` must be followed by a name"),
        ("${A!b}", "`!b` after a name is no operator"),
        ("${MISSING:-" * (MAX_NESTING + 1) + "}" * (MAX_NESTING + 1), "nested more than"),
        ("${BIG}" * 3, "becomes longer than 64 KiB"),
    ],
)
def test_what_cannot_be_filled_in_says_why(text: str, problem: str) -> None:
    known = {**KNOWN, "BIG": "x" * (MAX_RESULT // 2)}
    with pytest.raises(InterpolationError) as caught:
        Interpolation(known.get).fill(text)
    assert problem in str(caught.value)


def test_names_that_nothing_sets_are_collected_where_their_emptiness_shows() -> None:
    filler = Interpolation(KNOWN.get)
    filler.fill("$X ${Y} ${Z:-z} ${Z:+z} $EMPTY ${A:-$Q}")
    assert filler.unset == ["X", "Y"]


@pytest.mark.parametrize("text", ["$", "$5", "${", "${}", "${A!b}", "a$ b", "$(date)"])
def test_files_of_variables_may_hold_dollar_signs(text: str) -> None:
    assert Interpolation(KNOWN.get, is_lenient=True).fill(text) == text
