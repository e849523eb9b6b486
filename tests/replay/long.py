"""Scenes that are played where histories count as long after a few steps."""

from itertools import count

from tests.replay.removed import removal_of
from tests.replay.reporting import move
from tests.replay.wishes import ALICE
from tests.workflows.stage import Preview, Stage
from workflows import naming
from workflows.environment import EnvironmentWorkflow
from workflows.errors import ClusterError, RepositoryGoneError
from workflows.models import Phase


async def continued(stage: Stage, preview: Preview) -> list[str]:
    """Environment, reporter and removal begin anew, since their histories have become long."""
    stage.control.has_reporter = True
    move(preview, installation=79)
    await preview.open()
    await preview.reaches(Phase.READY)
    await until_continued(stage, preview, preview.id)
    await until_continued(stage, preview, naming.reporter_workflow_id(79))
    stage.controls.fail("delete_namespace", lambda: ClusterError("away"), times=4)
    await preview.close()
    await preview.ends()
    return [preview.id, removal_of(preview), naming.reporter_workflow_id(79)]


async def until_continued(stage: Stage, preview: Preview, workflow_id: str) -> None:
    """Until a new run goes on; the environment hears of one event after the other meanwhile."""
    handle = stage.client.get_workflow_handle(workflow_id)
    first = (await handle.describe()).run_id
    for number in count():
        if (await handle.describe()).run_id != first:
            return
        delivery = f"{workflow_id}-{number}"
        await preview.event("edited", delivery=delivery)
        await preview.decides(delivery)


async def hurried(stage: Stage, preview: Preview) -> list[str]:
    """An environment begins anew although a look is due: each event comes during the look of the one before."""
    await preview.open()
    await preview.reaches(Phase.READY)
    first = (await preview.handle.describe()).run_id
    stage.controls.hold("read_pull_request")
    await preview.event("edited")
    while (await preview.handle.describe()).run_id == first:
        await preview.begins("read_pull_request")
        delivery = await preview.event("edited")
        stage.controls.release("read_pull_request", RepositoryGoneError("gone"))
        stage.controls.hold("read_pull_request")
        await preview.decides(delivery)
    stage.controls.release("read_pull_request")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    return [preview.id]


async def wishing(stage: Stage, preview: Preview) -> list[str]:
    """An environment begins anew although what a person asked for waits: its pull request cannot be read."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("read_pull_request", lambda: RepositoryGoneError("gone"), times=500)
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    await until_continued(stage, preview, preview.id)
    stage.controls.failures["read_pull_request"].clear()
    await preview.event("edited")
    await stage.until(lambda: len(preview.steps("deploy_release")) == 2)
    await preview.reaches(Phase.READY)
    return [preview.id]
