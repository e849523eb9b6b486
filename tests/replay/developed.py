"""Scenes of environments in development mode."""

from tests.workflows.developed import TELL, developed_plan
from tests.workflows.stage import Preview, Stage
from workflows.environment import EnvironmentWorkflow
from workflows.errors import DevelopmentError
from workflows.models import Phase
from workflows.models import messages as m


async def in_place(stage: Stage, preview: Preview) -> list[str]:
    """Brought in with its release, and by the next push without."""
    stage.cluster.plan = developed_plan(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.push("b")
    snapshot = await preview.reaches(Phase.READY, "b")
    return [preview.id, snapshot.revisions[0].id]


async def jobs_on_code(stage: Stage, preview: Preview) -> list[str]:
    """A job once the URL answers."""
    stage.cluster.plan = developed_plan(preview, after_health=(TELL,))
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]


async def on_host(stage: Stage, preview: Preview) -> list[str]:
    """The code is a directory of the node."""
    stage.cluster.plan = developed_plan(preview, is_on_host=True)
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]


async def degraded(stage: Stage, preview: Preview) -> list[str]:
    """The command fails, and is run again by a person."""
    stage.cluster.plan = developed_plan(preview)
    stage.controls.fail("await_development", lambda: DevelopmentError("it has ended"))
    await preview.open()
    snapshot = await preview.reaches(Phase.DEGRADED)
    alice = m.PersonCommand(actor="alice")
    await preview.handle.execute_update(EnvironmentWorkflow.retry, alice)
    await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]
