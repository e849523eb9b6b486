"""Scenes of wishes that wait, and of builds beside one that fails."""

from tests.workflows.stage import Preview, Stage
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError
from workflows.models import Phase
from workflows.models import messages as m

ALICE = m.PersonCommand(actor="alice")


async def wished_meanwhile(stage: Stage, preview: Preview) -> list[str]:
    """A redeploy is accepted while an older one is stopped for a push that is skipped."""
    preview.set(is_draft=True)
    await preview.open()
    await preview.says("skipped: draft")
    stage.controls.hold("build_image")
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    await preview.begins("build_image")
    stage.controls.hold("stop_builds")
    await preview.push("b")
    await stage.until(lambda: preview.steps("stop_builds"))
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    stage.controls.release("build_image")
    stage.controls.release("stop_builds")
    await preview.reaches(Phase.READY, "b")
    return [preview.id]


async def failed_beside(stage: Stage, preview: Preview) -> list[str]:
    """One of two builds fails, by a user's fault; the other one is confirmed stopped."""
    stage.cluster.builds = ("web", "worker")
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    return [preview.id, snapshot.revisions[0].id]
