"""A closed pull request leaves nothing, whatever was going on; a reopened one begins anew."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from tests.fakes import AT_WORK
from tests.workflows.developed import plan_with
from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, policies
from workflows.errors import ClusterError, HelmError
from workflows.models import Phase, RevisionState


@pytest.mark.spec("FR-008", "SC-004", "US4")
async def test_closing_removes_everything_in_order(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.close()
    await preview.ends()
    begun = preview.steps("choose_namespace")[0].begun
    removal = [
        step.name
        for step in preview.steps(
            "keep_logs", "uninstall_release", "delete_namespace", "delete_images"
        )
        if step.begun > begun
    ]
    assert removal == ["keep_logs", "uninstall_release", "delete_namespace", "delete_images"]
    assert stage.cluster.namespaces == {}
    snapshot = preview.last()
    assert snapshot is not None
    assert snapshot.phase is Phase.DELETED
    assert snapshot.reason == "pull request closed"
    assert snapshot.serving is None


def never_settles(stage: Stage) -> None:
    """Until it is mended: such as pods of a node that is gone."""
    stage.controls.fail("settle_release", lambda: HelmError("its pods do not end"), times=500)


@pytest.mark.invariant(2)
@pytest.mark.spec("FR-008")
async def test_closing_does_not_wait_without_end_for_what_cannot_be_confirmed_stopped(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    never_settles(skipping)
    skipping.controls.hold("wait_for_rollout")
    await preview.open()
    await preview.begins("wait_for_rollout")
    await preview.close()
    await skipping.until(lambda: preview.steps("delete_namespace"), skip=5)
    skipping.controls.failures.clear()
    await skipping.until(lambda: (found := preview.last()) and found.phase is Phase.DELETED, skip=5)
    snapshot = preview.last()
    assert snapshot is not None
    assert snapshot.reason == "pull request closed"
    assert snapshot.revisions[0].state is RevisionState.CANCELLED


@pytest.mark.invariant(2)
@pytest.mark.spec("FR-008")
async def test_closing_is_heard_while_an_earlier_revision_cannot_be_confirmed_stopped(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    never_settles(skipping)
    skipping.controls.fail("deploy_release", lambda: HelmError("no answer"), times=3)
    await preview.open()
    await preview.reaches(Phase.FAILED, skip=5)
    await preview.push("b")
    await preview.says("waiting until the work of an earlier revision is confirmed stopped")
    await preview.close()
    await preview.reaches(Phase.DELETED, skip=5)
    assert preview.steps("plan_revision")[-1].commit == commit("a"), "nothing began any more"


@pytest.mark.invariant(2)
@pytest.mark.invariant(6)
@pytest.mark.spec("FR-008")
@pytest.mark.parametrize("phase", AT_WORK)
async def test_closing_during_a_phase_stops_it_and_creates_nothing_more(
    stage: Stage, preview: Preview, phase: str
) -> None:
    plan_with(preview, phase)
    stage.controls.hold(phase)
    await preview.open()
    await preview.begins(phase)
    await preview.close()
    closed = stage.diary.ticks
    await preview.ends()
    preview.assert_nothing_created_after(closed)
    assert preview.steps(phase)[0].outcome == "cancelled"
    removed = preview.steps("delete_namespace")[0]
    assert all(step.ended is not None and step.ended < removed.begun for step in preview.steps())
    snapshot = preview.last()
    assert snapshot is not None
    assert snapshot.revisions[0].state is RevisionState.CANCELLED


@pytest.mark.invariant(2)
async def test_nothing_is_created_after_a_close_even_while_github_cannot_be_read(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    stage.controls.fail("read_pull_request", lambda: ClusterError("502"), times=3)
    await preview.close()
    closed = stage.diary.ticks
    reads = stage.diary.count("read_pull_request")
    await stage.until(lambda: stage.diary.count("read_pull_request") >= reads + 2)
    stage.controls.release("build_image")  # whoever still builds now would go on to deploy
    await preview.ends()
    preview.assert_nothing_created_after(closed)
    assert preview.steps("build_image")[0].outcome == "cancelled"


@pytest.mark.spec("FR-008")
async def test_a_late_event_of_a_closed_pull_request_cleans_up_in_silence(
    stage: Stage, preview: Preview
) -> None:
    preview.set(is_open=False, is_merged=True)
    await preview.event("synchronize")
    await preview.ends()
    assert len(preview.steps("delete_namespace")) == 1
    assert preview.steps("plan_revision") == []
    assert stage.control.reports == []
    await stage.until(lambda: stage.control.decisions)
    assert stage.control.decisions[0].reason == "pull request merged"


@pytest.mark.spec("EC-5")
async def test_what_a_lost_life_left_over_is_removed_and_reported(
    stage: Stage, preview: Preview
) -> None:
    """As the reconcile starts it: with the namespace that was found."""
    preview.set(is_open=False)
    ref = preview.ref.model_copy(update={"namespace": "acme-left-over"})
    preview.state = preview.state.model_copy(update={"ref": ref})
    await preview.event("reconcile")
    await preview.ends()
    assert preview.steps("choose_namespace") == []
    assert stage.control.reports[-1].acknowledge
    assert stage.control.reports[-1].snapshot.phase is Phase.DELETED


@pytest.mark.spec("FR-008")
async def test_reopening_during_the_removal_starts_anew_after_it(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.reopen()
    stage.controls.release("delete_namespace")
    snapshot = await preview.reaches(Phase.READY)
    removed = preview.steps("delete_images")[0]
    second = preview.steps("plan_revision")[1]
    assert removed.ended is not None
    assert removed.ended < second.begun
    assert snapshot.commit == commit("a")
    assert len(snapshot.revisions) == 2


@pytest.mark.spec("FR-008")
async def test_reopening_while_the_last_report_is_awaited_starts_anew(
    stage: Stage, preview: Preview
) -> None:
    stage.control.is_answering = False
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.close()
    await preview.reaches(Phase.DELETED)
    await preview.reopen()
    await preview.reaches(Phase.READY)
    stage.control.is_answering = True
    await preview.close()
    await preview.ends()


@pytest.mark.spec("FR-008")
async def test_a_reopened_pull_request_has_a_new_life_with_other_ids(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    first = await preview.reaches(Phase.READY)
    await preview.close()
    await preview.ends()
    await preview.reopen()
    second = await preview.reaches(Phase.READY)
    assert second.revisions[0].id != first.revisions[0].id
    assert second.sequence > first.sequence


async def test_a_cancelled_entity_removes_its_environment(stage: Stage, preview: Preview) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.handle.cancel()
    await preview.ends()
    assert stage.cluster.namespaces == {}
    description = await preview.handle.describe()
    assert description.status is WorkflowExecutionStatus.COMPLETED


async def test_an_entity_cancelled_while_it_reads_github_ends_as_well(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("read_pull_request")
    await preview.open()
    await preview.begins("read_pull_request")
    await preview.handle.cancel()
    await preview.ends()
    assert preview.steps("plan_revision") == []


async def test_a_cancel_does_not_interrupt_a_removal(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("uninstall_release")
    await preview.close()
    await preview.begins("uninstall_release")
    removal = naming.teardown_workflow_id(preview.ref.project, preview.ref.environment)
    await stage.client.get_workflow_handle(removal).cancel()
    await preview.handle.cancel()
    stage.controls.release("uninstall_release")
    await preview.ends()
    assert preview.steps("uninstall_release")[0].outcome == "done"
    assert stage.cluster.namespaces == {}


async def test_closing_what_no_longer_runs_is_a_not_found(stage: Stage, preview: Preview) -> None:
    with pytest.raises(RPCError):
        await preview.close()


async def test_an_entity_does_not_wait_for_ever_for_github(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.control.is_answering = False
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.close()
    await preview.reaches(Phase.DELETED)
    await skipping.environment.sleep(policies.FINAL_REPORT + timedelta(seconds=1))
    await preview.ends()
    assert skipping.control.reports[-1].acknowledge
