"""Revisions and removals whose entity is gone, or that are cancelled before they have begun."""

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import is_cancelled_exception

from tests.workflows.lifecycle.test_backups import plan_with
from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, wire
from workflows.environment import EnvironmentWorkflow
from workflows.errors import NameTakenError
from workflows.models import Phase, Reset, Restore
from workflows.models import messages as m
from workflows.revision import RevisionWorkflow
from workflows.teardown import TeardownWorkflow


def revision_of(preview: Preview) -> m.RevisionInput:
    ref = preview.ref.model_copy(update={"namespace": "acme-shop"})
    return m.RevisionInput(
        ref=ref,
        pull_request=preview.pull_request,
        commit=commit("a"),
        number=1,
        id=naming.revision_workflow_id(ref.project, ref.environment, "12345678", 1),
        environment_workflow_id=preview.id,
    )


async def test_a_revision_goes_on_when_nobody_follows_it(stage: Stage, preview: Preview) -> None:
    request = revision_of(preview)
    result = await stage.client.execute_workflow(
        RevisionWorkflow.run, request, id=request.id, task_queue=wire.WORKFLOWS_QUEUE
    )
    assert result.state == "succeeded"


async def test_a_reset_is_carried_out_when_nobody_follows_it(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = {"services": ("db",)}
    resets = (Reset(id="1", service="db"),)
    request = revision_of(preview).model_copy(update={"resets": resets})
    result = await stage.client.execute_workflow(
        RevisionWorkflow.run, request, id=request.id, task_queue=wire.WORKFLOWS_QUEUE
    )
    assert result.state == "succeeded"
    assert [each.services for each in stage.cluster.reset] == [("db",)]


async def test_a_restore_is_carried_out_when_nobody_follows_it(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    restores = (Restore(id="1", service="db", backup="db-20260302T030000Z"),)
    request = revision_of(preview).model_copy(update={"restores": restores})
    result = await stage.client.execute_workflow(
        RevisionWorkflow.run, request, id=request.id, task_queue=wire.WORKFLOWS_QUEUE
    )
    assert result.state == "succeeded"
    assert [each.restore for each in stage.cluster.restored] == [*restores]


async def test_what_a_revision_tells_that_is_not_at_work_any_more_changes_nothing(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    late = m.RevisionProgress(number=1, phase=Phase.BUILDING, reason="late")
    await preview.handle.signal(EnvironmentWorkflow.revision_progress, late)
    shown = await preview.snapshot()
    assert (shown.phase, shown.reason) == (Phase.READY, "")


@pytest.mark.invariant(6)
async def test_a_revision_whose_entity_was_terminated_stops_and_cleans_up(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    revision = (await preview.snapshot()).revisions[0].id
    await preview.handle.terminate("lost")
    with pytest.raises(WorkflowFailureError) as caught:
        await stage.client.get_workflow_handle(revision).result()
    assert is_cancelled_exception(caught.value.cause)
    assert preview.steps("build_image")[0].outcome == "cancelled"
    assert [step.revision for step in preview.steps("stop_builds")] == [revision]


async def test_a_revision_cancelled_before_it_began_does_nothing(idle_stage: Stage) -> None:
    preview = Preview(idle_stage)
    request = revision_of(preview)
    handle = await idle_stage.client.start_workflow(
        RevisionWorkflow.run, request, id=request.id, task_queue=wire.WORKFLOWS_QUEUE
    )
    await handle.cancel()
    async with idle_stage.working():
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result()
    assert is_cancelled_exception(caught.value.cause)
    assert preview.steps() == []
    assert preview.steps("stop_builds") == []


async def test_a_removal_goes_on_when_nobody_follows_it(stage: Stage, preview: Preview) -> None:
    stage.cluster.blockers = [("Certificate `shop`",)]
    request = m.TeardownInput(
        ref=preview.ref,
        pull_request=preview.pull_request,
        environment_workflow_id=preview.id,
        reason="by hand",
    )
    await stage.client.execute_workflow(
        TeardownWorkflow.run,
        request,
        id=naming.teardown_workflow_id(preview.ref.project, preview.ref.environment),
        task_queue=wire.WORKFLOWS_QUEUE,
    )
    assert len(preview.steps("delete_namespace")) == 2


@pytest.mark.invariant(1)
@pytest.mark.invariant(6)
async def test_a_new_life_waits_for_the_revision_of_the_terminated_one(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    stage.controls.stubborn.add("build_image")
    await preview.open()
    await preview.begins("build_image")
    revision = (await preview.snapshot()).revisions[0].id
    stage.control.former = m.ListRevisionsResult(running=(revision,))
    await preview.handle.terminate("lost")
    await preview.event("edited")
    await stage.until(lambda: stage.diary.count("list_revisions") > 2)
    assert (await preview.snapshot()).reason == "waiting for a revision of its former life"
    assert len(preview.steps("plan_revision")) == 1
    stage.controls.release("build_image")
    stage.control.former = m.ListRevisionsResult()
    await preview.reaches(Phase.READY)
    preview.assert_one_after_another()


@pytest.mark.invariant(6)
async def test_the_work_of_a_revision_that_was_cut_off_is_stopped_before_the_next_begins(
    stage: Stage, preview: Preview
) -> None:
    stage.control.former = m.ListRevisionsResult(cut_off=("rev:lost:1",))
    await preview.open()
    await preview.reaches(Phase.READY)
    stopped = preview.steps("stop_builds", "settle_release")
    assert {step.name for step in stopped if step.revision == "rev:lost:1"} == {
        "stop_builds",
        "settle_release",
    }
    begun = preview.steps("plan_revision")[0].begun
    assert all(step.ended is not None and step.ended < begun for step in stopped)


async def test_a_new_life_does_not_begin_while_nobody_knows_of_former_revisions(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.fail("list_revisions", lambda: NameTakenError("Temporal lists nothing"))
    await preview.open()
    await preview.reaches(Phase.READY)
    lists = stage.diary.named("list_revisions")
    assert [step.outcome for step in lists] == ["failed", "done"]
    assert lists[1].begun < preview.steps("plan_revision")[0].begun
