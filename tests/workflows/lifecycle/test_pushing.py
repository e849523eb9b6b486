"""A push replaces the work in flight: the old is stopped and confirmed stopped before the new begins."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes import AT_WORK
from tests.workflows.developed import plan_with
from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, policies
from workflows.models import Phase, RevisionState


@pytest.mark.invariant(1)
@pytest.mark.invariant(6)
@pytest.mark.spec("FR-007", "EC-4", "US3")
@pytest.mark.parametrize("phase", AT_WORK)
async def test_a_push_stops_the_old_commit_before_the_new_one_begins(
    stage: Stage, preview: Preview, phase: str
) -> None:
    plan_with(preview, phase)
    stage.controls.hold(phase)
    stage.controls.stubborn.add(phase)
    await preview.open()
    await preview.begins(phase)
    await preview.push("b")
    await stage.until(lambda: preview.steps(phase)[0].ended)
    stage.controls.release(phase)
    snapshot = await preview.reaches(Phase.READY, "b")
    assert [each.state for each in snapshot.revisions] == [
        RevisionState.SUCCEEDED,
        RevisionState.SUPERSEDED,
    ]
    assert preview.steps(phase)[0].outcome == "cancelled"
    preview.assert_one_after_another()
    if phase != "plan_revision":
        old = snapshot.revisions[1].id
        begins = preview.steps("plan_revision")[1].begun
        confirmed = [
            step
            for step in preview.steps("stop_builds", "settle_release")
            if step.revision == old and step.ended is not None and step.ended < begins
        ]
        assert {step.name for step in confirmed} == {"stop_builds", "settle_release"}


@pytest.mark.spec("FR-007")
async def test_the_old_version_serves_until_the_pods_of_the_new_one_are_ready(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY, "a")
    stage.controls.hold("wait_for_rollout")
    stage.controls.hold("check_health")
    await preview.push("b")
    await preview.begins("wait_for_rollout", "b")
    served = [await serving(preview)]
    stage.controls.release("wait_for_rollout")
    await preview.reaches(Phase.CHECKING, "b")
    served.append(await serving(preview))
    stage.controls.release("check_health")
    await preview.reaches(Phase.READY, "b")
    served.append(await serving(preview))
    assert served == [(commit("a"), True), (commit("b"), False), (commit("b"), True)]


async def serving(preview: Preview) -> tuple[str, bool]:
    """What the URL leads to, and whether that was seen to be healthy."""
    found = (await preview.snapshot()).serving
    assert found is not None
    return found.commit, found.is_healthy


@pytest.mark.spec("EC-4")
async def test_of_five_quick_pushes_only_the_last_is_deployed(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    for letter in "bcdef":
        await preview.push(letter)
    await preview.begins("build_image", "f")
    stage.controls.release("build_image")
    await preview.reaches(Phase.READY, "f")
    assert [step.commit for step in preview.steps("deploy_release")] == [commit("f")]
    preview.assert_one_after_another()


@pytest.mark.spec("EC-9")
async def test_repeated_and_reordered_events_change_nothing(
    stage: Stage, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "CLOSE_SETTLES", (timedelta(milliseconds=100),))
    await preview.event("opened", delivery="one")
    await preview.reaches(Phase.READY)
    for delivery, action in (
        ("one", "opened"),
        ("two", "synchronize"),
        ("two", "synchronize"),
        ("three", "edited"),
        ("four", "opened"),
        ("five", "closed"),  # late: GitHub says that it is open
    ):
        await preview.event(action, delivery=delivery)
    await stage.until(lambda: len(stage.control.decisions) == 5)
    assert [step.commit for step in preview.steps("deploy_release")] == [commit("a")]
    assert preview.steps("delete_namespace") == []
    assert (await preview.snapshot()).phase is Phase.READY


@pytest.mark.spec("EC-9")
async def test_each_event_ends_in_a_recorded_decision(stage: Stage, preview: Preview) -> None:
    await preview.event("opened", delivery="one")
    await preview.reaches(Phase.READY)
    await preview.event("edited", delivery="two")
    await stage.until(lambda: len(stage.control.decisions) == 2)
    decisions = {each.delivery: each for each in stage.control.decisions}
    assert (decisions["one"].decision, decisions["one"].action) == ("deploy", "opened")
    assert decisions["two"].decision == "wait"
    assert decisions["two"].reason
    assert decisions["two"].number == preview.pull_request.number


async def test_a_result_that_lands_with_the_cancel_is_not_lost(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("check_health")
    await preview.open()
    await preview.begins("check_health")
    stage.controls.release("check_health")
    await preview.push("b")
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.revisions[1].state in (RevisionState.SUCCEEDED, RevisionState.SUPERSEDED)
    preview.assert_one_after_another()


@pytest.mark.spec("FR-007")
async def test_a_revision_cancelled_by_an_operator_is_not_begun_again_by_itself(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    revision = (await preview.snapshot()).revisions[0].id
    await stage.client.get_workflow_handle(revision).cancel()
    snapshot = await preview.reaches(Phase.PENDING)
    await stage.until(lambda: (found := preview.last()) and "operator" in found.reason)
    snapshot = await preview.snapshot()
    assert snapshot.revisions[0].state is RevisionState.CANCELLED
    await preview.event("edited")
    await stage.until(lambda: stage.diary.count("read_pull_request") == 2)
    assert len(preview.steps("plan_revision")) == 1


@pytest.mark.invariant(6)
async def test_the_work_of_a_terminated_revision_is_stopped_before_the_next(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("deploy_release")
    await preview.open()
    await preview.begins("deploy_release")
    revision = (await preview.snapshot()).revisions[0].id
    await stage.client.get_workflow_handle(revision).terminate("by an operator")
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert snapshot.failure.type == "RevisionEndedError"
    stage.controls.release("deploy_release")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    settled = [step for step in preview.steps("settle_release") if step.revision == revision]
    assert settled
    assert settled[0].ended is not None
    assert settled[0].ended < preview.steps("plan_revision")[1].begun


async def test_a_number_that_is_taken_is_passed_over(stage: Stage, preview: Preview) -> None:
    """After a reset of the entity its count may be behind; the ids of revisions are never used twice."""
    ref = preview.ref
    taken = naming.revision_workflow_id(ref.project, ref.environment, "12345678", 1)
    await stage.client.start_workflow("TeardownWorkflow", id=taken, task_queue="nobody")
    preview.state = preview.state.model_copy(update={"run8": "12345678"})
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].number == 2
    assert snapshot.revisions[1].state is RevisionState.CANCELLED


async def test_forty_pushes_lose_nothing(stage: Stage, preview: Preview) -> None:
    letters = "bcdef0123456789" * 2
    await preview.open()
    await asyncio.gather(*(preview.push(letter) for letter in letters))
    await preview.reaches(Phase.READY, letters[-1])
    preview.assert_one_after_another()
