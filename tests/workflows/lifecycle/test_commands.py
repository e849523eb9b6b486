"""What people ask of an environment is answered at once, and refused with a reason."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.replay.wishes import wished_meanwhile
from tests.workflows.stage import Preview, Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError, ClusterError
from workflows.models import Phase, RevisionState
from workflows.models import messages as m

ALICE = m.PersonCommand(actor="alice")


async def refused(work: object) -> ApplicationError:
    """Why an update was refused."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await work  # type: ignore[misc]  # an update's coroutine
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause


@pytest.mark.spec("FR-011", "FR-016", "US5")
async def test_a_failed_revision_can_be_retried(stage: Stage, preview: Preview) -> None:
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.open()
    failed = await preview.reaches(Phase.FAILED)
    result = await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    assert result.message
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "retry by alice"
    assert snapshot.revisions[0].commit == failed.revisions[0].commit
    await stage.until(lambda: stage.control.decisions[-1].event == "command")
    assert stage.control.decisions[-1].reason == "retry by alice"


@pytest.mark.spec("FR-011")
async def test_a_retry_is_refused_while_the_revision_is_at_work_or_has_succeeded(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    error = await refused(preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE))
    assert error.type == "Conflict"
    assert "still at work" in error.message
    stage.controls.release("build_image")
    await preview.reaches(Phase.READY)
    error = await refused(preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE))
    assert error.type == "Conflict"


async def test_a_redeploy_replaces_whatever_is_at_work(stage: Stage, preview: Preview) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    await stage.until(lambda: len(preview.steps("build_image")) == 2)
    stage.controls.release("build_image")
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "redeploy by alice"
    assert snapshot.revisions[1].state is RevisionState.SUPERSEDED
    preview.assert_one_after_another()


async def test_a_wish_that_comes_while_something_else_is_stopped_is_kept(
    stage: Stage, preview: Preview
) -> None:
    """A draft that was redeployed is pushed to: that push is skipped, and a redeploy accepted meanwhile is not."""
    await wished_meanwhile(stage, preview)
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.revisions[0].trigger == "redeploy by alice"
    assert len(snapshot.revisions) == 2


async def test_a_deleted_environment_stays_away_until_a_push(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    snapshot = await preview.reaches(Phase.DELETED)
    assert snapshot.reason == "stopped by alice"
    await preview.event("edited")
    await stage.until(lambda: stage.control.decisions[-1].decision == "stay")
    assert len(preview.steps("plan_revision")) == 1
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")


@pytest.mark.parametrize("how", ["redeploy", "reopened"])
async def test_a_deleted_environment_comes_back_by_redeploy_or_reopening(
    stage: Stage, preview: Preview, how: str
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    await preview.reaches(Phase.DELETED)
    if how == "redeploy":
        await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    else:
        await preview.event("reopened")
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.serving is not None
    assert snapshot.commit == commit("a")


@pytest.mark.spec("FR-008")
async def test_a_deleted_environment_is_not_removed_again_when_its_pull_request_closes(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    await preview.reaches(Phase.DELETED)
    await preview.close()
    await preview.ends()
    assert len(preview.steps("delete_namespace")) == 1


async def test_a_delete_works_while_github_is_away_and_before_the_first_look(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.fail("read_pull_request", lambda: ClusterError("502"))
    stage.controls.hold("read_pull_request")
    await preview.open()
    await stage.until(lambda: stage.diary.count("read_pull_request") == 2)
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    await preview.reaches(Phase.DELETED)
    stage.controls.release("read_pull_request")
    assert preview.steps("plan_revision") == []
    await preview.event("edited")
    await stage.until(lambda: stage.control.decisions[-1].decision == "stay")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")


async def test_a_delete_stops_the_revision_at_work(stage: Stage, preview: Preview) -> None:
    stage.controls.hold("deploy_release")
    await preview.open()
    await preview.begins("deploy_release")
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    await preview.reaches(Phase.DELETED)
    assert preview.steps("deploy_release")[0].outcome == "cancelled"
    assert stage.cluster.namespaces == {}


async def test_commands_about_a_closed_pull_request_are_refused(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("uninstall_release")
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.close()
    await preview.begins("uninstall_release")
    for update in (EnvironmentWorkflow.retry, EnvironmentWorkflow.redeploy):
        error = await refused(preview.handle.execute_update(update, ALICE))
        assert error.message == "the pull request is closed"
    stage.controls.release("uninstall_release")
    await preview.ends()


@pytest.mark.invariant(7)
async def test_a_fork_runs_only_after_approval_of_exactly_its_commit(
    stage: Stage, preview: Preview
) -> None:
    preview.set(is_fork=True)
    await preview.open()
    snapshot = await preview.reaches(Phase.PENDING)
    assert snapshot.reason == f"fork: needs approval of {commit('a')}"
    assert preview.steps() == []
    for update in (EnvironmentWorkflow.retry, EnvironmentWorkflow.redeploy):
        assert (await refused(preview.handle.execute_update(update, ALICE))).type == "Conflict"

    wrong = m.ApproveCommand(actor="alice", commit=commit("b"))
    error = await refused(preview.handle.execute_update(EnvironmentWorkflow.approve, wrong))
    assert error.type == "StaleCommit"
    assert commit("a") in error.message

    right = m.ApproveCommand(actor="alice", commit=commit("a"))
    await preview.handle.execute_update(EnvironmentWorkflow.approve, right)
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "approved by alice"

    await preview.push("b")
    snapshot = await preview.reaches(Phase.PENDING, "b")
    assert snapshot.reason == f"fork: needs approval of {commit('b')}"
    assert snapshot.serving is not None
    assert [step.commit for step in preview.steps("plan_revision")] == [commit("a")]


@pytest.mark.invariant(7)
async def test_a_push_to_a_fork_stops_the_approved_commit_at_work(
    stage: Stage, preview: Preview
) -> None:
    preview.set(is_fork=True)
    await preview.open()
    await preview.reaches(Phase.PENDING)
    stage.controls.hold("build_image")
    approve = m.ApproveCommand(actor="alice", commit=commit("a"))
    await preview.handle.execute_update(EnvironmentWorkflow.approve, approve)
    await preview.begins("build_image")
    await preview.push("b")
    snapshot = await preview.reaches(Phase.PENDING, "b")
    await stage.until(lambda: not stage.diary.running("build_image"))
    await preview.event("edited")
    await stage.until(lambda: len(stage.control.decisions) == 4)
    snapshot = await preview.snapshot()
    assert snapshot.revisions[0].state is RevisionState.SUPERSEDED
    assert len(preview.steps("plan_revision")) == 1


async def test_only_forks_can_be_approved(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    approve = m.ApproveCommand(actor="alice", commit=commit("a"))
    error = await refused(preview.handle.execute_update(EnvironmentWorkflow.approve, approve))
    assert error.type == "Conflict"


async def test_commands_sent_together_lead_to_one_deployment(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    await asyncio.gather(
        *(preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE) for _ in range(3))
    )
    await stage.until(lambda: len(preview.steps("deploy_release")) >= 2)
    await preview.reaches(Phase.READY)
    preview.assert_one_after_another()
