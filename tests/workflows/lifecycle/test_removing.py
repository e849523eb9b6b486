"""A removal goes on until everything is gone: whatever fails, whoever ends it, and people read what blocks it."""

import pytest

from tests.workflows.stage import Preview, Stage
from workflows import naming, wire
from workflows.errors import ClusterError, HelmError, NameTakenError, RegistryError
from workflows.models import Phase
from workflows.models import messages as m
from workflows.teardown import TeardownWorkflow


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


async def test_a_removal_that_an_operator_began_is_waited_for(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    ref = (await preview.reaches(Phase.READY)).ref
    stage.controls.hold("uninstall_release")
    removal = await stage.client.start_workflow(
        TeardownWorkflow.run,
        m.TeardownInput(
            ref=ref,
            pull_request=preview.pull_request,
            environment_workflow_id=preview.id,
            reason="by hand",
        ),
        id=naming.teardown_workflow_id(ref.project, ref.environment),
        task_queue=wire.WORKFLOWS_QUEUE,
    )
    await preview.begins("uninstall_release")
    await preview.close()
    await preview.reaches(Phase.DELETING)
    stage.controls.release("uninstall_release")
    await removal.result()
    await preview.ends()
    by_hand, second = preview.steps("delete_images")
    assert by_hand.ended is not None
    assert by_hand.ended < preview.steps("keep_logs")[1].begun < second.begun


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
    await preview.says("waiting for the removal of its former life")
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
    await preview.says("waiting for the removal of its former life")
    await preview.handle.cancel()
    await stage.until(lambda: len(stage.control.snapshots))
    stage.controls.release("delete_namespace")
    await preview.ends()
    assert len(preview.steps("plan_revision")) == 1
    assert len(preview.steps("delete_namespace")) == 2
