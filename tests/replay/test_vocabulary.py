"""Whatever workflows hear and ask for stands in some recorded history: what is new is recorded, or its next change
would go unnoticed.
"""

import ast
import importlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from temporalio import activity, workflow
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

import workflows
from tests.replay.record import HISTORIES
from worker.workers import WORKFLOWS
from workflows.ports import ALL_PORTS

pytestmark = pytest.mark.invariant(9)
ADVICE = "add a scene to tests/replay/scenes.py, then `python -m tests.replay.record`"


@cache
def events() -> list[HistoryEvent]:
    return [
        event
        for path in sorted(HISTORIES.glob("*.json"))
        for event in WorkflowHistory.from_json(path.stem, path.read_text()).events
    ]


def recorded(name: Callable[[HistoryEvent], str]) -> set[str]:
    return {name(event) for event in events()} - {""}


def test_every_workflow_has_a_recorded_history() -> None:
    wanted = {workflow._Definition.must_from_class(each).name for each in WORKFLOWS}
    assert wanted <= recorded(
        lambda event: event.workflow_execution_started_event_attributes.workflow_type.name
    ), ADVICE


def test_every_activity_stands_in_a_recorded_history() -> None:
    methods = [getattr(port, name) for port in ALL_PORTS for name in port.__abstractmethods__]
    wanted = {activity._Definition.must_from_callable(each).name for each in methods}
    assert wanted <= recorded(
        lambda event: event.activity_task_scheduled_event_attributes.activity_type.name
    ), ADVICE


def test_every_signal_stands_in_a_recorded_history() -> None:
    definitions = [workflow._Definition.must_from_class(each) for each in WORKFLOWS]
    wanted = {name for each in definitions for name in each.signals}
    assert wanted <= recorded(
        lambda event: event.workflow_execution_signaled_event_attributes.signal_name
    ), ADVICE


def test_every_command_stands_in_a_recorded_history() -> None:
    definitions = [workflow._Definition.must_from_class(each) for each in WORKFLOWS]
    wanted = {name for each in definitions for name in each.updates}
    assert wanted <= recorded(
        lambda event: (
            event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        )
    ), ADVICE


def test_every_patch_stands_in_a_recorded_history() -> None:
    assert set(patches()) <= recorded(_patch_of), ADVICE


def patches() -> Iterator[str]:
    """Ids given to `workflow.patched`, written there or as a constant of the module."""
    (folder,) = workflows.__path__
    for path in Path(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "workflow.patched":
                (argument,) = node.args
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)
                else:
                    module = path.relative_to(Path(folder).parent).with_suffix("")
                    names = vars(importlib.import_module(".".join(module.parts)))
                    yield str(names[ast.unparse(argument)])


def _patch_of(event: HistoryEvent) -> str:
    details = event.marker_recorded_event_attributes.details
    if "patch-data" not in details:
        return ""
    (payload,) = details["patch-data"].payloads
    return str(json.loads(payload.data)["id"])
