"""The catalogue: everything that can be asked of Catalyst, and what the asker must be allowed to."""

import pytest
from pydantic import ValidationError
from temporalio import workflow

from workflows.commands import (
    CATALOGUE,
    ENVIRONMENT_COMMANDS,
    MAX_COMMAND,
    CreateAgentEnvironment,
    EnvironmentKey,
    Execute,
    Permission,
)
from workflows.environment import EnvironmentWorkflow


def test_a_name_stands_for_one_command() -> None:
    names = [command.name for command in CATALOGUE]
    assert len(set(names)) == len(names)


@pytest.mark.invariant(8)
def test_who_may_only_view_changes_nothing() -> None:
    for command in CATALOGUE:
        assert command.is_change is (command.permission is not Permission.VIEW), command.name


def test_an_environment_hears_exactly_the_commands_that_change_it() -> None:
    heard = set(workflow._Definition.must_from_class(EnvironmentWorkflow).updates)
    assert set(ENVIRONMENT_COMMANDS) == heard
    for command in CATALOGUE:
        if command.name in heard:
            assert command.is_change
            assert issubclass(command.input, EnvironmentKey)


@pytest.mark.spec("OPS-5", "ENV-022")
@pytest.mark.parametrize(
    ("branch", "is_fine"),
    [
        *((each, True) for each in ("", "main", "feature/cart", "v1.2", "a@b", "x-", "#12", "=")),
        *(
            (each, False)
            for each in ("-x", "/x", "x/", "a//b", "a..b", ".x", "a/.b", "x.", "x.lock")
        ),
        *(
            (each, False)
            for each in ("x.lock/y", "a b", "a~1", "a^", "a:b", "a\\b", "a\nb", "é", "@{1}")
        ),
    ],
)
def test_a_branch_is_what_git_takes_for_one(branch: str, is_fine: bool) -> None:
    if is_fine:
        assert CreateAgentEnvironment(project="acme-shop", branch=branch).branch == branch
    else:
        with pytest.raises(ValidationError, match="must be the name of a branch"):
            CreateAgentEnvironment(project="acme-shop", branch=branch)


@pytest.mark.spec("OPS-5", "OPS-4")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"command": ()}, "at least 1 item"),
        ({"command": ("", "x")}, "must begin with a program"),
        ({"command": ("x\0",)}, "pattern"),
        ({"command": ("x" * 30_000,) * 3}, f"at most {MAX_COMMAND} characters in all"),
        *(({"directory": each}, "below `/code`") for each in ("/etc", "..", "a/../b", "../a")),
        ({"timeout_seconds": 0}, "greater than or equal to 1"),
    ],
)
def test_a_command_that_cannot_be_run_is_refused(wrong: dict[str, object], words: str) -> None:
    fine = {"project": "acme-shop", "environment": "pr-shop-7", "command": ("ls",)}
    assert Execute.model_validate({**fine, "directory": "a/..b"}).timeout_seconds == 60
    with pytest.raises(ValidationError, match=words):
        Execute.model_validate({**fine, **wrong})
