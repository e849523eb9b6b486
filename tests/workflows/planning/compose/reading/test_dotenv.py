"""Lines of `.env` and `env_file`."""

import pytest

from tests.workflows.planning.compose.repository import planned
from tests.workflows.planning.plans.cases import problems_of
from workflows.planning.compose.reading.dotenv import read_variables

OUTSIDE = {"OUT": "side"}


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=b", {"A": "b"}),
        ("export A=b", {"A": "b"}),
        ("  A = b  ", {"A": "b"}),
        ("A: b", {"A": "b"}),
        ("A=", {"A": ""}),
        ("# comment\n\nA=b # more", {"A": "b"}),
        ("A=b#c", {"A": "b#c"}),
        ("A='b # c'", {"A": "b # c"}),
        ("A='$OUT'", {"A": "$OUT"}),
        ("A='it\\'s'", {"A": "it's"}),
        ("A='C:\\x'", {"A": "C:\\x"}),
        ('A="$OUT x"', {"A": "side x"}),
        ("A=$OUT", {"A": "side"}),
        ("A=${OUT:-x}", {"A": "side"}),
        ("A=1\nB=$A$MISSING", {"A": "1", "B": "1"}),
        ('A="x\\ny\\t\\"z\\" \\$OUT"', {"A": 'x\ny\t"z" $OUT'}),
        ('A="one\ntwo"\nB=3', {"A": "one\ntwo", "B": "3"}),
        ("A='one\ntwo'", {"A": "one\ntwo"}),
        ("A=price $5", {"A": "price $5"}),
        ("A=b\r\nB=c\r\n", {"A": "b", "B": "c"}),
        ("spring.profile=dev", {"spring.profile": "dev"}),
    ],
)
def test_lines_are_read_as_compose_reads_them(text: str, expected: dict[str, str]) -> None:
    found = read_variables(text, OUTSIDE.get)
    assert (found.values, found.bad_lines) == (expected, [])


def test_a_name_alone_is_taken_over_from_outside() -> None:
    assert read_variables("OUT\nexport A=1", OUTSIDE.get).taken_over == ["OUT"]


def test_raw_values_are_taken_as_they_stand() -> None:
    assert read_variables("A='$OUT' # x", OUTSIDE.get, is_raw=True).values == {"A": "'$OUT' # x"}


@pytest.mark.parametrize("text", ["two words", "=x", "1A=x", 'A="open', "\tx y=1"])
def test_other_lines_are_named(text: str) -> None:
    assert read_variables(f"OK=1\n{text}", OUTSIDE.get).bad_lines == [2]


def test_of_a_very_long_file_only_so_many_lines_count() -> None:
    found = read_variables("A=1\n" * 2_500 + "B=2", OUTSIDE.get)
    assert (found.values, found.bad_lines) == ({"A": "1"}, [2_001])


@pytest.mark.spec("ENV-012")
def test_names_in_values_are_told_as_those_of_compose_files_are() -> None:
    found = read_variables("A=1\nB=$C\nD=${C}$E\nF=${G:?needed}", OUTSIDE.get)
    assert found.unset == {"C": 2, "E": 3}
    assert found.refused == [(4, "the variable `G` is not set: needed")]
    other = "other: {image: x, env_file: own.env}"
    text = f"services: {{web: {{image: nginx, ports: [80], env_file: own.env}}, {other}}}\n"
    lines = "A=$B\nC=${D}${E}${F}\n"
    told = planned(text, {"own.env": lines, ".env": "X=$Y\n"}).warnings
    assert ".env:1: the variable `Y` is not set; an empty text takes its place." in told
    assert "own.env:1: the variable `B` is not set; an empty text takes its place." in told
    assert told.count("own.env: 1 more variables are not set; empty texts take their places.") == 1


@pytest.mark.parametrize("path", ["own.env", ".env"])
def test_a_variable_that_a_file_of_variables_needs_is_a_refusal(path: str) -> None:
    text = "services: {web: {image: nginx, ports: [80], env_file: own.env}}\n"
    files = {"compose.yaml": text, "own.env": "", path: "A=${B:?say it}\n"}
    assert problems_of(files) == [f"{path}:1: the variable `B` is not set: say it."]
