"""A change names what it means, and everything else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows import naming
from workflows.models import ApplicationKind, DetectionOverrides
from workflows.overrides import (
    MAX_VARIABLES,
    MAX_VARIABLES_TEXT,
    EnvironmentOverrides,
    OverrideChanges,
    changed_overrides,
    differences,
    is_any_named,
    is_possible,
    why_too_many,
)

pytestmark = pytest.mark.spec("ENV-011")

ALL = EnvironmentOverrides(
    detection=DetectionOverrides(
        workdir="web",
        kind=ApplicationKind.NODE,
        dev="npm run dev",
        start="npm start",
        build="npm run build",
        port=3000,
    ),
    variables={"DEBUG": "1", "GREETING": "hello"},
    image="ghcr.io/acme/shop:1",
)


def changed(**named: object) -> EnvironmentOverrides:
    return changed_overrides(ALL, OverrideChanges.model_validate(named))


@pytest.mark.parametrize(
    ("named", "differs"),
    [
        ({}, ()),
        ({"start": "node ."}, ("start",)),
        ({"start": "npm start"}, ()),
        ({"port": 8080, "workdir": "api"}, ("workdir", "port")),
        ({"kind": "go"}, ("kind",)),
        ({"kind": None}, ("kind",)),
        ({"workdir": "", "dev": None, "build": ""}, ("workdir", "dev", "build")),
        ({"port": None}, ("port",)),
        ({"image": ""}, ("image",)),
        ({"image": "ghcr.io/acme/shop:{branch_slug}-{short_sha}"}, ("image",)),
        ({"variables": {"DEBUG": None}}, ("variables.DEBUG",)),
        ({"variables": {"DEBUG": "", "NEW": "ü"}}, ("variables.DEBUG", "variables.NEW")),
        ({"variables": {}}, ()),
        ({"variables": None}, ("variables.DEBUG", "variables.GREETING")),
    ],
    ids=str,
)
def test_only_what_is_named_changes(named: dict[str, object], differs: tuple[str, ...]) -> None:
    assert differences(ALL, changed(**named)) == differs


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_text_leave_a_field_to_detection(nothing: str | None) -> None:
    fields = ("workdir", "kind", "dev", "start", "build", "port", "image")
    named = dict.fromkeys(fields, nothing) | {"variables": None}
    assert changed(**named) == EnvironmentOverrides()


@pytest.mark.spec("ENV-030")
def test_an_empty_variable_is_a_value_and_null_removes_one() -> None:
    assert changed(variables={"DEBUG": "", "GREETING": None}).variables == {"DEBUG": ""}


def test_a_kind_is_kept_as_one() -> None:
    assert changed(kind="python").detection.kind is ApplicationKind.PYTHON


@given(
    st.dictionaries(st.sampled_from(["dev", "start", "build"]), st.sampled_from([None, "a", "b"])),
    st.dictionaries(st.sampled_from("XYZ"), st.sampled_from([None, "", "1"])),
)
def test_a_change_made_twice_is_made_once(
    commands: dict[str, str | None], variables: dict[str, str | None]
) -> None:
    changes = OverrideChanges.model_validate({**commands, "variables": variables})
    once = changed_overrides(ALL, changes)
    assert changed_overrides(once, changes) == once
    assert {name.partition(".")[0] for name in differences(ALL, once)} <= {*commands, "variables"}


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("named", "where", "told"),
    [
        ({"start": "npm start\nrm -rf ."}, "start", "one line"),
        ({"start": "npm start\x00"}, "start", "one line"),
        ({"dev": "\x1b[2J"}, "dev", "control characters"),
        ({"build": "a\u2028b"}, "build", "one line"),
        ({"build": "x" * 4097}, "build", "4096"),
        ({"dev": "  "}, "dev", "must be a command"),
        ({"workdir": "../other"}, "workdir", "inside the repository"),
        ({"workdir": "/etc"}, "workdir", "relative"),
        ({"workdir": ".git/hooks"}, "workdir", r"\.git"),
        ({"workdir": "a" * 513}, "workdir", "512"),
        ({"port": 0}, "port", "greater than or equal to 1"),
        ({"port": 65536}, "port", "65535"),
        ({"port": True}, "port", "integer"),
        ({"port": "8080"}, "port", "integer"),
        ({"kind": "none"}, "kind", "'compose'"),
        ({"image": "Acme/Shop"}, "image", "must be an image such as"),
        ({"image": "shop:{commit}"}, "image", r"holds `{commit}`; the tag may hold `{sha}`"),
        ({"image": "shop:{sha"}, "image", "must be an image such as"),
        ({"variables": {"CATALYST_URL": "x"}}, "variables", "reserved"),
        ({"variables": {"catalyst_url": "x"}}, "variables", "reserved"),
        ({"variables": {"1ST": "x"}}, "variables", "pattern"),
        ({"variables": {"A B": "x"}}, "variables", "pattern"),
        ({"variables": {"A": "x\x00"}}, "variables", "NUL"),
        ({"variables": {"A": 5}}, "variables", "string"),
        ({"variables": {"A": "x" * (32 * 1024 + 1)}}, "variables", "32768"),
        ({"variables": {f"V{n}": None for n in range(MAX_VARIABLES + 1)}}, "variables", "200"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    named: dict[str, object], where: str, told: str
) -> None:
    with pytest.raises(ValidationError, match=told) as raised:
        OverrideChanges.model_validate(named)
    assert {each["loc"][0] for each in raised.value.errors()} == {where}


def test_a_command_may_hold_what_shells_take() -> None:
    command = 'PORT=80 npm run "dev server" -- --host 0.0.0.0 && echo ✓ | cat > /tmp/x'
    assert changed(start=command).detection.start == command


def test_a_change_that_names_nothing_is_known_as_one() -> None:
    assert not is_any_named(OverrideChanges())
    assert is_any_named(OverrideChanges(start=None))
    assert is_any_named(OverrideChanges.model_validate({"image": ""}))


def test_variables_have_a_limit_together() -> None:
    assert why_too_many({"A": "x" * (MAX_VARIABLES_TEXT - 1)}) == ""
    assert "131,073 characters" in why_too_many({"A": "x" * MAX_VARIABLES_TEXT})
    assert why_too_many({f"V{n}": "" for n in range(MAX_VARIABLES)}) == ""
    assert "201 variables" in why_too_many({f"V{n}": "" for n in range(MAX_VARIABLES + 1)})


@pytest.mark.parametrize(
    ("environment", "is_one"),
    [
        ("pr-shop-12", True),
        ("pr-web-shop-1", True),
        ("pr-shop-0", False),
        ("pr-shop-012", False),
        ("pr-shop-", False),
        ("pr-shop", False),
        ("pr-shp-12", False),
        ("shop-12", False),
        ("pr-shop-²", False),
        (naming.environment_name("s" * 60, 12), False),
    ],
)
def test_a_name_that_no_pull_request_of_the_project_can_have_is_told_apart(
    environment: str, is_one: bool
) -> None:
    assert is_possible(environment, ["shop", "web-shop", "s" * 60]) is is_one
