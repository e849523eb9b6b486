"""How problems of a `.catalyst.yaml` are told: all at once, in their order, and nothing crashes."""

import json

import pytest
from hypothesis import given

from tests.workflows.repo_config.configs import (
    CONFIG_LIKE,
    JSON,
    mapping,
    parse,
    problems,
)
from workflows.errors import MAX_EXCERPT_LINES, to_failure
from workflows.models import FailureKind
from workflows.repo_config import ConfigError, parse_config


def test_rules_pass_over_parts_that_are_of_a_wrong_type_anyway() -> None:
    text = "version: 1\nroutes: [1, {path: 2}]\nservices: {a: 1}\nvariables: [A]\nsecrets: [1]\n"
    messages = [problem.message for problem in problems(text)]
    assert messages == [
        "`routes[0]` must be keys and values, not a number",
        "`routes[1].path` must be text, not a number",
        "`services.a` must be keys and values, not a number",
        "`variables` must be keys and values, not a list",
        "`secrets[0]` must be text, not a number",
    ]


@pytest.mark.spec("FR-009")
def test_all_problems_are_said_at_once_in_the_order_of_the_file() -> None:
    text = "ttl: 3\nport: x\nsecrets: [A, A]\nroutes:\n  - {}\n  - pth: /\n"
    with pytest.raises(ConfigError) as caught:
        parse(text)
    lines = [(problem.line, problem.column) for problem in caught.value.problems]
    assert lines == sorted(lines)
    failure = to_failure(caught.value)
    assert failure.kind is FailureKind.USER
    assert failure.message == "`.catalyst.yaml` has 6 problems"
    assert (
        failure.excerpt[1]
        == ".catalyst.yaml:1:1: `ttl` must be a duration with units such as `3d`, `12h` or `1h30m`"
    )
    assert (
        ".catalyst.yaml:6:5: unknown key `pth` in `routes[1]`; did you mean `path`?"
        in failure.excerpt
    )


def test_a_long_list_of_problems_is_cut_in_comments_and_complete_in_the_error() -> None:
    text = "version: 1\n" + "".join(f"wrong{number}: 1\n" for number in range(99))
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert len(caught.value.problems) == 99
    assert len(caught.value.excerpt) == MAX_EXCERPT_LINES
    assert caught.value.excerpt[0].startswith(".catalyst.yaml:2:1:")


def test_characters_that_are_none_are_refused_too() -> None:
    with pytest.raises(ConfigError, match="the file cannot be used"):
        parse_config({"version": 1, "template": "\ud800"})


@given(JSON)
def test_no_value_crashes_the_parser(value: object) -> None:
    _parse_or_refuse(value)


@given(CONFIG_LIKE)
def test_no_value_that_looks_like_a_config_crashes_the_parser(value: object) -> None:
    _parse_or_refuse(mapping(value))


def _parse_or_refuse(value: object) -> None:
    loaded = json.loads(json.dumps(value))
    try:
        config = parse_config(loaded)
    except ConfigError as error:
        assert error.problems  # noqa: PT017 -- either outcome is right, a refusal without a reason is not
    else:
        assert config.version == 1
