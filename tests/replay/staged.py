"""Scenes of revisions that come up in stages, or of several repositories."""

from tests.workflows.stage import Preview, Stage, commit
from tests.workflows.staged import along, staged_plan, with_extras
from workflows.errors import RolloutFailedError
from workflows.models import Phase
from workflows.models import messages as m


async def in_stages(stage: Stage, preview: Preview) -> list[str]:
    """Three stages, and one more once the URL answers."""
    stage.cluster.plan = staged_plan(preview)
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]


async def failed_in_a_stage(stage: Stage, preview: Preview) -> list[str]:
    stage.cluster.plan = staged_plan(preview)
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError("the job `migrate` failed"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    return [preview.id, snapshot.revisions[0].id]


async def failed_half_of_the_way(stage: Stage, preview: Preview) -> list[str]:
    """The front is the update's already when another component keeps crashing."""
    await preview.open()
    await preview.reaches(Phase.READY)
    web = m.SeenComponent(component="web", is_new=True)
    worker = m.SeenComponent(component="worker", is_coming=True)
    stage.cluster.seen[commit("b")] = m.ReadServingResult(
        url=stage.cluster.url, front=web, components=(web, worker)
    )
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError("the worker crashes"))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    return [preview.id, snapshot.revisions[0].id]


async def superseded_in_a_stage(stage: Stage, preview: Preview) -> list[str]:
    """Of the second release, before the main one is touched."""
    stage.cluster.plan = with_extras(preview)
    stage.controls.hold("wait_for_rollout")
    await preview.open()
    await stage.until(lambda: preview.steps("wait_for_rollout"))
    await preview.push("b")
    await stage.until(lambda: len(preview.steps("plan_revision")) == 2)
    stage.controls.release("wait_for_rollout")
    snapshot = await preview.reaches(Phase.READY, "b")
    return [preview.id, snapshot.revisions[1].id]


async def followed(stage: Stage, preview: Preview) -> list[str]:
    """An environment that another source came along with tells of its own head, and follows that one's pull request."""
    other = Preview(stage)
    stage.control.siblings = ("env:nobody:pr-x-1",)
    stage.cluster.plan = along(preview, "a")
    await other.open()
    await other.reaches(Phase.READY)
    stage.control.siblings = (other.id,)
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.plan = along(preview, "b")
    await preview.push("b")
    await stage.until(lambda: len(other.steps("plan_revision")) == 2)
    snapshot = await other.reaches(Phase.READY)
    return [other.id, snapshot.revisions[0].id]
