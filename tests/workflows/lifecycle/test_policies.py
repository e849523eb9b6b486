"""Drafts, and what is shown while GitHub cannot be read."""

from datetime import timedelta

import pytest

from tests.workflows.stage import Preview, Stage, commit
from workflows.errors import (
    CommitGoneError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    NameTakenError,
    RepositoryGoneError,
)
from workflows.models import Phase, RevisionState


async def test_a_draft_is_skipped_visibly_and_deployed_when_ready(
    stage: Stage, preview: Preview
) -> None:
    preview.set(is_draft=True)
    await preview.open()
    snapshot = await preview.reaches(Phase.PENDING)
    assert snapshot.reason == "skipped: draft"
    assert preview.steps() == []
    await stage.until(lambda: stage.control.decisions)
    assert stage.control.decisions[0].decision == "skip"
    preview.set(is_draft=False)
    await preview.event("ready_for_review")
    await preview.reaches(Phase.READY)


async def test_a_project_may_deploy_its_drafts(stage: Stage) -> None:
    preview = Preview(stage, deploy_drafts=True)
    preview.set(is_draft=True)
    await preview.open()
    await preview.reaches(Phase.READY)


async def test_a_preview_converted_to_draft_keeps_serving_and_takes_no_new_commit(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    preview.set(is_draft=True)
    await preview.event("converted_to_draft")
    await preview.push("b")
    await stage.until(lambda: (found := preview.last()) and found.reason == "skipped: draft")
    snapshot = await preview.snapshot()
    assert snapshot.phase is Phase.READY
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("a")
    await preview.push("a")
    await stage.until(lambda: (found := preview.last()) and not found.reason)
    assert [step.commit for step in preview.steps("plan_revision")] == [commit("a")]


async def test_a_push_to_a_draft_still_stops_the_commit_it_replaces(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    preview.set(is_draft=True)
    await preview.push("b")
    await preview.reaches(Phase.PENDING, "b")
    await stage.until(lambda: not stage.diary.running("build_image"))
    stage.controls.release("build_image")
    await preview.push("a")
    preview.set(is_draft=False)
    await preview.event("ready_for_review")
    snapshot = await preview.reaches(Phase.READY, "a")
    assert snapshot.revisions[1].state is RevisionState.SUPERSEDED


@pytest.mark.spec("FR-015", "EC-7")
async def test_a_rate_limit_is_waited_for_and_shown(skipping: Stage) -> None:
    preview = Preview(skipping)
    limit = timedelta(minutes=40)
    skipping.controls.fail(
        "read_pull_request", lambda: GitHubRateLimitError("5,000 an hour", retry_after=limit)
    )
    await preview.open()
    snapshot = await preview.reaches(Phase.PENDING)
    assert snapshot.reason == "waiting for GitHub: 5,000 an hour"
    await preview.event("edited")  # no event shortens a wait that GitHub asked for
    began = await skipping.environment.get_current_time()
    await preview.reaches(Phase.READY, skip=60)
    assert await skipping.environment.get_current_time() - began >= limit - timedelta(minutes=1)


@pytest.mark.spec("FR-015")
async def test_an_outage_of_github_is_shown_and_ridden_out(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("read_pull_request", lambda: GitHubError("502"), times=8)
    await preview.open()
    snapshot = await preview.reaches(Phase.PENDING)
    assert snapshot.reason == "GitHub could not be asked: 502"
    snapshot = await preview.reaches(Phase.READY, skip=30)
    assert snapshot.reason == ""
    assert skipping.diary.count("read_pull_request") == 9


@pytest.mark.spec("FR-015")
@pytest.mark.parametrize(
    "error", [RepositoryGoneError("it is gone"), GitHubPermissionError("it is suspended")]
)
async def test_a_vanished_repository_removes_nothing_and_is_said(
    skipping: Stage, error: RepositoryGoneError | GitHubPermissionError
) -> None:
    preview = Preview(skipping)
    await preview.open()
    await preview.reaches(Phase.READY)
    skipping.controls.fail("read_pull_request", lambda: error, times=2)
    await preview.event("edited")
    await skipping.until(lambda: (found := preview.last()) and "what runs is kept" in found.reason)
    await skipping.until(lambda: skipping.control.decisions[-1].decision == "wait")
    assert (await preview.snapshot()).phase is Phase.READY
    await skipping.until(lambda: (found := preview.last()) and not found.reason, skip=120)
    assert preview.steps("delete_namespace") == []


@pytest.mark.spec("EC-9", "FR-007")
async def test_a_push_heard_during_a_look_that_fails_waits_for_no_pause(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("read_pull_request")
    await preview.event("edited")
    await preview.begins("read_pull_request")
    await preview.push("b")
    stage.controls.release("read_pull_request", RepositoryGoneError("it is gone"))
    await preview.reaches(Phase.READY, "b")


@pytest.mark.spec("FR-007")
async def test_a_head_commit_that_vanished_is_superseded_by_the_next_look(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("plan_revision", lambda: CommitGoneError("no such commit"))
    await preview.open()
    await skipping.until(lambda: preview.steps("plan_revision"))
    preview.set(head_commit=commit("b"))
    snapshot = await preview.reaches(Phase.READY, "b", skip=1)
    assert snapshot.revisions[1].state is RevisionState.SUPERSEDED


async def test_a_head_commit_that_stays_away_fails_in_the_end(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("plan_revision", lambda: CommitGoneError("no such commit"), times=9)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=2)
    assert snapshot.failure is not None
    assert snapshot.failure.message == "no such commit"
    assert len(preview.steps("plan_revision")) == 5


async def test_a_name_that_somebody_else_has_fails_the_revision_visibly(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.fail("choose_namespace", lambda: NameTakenError("both names are taken"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert snapshot.failure.phase == "namespace"
    assert preview.steps() == []
