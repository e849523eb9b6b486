"""GitHub's answers may be older than its events: nothing is created after a close, and no push is missed."""

import pytest

from tests.workflows.stage import Preview, Stage, commit
from workflows import policies
from workflows.models import Phase


@pytest.mark.invariant(2)
@pytest.mark.spec("EC-9", "FR-008")
async def test_nothing_is_created_after_a_close_that_github_does_not_show_yet(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.event("closed")  # the pull request still reads as open
    closed = skipping.diary.ticks
    await skipping.until(lambda: not skipping.diary.running("build_image"))
    looks = skipping.diary.count("read_pull_request")
    await skipping.until(lambda: skipping.diary.count("read_pull_request") > looks, skip=1)
    preview.set(is_open=False)
    await preview.ends()
    preview.assert_nothing_created_after(closed)
    assert skipping.cluster.namespaces == {}


@pytest.mark.invariant(2)
@pytest.mark.spec("EC-9")
async def test_an_event_after_the_close_does_not_make_an_old_answer_believable(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.event("closed")
    closed = skipping.diary.ticks
    looks = skipping.diary.count("read_pull_request")
    for _ in policies.CLOSE_SETTLES:
        await preview.event("edited", head=commit("a"))
    await skipping.until(lambda: skipping.diary.count("read_pull_request") > looks)
    preview.set(is_open=False)
    await preview.ends()
    preview.assert_nothing_created_after(closed)


@pytest.mark.spec("EC-9")
async def test_a_pull_request_that_stays_open_is_deployed_after_a_late_close(
    skipping: Stage,
) -> None:
    """The close came after the reopening it preceded."""
    preview = Preview(skipping)
    skipping.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    began = await skipping.environment.get_current_time()
    await preview.event("closed")
    await skipping.until(lambda: not skipping.diary.running("build_image"))
    skipping.controls.release("build_image")
    await preview.reaches(Phase.READY, "a", skip=1)
    waited = await skipping.environment.get_current_time() - began
    assert waited >= policies.CLOSE_SETTLES[-1]


@pytest.mark.spec("EC-9", "FR-008")
async def test_a_reopening_is_believed_at_once(stage: Stage, preview: Preview) -> None:
    stage.controls.hold("delete_namespace")
    await preview.open()
    await preview.reaches(Phase.READY)
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.reopen()
    stage.controls.release("delete_namespace")
    await preview.reaches(Phase.READY, "a")


@pytest.mark.spec("EC-4", "EC-9")
async def test_a_push_that_github_does_not_show_yet_is_looked_for_again(skipping: Stage) -> None:
    preview = Preview(skipping)
    await preview.open()
    await preview.reaches(Phase.READY, "a")
    looks = skipping.diary.count("read_pull_request")
    began = await skipping.environment.get_current_time()
    await preview.event("synchronize", head=commit("b"))  # the head still reads as before
    await skipping.until(lambda: skipping.diary.count("read_pull_request") > looks)
    preview.set(head_commit=commit("b"))
    await preview.reaches(Phase.READY, "b", skip=1)
    waited = await skipping.environment.get_current_time() - began
    assert waited <= policies.HEAD_SETTLES[-1] * 2


@pytest.mark.spec("EC-4", "EC-9")
async def test_an_old_head_read_again_does_not_replace_the_newer_one_at_work(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    await preview.open()
    await preview.reaches(Phase.READY, "a")
    skipping.controls.hold("build_image")
    await preview.push("b")
    await preview.begins("build_image", "b")
    preview.set(head_commit=commit("a"))  # a replica that lags behind
    looks = skipping.diary.count("read_pull_request")
    await preview.event("edited", head=commit("b"))
    await skipping.until(lambda: skipping.diary.count("read_pull_request") > looks)
    preview.set(head_commit=commit("b"))
    skipping.controls.release("build_image")
    await preview.reaches(Phase.READY, "b", skip=1)
    assert [step.commit[0] for step in preview.steps("plan_revision")] == ["a", "b"]


@pytest.mark.spec("EC-9")
async def test_looking_again_ends_when_github_insists(skipping: Stage) -> None:
    preview = Preview(skipping)
    await preview.open()
    await preview.reaches(Phase.READY, "a")
    looks = skipping.diary.count("read_pull_request")
    await preview.event("synchronize", delivery="late", head=commit("b"))
    await skipping.until(
        lambda: any(each.delivery == "late" for each in skipping.control.decisions), skip=1
    )
    await skipping.environment.sleep(60)
    assert skipping.diary.count("read_pull_request") == looks + 1 + len(policies.HEAD_SETTLES)
    assert (await preview.snapshot()).phase is Phase.READY


async def test_a_running_environment_follows_the_projects_setting_for_drafts(
    stage: Stage, preview: Preview
) -> None:
    preview.set(is_draft=True)
    await preview.open()
    await preview.reaches(Phase.PENDING)
    await preview.event("edited", deploy_drafts=True)
    await preview.reaches(Phase.READY)
