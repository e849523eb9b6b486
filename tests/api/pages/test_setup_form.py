"""What is typed becomes a change of exactly what differs, and nothing is altered on its way through a browser."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.failures import InvalidInputError
from api.pages.setup_form import (
    LABELS,
    SHOWN,
    kept_texts,
    make_change,
    read_setup_form,
    variable_lines,
    variables_of_lines,
)
from api.schemas import Overrides
from workflows.commands import EnvironmentKey, SetOverrides
from workflows.models import ApplicationKind
from workflows.overrides import EnvironmentOverrides, OverrideChanges, changed_overrides

pytestmark = pytest.mark.spec("ENV-011")
KEY = EnvironmentKey(project="web-shop", environment="pr-shop-12")
KEPT = Overrides(
    project=KEY.project,
    environment=KEY.environment,
    start="node .",
    kind=ApplicationKind.NODE,
    port=8080,
    variables={"A": "1", "LINES": "one\ntwo", "EMPTY": ""},
)


def sent(typed: dict[str, str], kept: Overrides = KEPT) -> dict[str, str]:
    """What a browser sends after somebody has typed into these fields."""
    texts = kept_texts(kept)
    fields = texts | typed | {SHOWN + name: text for name, text in texts.items()}
    return {name: text.replace("\n", "\r\n") for name, text in fields.items()}


def change(**typed: str) -> dict[str, Any]:
    """The fields that would change."""
    made = make_change(KEY, read_setup_form(sent(typed)))
    return made.model_dump(exclude_unset=True, exclude={"project", "environment", "apply"})


def test_the_form_has_every_field_of_the_command() -> None:
    assert set(LABELS) == set(OverrideChanges.model_fields)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"start": "npm start"}, {"start": "npm start"}),
        ({"start": "  npm start "}, {"start": "npm start"}),
        ({"start": ""}, {"start": None}),
        ({"port": "3000", "dev": "vite"}, {"port": 3000, "dev": "vite"}),
        ({"port": ""}, {"port": None}),
        ({"kind": "", "workdir": "./web"}, {"kind": None, "workdir": "web"}),
        ({"image": "ghcr.io/acme/shop:{sha}"}, {"image": "ghcr.io/acme/shop:{sha}"}),
        ({"variables": "A=2\nEMPTY="}, {"variables": {"A": "2"}}),
        ({"variables": "A=1"}, {"variables": {"EMPTY": None}}),
        ({"variables": "\nB= a=b \nA=1\nEMPTY=\n"}, {"variables": {"B": " a=b "}}),
        ({"variables": ""}, {"variables": {"A": None, "EMPTY": None}}),
    ],
    ids=str,
)
def test_only_what_differs_from_what_was_shown_is_named(
    typed: dict[str, str], named: dict[str, Any]
) -> None:
    assert change(**typed) == named


def test_a_page_that_changes_nothing_is_told() -> None:
    with pytest.raises(InvalidInputError, match="nothing was changed") as caught:
        change()
    assert "Redeploy" in caught.value.hint


def test_fields_that_are_not_sent_stay_as_they_are() -> None:
    made = make_change(KEY, read_setup_form({"dev": "vite", "apply": "false"}))
    assert made == SetOverrides(**dict(KEY), dev="vite", apply=False)
    assert read_setup_form({}).apply


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("start", "a\x07b", "Start command must be one line, without control characters."),
        ("dev", "x" * 5_000, "Development command must have at most 4096 characters."),
        ("port", "80a", "Port must be a whole number, not text."),
        ("port", "٣", "Port must be a whole number, not text."),
        ("port", "9" * 5_000, "Port must be a whole number, not text."),
        ("port", "70000", "Port must be at most 65535."),
        ("workdir", "../x", "Directory must stay inside the repository: `..` is not allowed."),
        ("kind", "cobol", "Kind cannot be used"),
        ("image", "Shop", "Image must be an image such as"),
        ("variables", "A=1\noops", "Line 2 must have the form `NAME=value`."),
        ("variables", "A=1\nA=2", "Line 2 gives `A` a second time."),
        ("variables", "1A=x", "`1A` must be letters, digits and `_`"),
        ("variables", "=x", "`` must be letters, digits and `_`"),
        ("variables", "CATALYST_X=x", "`CATALYST_X` is reserved"),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_field(name: str, text: str, told: str) -> None:
    with pytest.raises(InvalidInputError, match="Nothing was saved") as caught:
        change(**{name: text})
    (wrong,) = caught.value.errors
    assert wrong["where"] == name
    assert wrong["message"].startswith(told)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        change(port="x", workdir="/", variables="oops")
    assert {each["where"] for each in caught.value.errors} == {"port", "workdir", "variables"}


def test_variables_of_several_lines_are_shown_apart_and_never_written() -> None:
    assert variable_lines(KEPT.variables) == "A=1\nEMPTY="
    assert variables_of_lines(KEPT.variables) == (("LINES", "one\ntwo"),)
    assert change(variables="") == {"variables": {"A": None, "EMPTY": None}}


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True).filter(
            lambda name: not name.startswith("CATALYST_")
        ),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
        max_size=8,
    )
)
def test_variables_survive_a_page_that_changes_something_else(variables: dict[str, str]) -> None:
    kept = KEPT.model_copy(update={"variables": variables})
    made = make_change(KEY, read_setup_form(sent({"start": "x"}, kept)))
    after = changed_overrides(EnvironmentOverrides(variables=variables), made)
    assert after.variables == variables
