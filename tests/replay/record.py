"""Plays every scene that has no golden history yet and stores its histories: `python -m tests.replay.record`."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

from temporalio.client import WorkflowHistory

from tests.replay.scenes import LONG_SCENES, SCENES
from tests.workflows.conftest import start_dev_server, start_short_server
from tests.workflows.stage import Preview, Stage

OF_THE_MACHINE = ("stackTrace", "identity", "stickyAttributes")
"""Replays need none of it; stack traces hold paths, identities host names."""
HISTORIES = Path(__file__).parent / "histories"


async def histories_of(stage: Stage, name: str) -> dict[str, WorkflowHistory]:
    """Play the scene; histories by the name of the file they belong in."""
    scene = {**SCENES, **LONG_SCENES}[name]
    ids = await scene(stage, Preview(stage))
    kinds = {"env": "environment", "rev": "revision", "down": "teardown", "report": "reporter"}
    return {
        f"{name}-{kinds.get(each.partition(':')[0], 'reconcile')}{run}": history
        for each in ids
        for run, history in (await _runs(stage, each)).items()
    }


async def _runs(stage: Stage, workflow_id: str) -> dict[str, WorkflowHistory]:
    """The history of its first run; where that has continued as new, of the second one too."""
    handle = stage.client.get_workflow_handle(workflow_id)
    begun = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
    first = await _history(stage, workflow_id, begun.first_execution_run_id)
    end = first.events[-1].workflow_execution_continued_as_new_event_attributes
    if not end.new_execution_run_id:
        return {"": first}
    second = await _history(stage, workflow_id, end.new_execution_run_id)
    return {"": first, "-continued": second}


async def _history(stage: Stage, workflow_id: str, run_id: str) -> WorkflowHistory:
    handle = stage.client.get_workflow_handle(workflow_id, run_id=run_id)
    return await handle.fetch_history()


def anonymous(history: WorkflowHistory) -> str:
    """One event a line, without what only tells of the machine that played it."""
    events = json.loads(history.to_json())["events"]
    lines = ",\n".join(json.dumps(_without(event), separators=(",", ":")) for event in events)
    return f'{{"events":[\n{lines}\n]}}'


def _without(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without(each) for key, each in value.items() if key not in OF_THE_MACHINE}
    if isinstance(value, list):
        return [_without(each) for each in value]
    # The worker's own queue is named after process and host.
    return re.sub(r"^\d+@[\w.-]+$", "worker", value) if isinstance(value, str) else value


async def record() -> None:
    """Store what is new."""
    for start, scenes in ((start_dev_server, SCENES), (start_short_server, LONG_SCENES)):
        missing = [name for name in scenes if not list(HISTORIES.glob(f"{name}-*.json"))]
        if missing:
            async with await start() as server:
                for name in missing:
                    await _store(Stage(server), name)


async def _store(stage: Stage, name: str) -> None:
    async with stage.working():
        found = await histories_of(stage, name)
    for file, history in found.items():
        (HISTORIES / f"{file}.json").write_text(anonymous(history) + "\n")
        sys.stdout.write(f"recorded {file}: {len(history.events)} events\n")


if __name__ == "__main__":
    asyncio.run(record())
    sys.stdout.flush()
    # The interpreter's exit right after using a client ends some runs with a signal.
    os._exit(0)
