"""The catalogue: everything that can be asked of Catalyst, and what the asker must be allowed to."""

import pytest
from temporalio import workflow

from workflows.commands import CATALOGUE, ENVIRONMENT_COMMANDS, EnvironmentKey, Permission
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
