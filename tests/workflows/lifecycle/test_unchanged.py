"""A push that touches nothing that matters: nothing is deployed, and nobody says that it was (invariant 3)."""

import pytest

from tests.workflows.stage import Preview, Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.errors import ManifestError
from workflows.models import EnvironmentSnapshot, Phase, RevisionState
from workflows.models import messages as m
from workflows.rendering import Links, render_comment

WHY = "Only `README.md` changed."


async def push_what_matters_not(stage: Stage, preview: Preview) -> EnvironmentSnapshot:
    """`b`, over `a` that serves."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.plan = {"unchanged": WHY}
    await preview.push("b")
    return await preview.reaches(Phase.READY, "b")


@pytest.mark.invariant(3)
async def test_what_serves_stays_the_older_commit_everywhere(
    stage: Stage, preview: Preview
) -> None:
    snapshot = await push_what_matters_not(stage, preview)
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("a")
    assert snapshot.serving.url == stage.cluster.url
    assert snapshot.reason == f"unchanged: {WHY}"
    newest = snapshot.revisions[0]
    assert (newest.commit, newest.state) == (commit("b"), RevisionState.SUCCEEDED)
    assert newest.unchanged == WHY
    assert newest.reasons[0] == f"unchanged: {WHY}"
    comment = render_comment(snapshot, Links())
    assert f"still serves `{commit('a')[:7]}`" in comment
    assert len(stage.cluster.planned) == 2
    assert stage.cluster.planned[1].serving == commit("a")
    for step in ("ensure_namespace", "copy_secrets", "build_image", "deploy_release"):
        assert len(preview.steps(step)) == 1


async def test_the_reason_is_still_told_after_a_further_look(
    stage: Stage, preview: Preview
) -> None:
    await push_what_matters_not(stage, preview)
    await preview.decides(await preview.event("edited"))
    assert (await preview.snapshot()).reason == f"unchanged: {WHY}"


async def test_the_next_push_is_compared_with_what_serves(stage: Stage, preview: Preview) -> None:
    await push_what_matters_not(stage, preview)
    stage.cluster.plan = {}
    await preview.push("c")
    snapshot = await preview.reaches(Phase.READY, "c")
    assert stage.cluster.planned[2].serving == commit("a")
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("c")
    assert snapshot.reason == ""


async def test_a_person_who_asks_for_it_gets_a_deployment(stage: Stage, preview: Preview) -> None:
    await push_what_matters_not(stage, preview)
    await preview.handle.execute_update(
        EnvironmentWorkflow.redeploy, m.PersonCommand(actor="alice")
    )
    await stage.until(lambda: (last := preview.last()) and len(last.revisions) == 3)
    snapshot = await preview.reaches(Phase.READY)
    assert stage.cluster.planned[2].serving == ""
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("b")
    assert len(preview.steps("deploy_release")) == 2


async def test_after_a_failure_everything_is_deployed(stage: Stage, preview: Preview) -> None:
    """What failed may have changed half of the release."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("deploy_release", lambda: ManifestError("it is wrong"))
    await preview.push("b")
    await preview.reaches(Phase.FAILED, "b")
    stage.cluster.plan = {"unchanged": WHY}
    await preview.push("c")
    snapshot = await preview.reaches(Phase.READY, "c")
    assert stage.cluster.planned[2].serving == ""
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("c"), "nothing is unchanged where nothing is known"
