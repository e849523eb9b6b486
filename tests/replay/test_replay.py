"""Histories of every earlier release replay with the code of today (invariant 9)."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.replay.record import HISTORIES, histories_of
from tests.replay.scenes import LONG_SCENES, SCENES
from tests.workflows.stage import Stage
from worker.workers import WORKFLOWS
from workflows import wire


def replayer() -> Replayer:
    """Without a limit to a workflow's time: on a busy machine 2 s may pass before it gets a processor."""
    return Replayer(
        workflows=WORKFLOWS,
        workflow_runner=wire.make_sandbox(),
        data_converter=wire.DATA_CONVERTER,
        debug_mode=True,
    )


@pytest.mark.invariant(9)
@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_history_replays(path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    asyncio.run(replayer().replay_workflow(history))


@pytest.mark.invariant(9)
def test_every_scene_has_a_recorded_history() -> None:
    recorded = {path.stem.partition("-")[0] for path in HISTORIES.glob("*.json")}
    assert recorded == {*SCENES, *LONG_SCENES}


@pytest.mark.invariant(9)
@pytest.mark.parametrize("name", SCENES)
async def test_what_was_just_played_replays(stage: Stage, name: str) -> None:
    played = await histories_of(stage, name)
    assert played
    for history in played.values():
        await replayer().replay_workflow(history)


@pytest.mark.invariant(9)
@pytest.mark.parametrize("name", LONG_SCENES)
async def test_what_was_just_continued_replays(short_stage: Stage, name: str) -> None:
    played = await histories_of(short_stage, name)
    assert any(each.endswith("-continued") for each in played)
    for history in played.values():
        await replayer().replay_workflow(history)


def test_recorded_histories_tell_nothing_of_the_machine_that_played_them() -> None:
    for path in HISTORIES.glob("*.json"):
        text = path.read_text()
        assert "site-packages" not in text
        assert "Traceback" not in text
