"""Scenes of environments that are closed, and of those that come back."""

from tests.workflows.stage import Preview, Stage
from workflows import naming
from workflows.models import Phase


async def closed(stage: Stage, preview: Preview) -> list[str]:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.blockers = [("Certificate `shop`",)]
    await preview.close()
    await preview.ends()
    return [preview.id, removal_of(preview)]


async def closed_while_building(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.close()
    await preview.ends()
    return [preview.id]


async def closed_while_deploying(stage: Stage, preview: Preview) -> list[str]:
    """Since a removal waits no longer than it must for what is to stop."""
    stage.controls.hold("deploy_release")
    await preview.open()
    await preview.begins("deploy_release")
    await preview.close()
    await preview.ends()
    return [preview.id]


async def reopened(stage: Stage, preview: Preview) -> list[str]:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.reopen()
    stage.controls.release("delete_namespace")
    await preview.reaches(Phase.READY)
    return [preview.id]


async def reborn(stage: Stage, preview: Preview) -> list[str]:
    """The entity is terminated during its removal; the next one waits for it."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.handle.terminate("lost")
    await preview.reopen()
    await preview.says("former life")
    stage.controls.release("delete_namespace")
    await preview.reaches(Phase.READY)
    return [preview.id, removal_of(preview)]


def removal_of(preview: Preview) -> str:
    return naming.teardown_workflow_id(preview.ref.project, preview.ref.environment)
