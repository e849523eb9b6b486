"""What is told to serve after an update that ended before it was through."""

import pytest

from tests.workflows.lifecycle.test_commands import ALICE
from tests.workflows.stage import Preview, Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError, ClusterError, RolloutFailedError
from workflows.models import Apart, Phase
from workflows.models import messages as m


def half_way() -> m.ReadServingResult:
    """The front is the update's; the worker is not up."""
    web = m.SeenComponent(component="web", is_new=True)
    worker = m.SeenComponent(component="worker", is_coming=True)
    return m.ReadServingResult(url="http://shop/", front=web, components=(web, worker))


@pytest.mark.spec("FR-009", "ENV-012")
async def test_an_update_that_failed_half_of_the_way_is_told_as_it_is(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError("the worker crashes"))
    stage.cluster.seen[commit("b")] = half_way()
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("b"), False)
    assert snapshot.serving.apart == (Apart(component="worker"),)
    [seen] = preview.steps("read_serving")
    settled = preview.steps("settle_release")[-1:]
    assert all(each.ended is not None and each.ended < seen.begun for each in settled)
    await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.serving is not None
    assert (snapshot.serving.is_healthy, snapshot.serving.apart) == (True, ())


@pytest.mark.spec("FR-007", "FR-009", "ENV-012")
async def test_an_update_superseded_half_of_the_way_is_told_too(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("wait_for_rollout")
    await preview.push("b")
    await preview.begins("wait_for_rollout", "b")
    stage.cluster.seen[commit("b")] = half_way()
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.push("c")
    snapshot = await preview.reaches(Phase.FAILED, "c")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("b"), False)
    assert snapshot.serving.apart == (Apart(component="worker"),)


@pytest.mark.spec("FR-009")
async def test_a_cluster_that_does_not_say_what_serves_changes_nothing_and_holds_nobody_up(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError("it crashes"))
    stage.controls.fail("read_serving", lambda: ClusterError("no answer"))
    stage.controls.fail("read_serving", lambda: ClusterError("no answer"))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("a"), True)
    assert len(preview.steps("read_serving")) == 2


async def test_a_build_that_fails_leaves_nothing_to_look_at(stage: Stage, preview: Preview) -> None:
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.open()
    await preview.reaches(Phase.FAILED)
    assert preview.steps("read_serving") == []
