"""Several repositories in one environment: each image from its own commit, and siblings hear of each other's heads."""

import pytest

from tests.workflows.stage import Preview, Stage, commit
from tests.workflows.staged import along
from workflows.environment import EnvironmentWorkflow
from workflows.errors import StoreError
from workflows.models import Phase, RevisionState
from workflows.models import messages as m
from workflows.planning import news_of

pytestmark = pytest.mark.spec("ENV-016")


async def together(stage: Stage, preview: Preview) -> Preview:
    """An environment that serves with the preview's repository at `a`; it is told from now on."""
    other = Preview(stage)
    stage.cluster.plan = along(preview, "a")
    await other.open()
    await other.reaches(Phase.READY)
    stage.control.siblings = (other.id,)
    return other


async def test_each_image_is_built_from_its_own_source(stage: Stage, preview: Preview) -> None:
    other = await together(stage, preview)
    built = {each.build.component: each for each in stage.cluster.built}
    assert built["web"].source is None
    assert built["web"].built_commit == commit("a")
    assert built["other-web"].source is not None
    assert built["other-web"].source.repository == preview.pull_request.repository
    snapshot = await other.snapshot()
    assert [each.name for each in snapshot.revisions[0].sources] == ["other"]


async def test_an_environment_follows_the_pull_request_of_what_came_along(
    stage: Stage, preview: Preview
) -> None:
    other = await together(stage, preview)
    stage.cluster.plan = along(preview, "b")
    preview.set(head_commit=commit("b"))
    await preview.open()
    await stage.until(lambda: len(other.steps("plan_revision")) == 2)
    await stage.until(lambda: len(other.steps("check_health")) == 2)
    snapshot = await other.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "other moved to bbbbbbb"
    assert snapshot.revisions[0].commit == commit("a"), "its own head has not moved"
    asked = stage.control.asked[-1]
    assert (asked.repository_id, asked.branch) == (
        preview.pull_request.repository_id,
        "feature/cart",
    )
    told = [each for each in stage.control.decisions if each.event == "sibling"]
    assert [(each.decision, each.reason) for each in told] == [
        ("deploy", "deploying aaaaaaa: other moved to bbbbbbb")
    ]


async def test_a_revision_at_work_is_replaced_by_one_with_the_new_commit(
    stage: Stage, preview: Preview
) -> None:
    other = await together(stage, preview)
    stage.controls.hold("build_image")
    await other.push("c")
    await other.begins("build_image", "c")
    await other.handle.signal(
        EnvironmentWorkflow.sibling_moved,
        news_of(preview.pull.model_copy(update={"head_commit": commit("b")})),
    )
    await stage.until(lambda: len(other.steps("plan_revision")) == 3)
    stage.controls.release("build_image")
    snapshot = await other.reaches(Phase.READY, "c")
    assert [each.state for each in snapshot.revisions[:2]] == [
        RevisionState.SUCCEEDED,
        RevisionState.SUPERSEDED,
    ]
    other.assert_one_after_another()


async def test_what_is_not_followed_is_recorded_with_the_reason(
    stage: Stage, preview: Preview
) -> None:
    other = await together(stage, preview)
    moved = news_of(preview.pull.model_copy(update={"head_branch": "elsewhere"}))
    await other.handle.signal(EnvironmentWorkflow.sibling_moved, moved)
    await stage.until(lambda: any(each.decision == "keep" for each in stage.control.decisions))
    [kept] = [each for each in stage.control.decisions if each.decision == "keep"]
    assert "not `elsewhere`" in kept.reason
    assert len(other.steps("plan_revision")) == 1


async def test_a_store_that_is_away_holds_up_no_deployment(stage: Stage, preview: Preview) -> None:
    stage.controls.fail("find_siblings", lambda: StoreError("away"), times=1)
    await preview.open()
    await preview.reaches(Phase.READY)
    await stage.until(lambda: len(preview.steps("find_siblings")) >= 1)


async def test_a_sibling_that_is_over_does_no_harm(stage: Stage, preview: Preview) -> None:
    stage.control.siblings = ("env:nobody:pr-nothing-1",)
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    await stage.until(lambda: len(preview.steps("find_siblings")) == 2)


async def test_a_head_is_told_once_however_often_it_is_looked_at(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.decides(await preview.event("edited"))
    assert len(preview.steps("find_siblings")) == 1


async def test_one_that_is_closed_meanwhile_tells_nobody(stage: Stage, preview: Preview) -> None:
    preview.set(is_open=False)
    await preview.event("edited")
    await preview.ends()
    assert preview.steps("find_siblings") == []
    assert m.FindSiblingsResult().workflow_ids == ()
