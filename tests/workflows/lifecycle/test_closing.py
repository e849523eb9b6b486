"""A closed pull request leaves nothing, whatever was going on; a reopened one begins anew."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from tests.fakes import AT_WORK
from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, policies
from workflows.errors import ClusterError, HelmError, NameTakenError, RegistryError
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


@pytest.mark.invariant(2)
@pytest.mark.invariant(6)
@pytest.mark.spec("FR-008")
@pytest.mark.parametrize("phase", AT_WORK)
async def test_closing_during_a_phase_stops_it_and_creates_nothing_more(
    stage: Stage, preview: Preview, phase: str
) -> None:
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


@pytest.mark.spec("FR-008")
async def test_blockers_of_a_removal_are_named_and_it_goes_on_until_gone(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.blockers = [("Certificate `shop` (finalizer example.com/x)",)]
    stage.controls.fail("delete_namespace", lambda: ClusterError("the API does not answer"))
    await preview.close()
    await preview.ends()
    shown = [each.snapshot.blockers for each in stage.control.snapshots]
    assert ("the API does not answer",) in shown
    assert ("Certificate `shop` (finalizer example.com/x)",) in shown
    assert shown[-1] == ()
    assert len(preview.steps("delete_namespace")) == 3


@pytest.mark.spec("FR-008")
async def test_a_removal_survives_everything_that_can_fail_in_it(
    stage: Stage, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("keep_logs", lambda: NameTakenError("no logs"))
    stage.controls.fail("stop_builds", lambda: NameTakenError("not now"))
    stage.controls.fail("settle_release", lambda: NameTakenError("unreachable"))
    stage.controls.fail("uninstall_release", lambda: HelmError("unreachable"), times=3)
    stage.controls.fail("delete_images", lambda: NameTakenError("denied"))
    stage.controls.fail("delete_images", lambda: RegistryError("down"))
    await preview.close()
    await preview.ends()
    assert stage.cluster.namespaces == {}
    assert preview.steps("delete_images")[-1].outcome == "done"


@pytest.mark.spec("FR-008")
@pytest.mark.parametrize(
    ("step", "blocker"), [("stop_builds", "builds: away"), ("delete_images", "images: away")]
)
async def test_a_removal_says_at_once_that_cluster_or_registry_is_away(
    stage: Stage, preview: Preview, step: str, blocker: str
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail(step, lambda: ClusterError("away"), times=2)
    await preview.close()
    await preview.ends()
    shown = [each.snapshot.blockers for each in stage.control.snapshots]
    assert (blocker,) in shown
    assert shown[-1] == ()


async def test_a_namespace_that_became_somebody_elses_counts_as_gone(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("delete_namespace", lambda: NameTakenError("not ours"))
    await preview.close()
    await preview.ends()
    assert len(preview.steps("delete_namespace")) == 1


async def test_a_removal_without_any_namespace_of_ours_still_deletes_images(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.fail("choose_namespace", lambda: ClusterError("away"))
    stage.controls.fail("choose_namespace", lambda: NameTakenError("both are taken"))
    preview.set(is_open=False)
    await preview.event("synchronize")
    await preview.ends()
    assert preview.steps("delete_namespace") == []
    assert len(preview.steps("delete_images")) == 1


async def test_a_terminated_removal_is_begun_again(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("uninstall_release")
    await preview.close()
    await preview.begins("uninstall_release")
    removal = naming.teardown_workflow_id(preview.ref.project, preview.ref.environment)
    await stage.client.get_workflow_handle(removal).terminate("by mistake")
    stage.controls.release("uninstall_release")
    await preview.ends()
    assert preview.steps("delete_namespace")[-1].outcome == "done"


@pytest.mark.spec("FR-008")
async def test_a_new_life_waits_for_the_removal_of_the_terminated_one(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.handle.terminate("lost")
    await preview.reopen()
    while (await preview.snapshot()).reason != "waiting for the removal of its former life":
        continue
    stage.controls.release("delete_namespace")
    await preview.reaches(Phase.READY)
    removed = preview.steps("delete_images")[0].ended
    assert removed is not None
    assert removed < preview.steps("plan_revision")[1].begun


async def test_an_entity_cancelled_at_that_moment_removes_once_more_and_ends(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.handle.terminate("lost")
    await preview.reopen()
    while not (await preview.snapshot()).reason:
        continue
    await preview.handle.cancel()
    await stage.until(lambda: len(stage.control.snapshots))
    stage.controls.release("delete_namespace")
    await preview.ends()
    assert len(preview.steps("plan_revision")) == 1
    assert len(preview.steps("delete_namespace")) == 2


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
