"""Revisions and removals whose entity is gone, or that are cancelled before they have begun."""

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import is_cancelled_exception

from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, wire
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
