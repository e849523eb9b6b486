"""What failed on the platform's side is tried again by itself, and nothing of a failure is left unconfirmed."""

import pytest

from tests.fakes import AT_WORK
from tests.workflows.developed import plan_with
from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, policies
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError, ClusterError, NameTakenError
from workflows.models import Phase
from workflows.models import messages as m
from workflows.planning import MAX_REVISIONS

SPAN = policies.MAX_RECOVERY.total_seconds()


@pytest.mark.spec("FR-011", "EC-11")
async def test_an_outage_longer_than_three_attempts_mends_itself(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("deploy_release", lambda: ClusterError("no answer"), times=3)
    await preview.open()
    failed = await preview.reaches(Phase.FAILED, skip=1)
    assert failed.reason.startswith("failed on the platform's side; next try at ")
    assert failed.failure is not None
    assert failed.failure.message == "no answer"
    snapshot = await preview.reaches(Phase.READY, "a", skip=30)
    assert [each.trigger for each in snapshot.revisions] == [
        "next try after a failure of the platform",
        "opened",
    ]
    first, second = preview.steps("plan_revision")
    assert first.ended is not None
    assert first.ended < second.begun
    waited = snapshot.revisions[0].created_at - (
        failed.revisions[0].finished_at or failed.created_at
    )
    assert waited >= policies.FIRST_RECOVERY


@pytest.mark.spec("FR-011")
async def test_a_look_in_between_keeps_the_next_try_in_sight(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("plan_revision", lambda: ClusterError("no answer"), times=3)
    await preview.open()
    await preview.reaches(Phase.FAILED, skip=1)
    await preview.event("edited", delivery="late")
    await skipping.until(
        lambda: any(each.delivery == "late" for each in skipping.control.decisions)
    )
    assert "next try at" in (await preview.snapshot()).reason
    await preview.reaches(Phase.READY, skip=30)


@pytest.mark.spec("FR-011")
async def test_a_platform_broken_for_good_is_tried_a_bounded_number_of_times(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("plan_revision", lambda: ClusterError("no answer"), times=1_000)
    await preview.open()
    tries = policies.MAX_RECOVERIES + 1
    assert tries <= MAX_REVISIONS
    await skipping.until(
        lambda: len(preview.steps("plan_revision")) == tries * policies.MAX_ATTEMPTS, skip=120
    )
    snapshot = await preview.reaches(Phase.FAILED, skip=10)
    await skipping.environment.sleep(SPAN * 3)
    assert len(preview.steps("plan_revision")) == tries * policies.MAX_ATTEMPTS
    assert len(snapshot.revisions) == tries
    assert (await preview.snapshot()).reason == "no answer"


@pytest.mark.spec("FR-009")
async def test_what_a_person_has_to_mend_is_not_tried_again(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.reason == "npm ci failed"
    await skipping.environment.sleep(SPAN * 3)
    assert len(preview.steps("plan_revision")) == 1


@pytest.mark.invariant(6)
@pytest.mark.parametrize("step", [each for each in AT_WORK if each != "plan_revision"])
async def test_whatever_the_platform_failed_at_nothing_of_it_is_left(
    skipping: Stage, step: str
) -> None:
    preview = Preview(skipping)
    plan_with(preview, step)
    skipping.controls.fail(step, lambda: ClusterError("no answer"), times=3)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    confirmed = preview.steps("stop_builds", "settle_release")
    assert {each.name for each in confirmed} == {"stop_builds", "settle_release"}
    assert {each.revision for each in confirmed} == {snapshot.revisions[0].id}


@pytest.mark.spec("EC-5", "EC-10")
async def test_an_environment_whose_namespace_was_deleted_is_deployed_again(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.namespaces.clear()
    stage.controls.hold("build_image")
    for delivery in ("one", "two"):  # told again while it is at work: once is enough
        await preview.event("restore", delivery=delivery, event="reconcile")
        await preview.begins("build_image")
    assert (await preview.snapshot()).serving is None
    stage.controls.release("build_image")
    snapshot = await preview.reaches(Phase.READY)
    assert [each.trigger for each in snapshot.revisions] == [
        "redeploy by the reconcile, as its namespace was gone",
        "opened",
    ]
    assert snapshot.ref.namespace in stage.cluster.namespaces


async def test_an_environment_that_a_person_removed_is_not_restored(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    alice = m.PersonCommand(actor="alice")
    await preview.handle.execute_update(EnvironmentWorkflow.delete, alice)
    await preview.reaches(Phase.DELETED)
    await preview.event("restore", delivery="one", event="reconcile")
    await stage.until(lambda: any(each.delivery == "one" for each in stage.control.decisions))
    assert len(preview.steps("plan_revision")) == 1


@pytest.mark.spec("EC-11")
async def test_a_namespace_lost_to_somebody_else_is_chosen_anew(skipping: Stage) -> None:
    preview = Preview(skipping)
    readable, hashed = naming.namespace_candidates(preview.ref.project, preview.ref.environment)
    skipping.controls.fail("ensure_namespace", lambda: NameTakenError("somebody else's"))
    await preview.open()
    await preview.reaches(Phase.FAILED, skip=1)
    skipping.cluster.taken.add(readable)
    snapshot = await preview.reaches(Phase.READY, skip=30)
    assert snapshot.ref.namespace == hashed


async def test_a_namespace_in_which_something_serves_is_kept(skipping: Stage) -> None:
    preview = Preview(skipping)
    await preview.open()
    ready = await preview.reaches(Phase.READY)
    skipping.controls.fail("ensure_namespace", lambda: NameTakenError("somebody else's"))
    await preview.push("b")
    failed = await preview.reaches(Phase.FAILED, "b", skip=1)
    assert failed.ref.namespace == ready.ref.namespace
    assert failed.serving is not None
    assert failed.serving.commit == commit("a")
