"""What GitHub refuses is kept until it may be written; what cannot exist is given up; nobody waits for either."""

from datetime import timedelta

import pytest

from tests.workflows.reporting.reporter import Reporter
from tests.workflows.stage import Preview, Stage
from tests.workflows.values import A, B, revision, serving, snapshot
from workflows import policies
from workflows.errors import (
    CatalystError,
    CommitGoneError,
    ConfigurationError,
    GitHubError,
    GitHubPermissionError,
    RepositoryGoneError,
)
from workflows.models import Phase, RevisionState

READY = snapshot(revisions=(revision(),), serving=serving())
EVERYTHING = ["comment", "deployment", "deployment_status success", "check_run success"]


def lacking(permission: str) -> GitHubPermissionError:
    return GitHubPermissionError(f"the App lacks {permission}:write")


@pytest.mark.spec("FR-009")
@pytest.mark.parametrize("refusal", [lacking("deployments"), ConfigurationError("422")])
async def test_a_refused_surface_is_left_out_and_written_once_it_is_allowed(
    skipping: Stage, reporter: Reporter, refusal: CatalystError
) -> None:
    skipping.github.broken["deployment"] = refusal
    await reporter.send(READY)
    await skipping.until(lambda: "check_run success" in reporter.written(), skip=1)
    assert reporter.written() == ["comment", "check_run success"]
    await skipping.environment.sleep(policies.REFUSED_PAUSE / 2)
    assert skipping.diary.count("write_surface") == 3
    skipping.github.broken.clear()
    await skipping.environment.sleep(policies.REFUSED_PAUSE / 2)
    await skipping.until(lambda: len(reporter.written()) == 4, skip=1)
    assert sorted(reporter.written()) == sorted(EVERYTHING)


@pytest.mark.spec("FR-003", "FR-009")
async def test_a_final_state_outlives_a_short_refusal(skipping: Stage, reporter: Reporter) -> None:
    building = snapshot(
        Phase.BUILDING, sequence=4, revisions=(revision(result=RevisionState.BUILDING),)
    )
    skipping.github.errors = [None, None, None, lacking("checks")]
    await reporter.send(building)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 4, skip=1)
    await reporter.send(READY)
    await skipping.until(lambda: "check_run success" in reporter.written(), skip=60)
    assert "deployment_status success" in reporter.written()
    assert reporter.shown() == [4, 5]


async def test_while_a_permission_is_missing_github_is_asked_less_and_less(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.broken["check_run"] = lacking("checks")
    await reporter.send(READY)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 4, skip=1)
    first, most = policies.REFUSED_PAUSE, policies.MAX_REFUSED_PAUSE
    await skipping.environment.sleep(first + timedelta(minutes=1))
    assert skipping.diary.count("write_surface") == 5
    await skipping.environment.sleep(first)
    assert skipping.diary.count("write_surface") == 5
    await skipping.environment.sleep(4 * most)
    assert 8 <= skipping.diary.count("write_surface") <= 10


@pytest.mark.spec("FR-007", "FR-009")
async def test_a_vanished_commit_costs_its_own_surfaces_and_no_others(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.errors = [
        None,
        CommitGoneError("commit aaaaaaa is gone"),
        CommitGoneError("commit aaaaaaa is gone"),
    ]
    gone = revision(1, A, RevisionState.BUILDING)
    await reporter.send(snapshot(Phase.BUILDING, sequence=4, revisions=(gone,)))
    await skipping.until(lambda: skipping.diary.count("write_surface") == 3, skip=1)
    ended = revision(1, A, RevisionState.SUPERSEDED)
    pushed = snapshot(commit=B, revisions=(revision(2, B), ended), serving=serving(B))
    await reporter.send(pushed)
    await skipping.until(lambda: "check_run success" in reporter.written(), skip=1)
    await skipping.environment.sleep(timedelta(hours=1))
    assert reporter.written() == ["comment", *EVERYTHING]
    assert skipping.diary.count("write_surface") == 3 + len(EVERYTHING)


async def test_a_vanished_repository_is_left_alone_until_something_changes(
    skipping: Stage, reporter: Reporter
) -> None:
    for surface in ("comment", "deployment", "deployment_status", "check_run"):
        skipping.github.broken[surface] = RepositoryGoneError("the App was removed")
    await reporter.send(READY)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 4, skip=1)
    await skipping.environment.sleep(timedelta(hours=2))
    assert skipping.diary.count("write_surface") == 4
    skipping.github.broken.clear()
    await reporter.send(READY.model_copy(update={"sequence": 6}))
    await skipping.until(lambda: reporter.shown() == [6], skip=1)


@pytest.mark.spec("FR-008", "FR-009")
@pytest.mark.parametrize("refusal", [lacking("pull_requests"), RepositoryGoneError("removed")])
async def test_the_goodbye_of_a_preview_waits_for_no_refusal(
    skipping: Stage, refusal: CatalystError
) -> None:
    skipping.control.has_reporter = True
    preview = Preview(skipping)
    await preview.open()
    await preview.reaches(Phase.READY)
    await skipping.until(
        lambda: any(each.write.state == "success" for each in skipping.github.writes), skip=2
    )
    skipping.github.broken["comment"] = refusal
    began = await skipping.environment.get_current_time()
    await preview.close()
    await preview.reaches(Phase.DELETED, skip=1)
    await preview.ends()
    assert await skipping.environment.get_current_time() - began < policies.FINAL_REPORT / 2


@pytest.mark.spec("FR-008")
async def test_the_last_word_is_written_although_its_environment_waits_no_more(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.broken["comment"] = lacking("pull_requests")
    await reporter.send(snapshot(Phase.DELETED), acknowledge=True)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 1)
    skipping.github.broken.clear()
    await skipping.until(lambda: reporter.written() == ["comment"], skip=60)


async def test_after_a_day_of_refusals_a_removed_preview_is_left_as_it_is(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.broken["comment"] = lacking("pull_requests")
    await reporter.send(snapshot(Phase.DELETED))
    await skipping.environment.sleep(timedelta(days=2))
    asked = skipping.diary.count("write_surface")
    assert 20 <= asked <= 30
    await skipping.environment.sleep(timedelta(days=1))
    assert skipping.diary.count("write_surface") == asked


@pytest.mark.spec("FR-004")
async def test_a_comment_a_person_deleted_is_edited_under_its_new_id(
    skipping: Stage, reporter: Reporter
) -> None:
    await reporter.send(snapshot(sequence=1))
    await skipping.until(lambda: reporter.shown() == [1], skip=1)
    skipping.github.replaced_comments["7"] = 99
    for sequence in (2, 3):
        await reporter.send(snapshot(sequence=sequence))
        await skipping.until(lambda: reporter.shown()[-1] == sequence, skip=1)  # noqa: B023  (awaited here)
    assert [each.surfaces.comment_id for each in skipping.github.writes] == [None, 1, 99]


async def test_a_deployment_a_person_deleted_gets_its_status_in_the_next_write(
    skipping: Stage, reporter: Reporter
) -> None:
    building = snapshot(
        Phase.BUILDING, sequence=4, revisions=(revision(result=RevisionState.BUILDING),)
    )
    await reporter.send(building)
    await skipping.until(lambda: len(reporter.written()) == 4, skip=1)
    skipping.github.deleted_deployments = {revision().id}
    await reporter.send(READY)
    await skipping.until(lambda: "check_run success" in reporter.written(), skip=1)
    again = ["deployment_status success"] * 2
    assert reporter.written()[4:] == ["comment", *again, "check_run success"]


@pytest.mark.spec("FR-015")
async def test_one_pull_request_that_always_fails_holds_up_nobody(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.troubled = {1: GitHubError("502")}
    await reporter.send(snapshot(), number=1)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 1)
    for number in range(2, 8):
        await reporter.send(READY, number=number)
    began = await skipping.environment.get_current_time()
    await skipping.until(
        lambda: all(reporter.written(number) == EVERYTHING for number in range(2, 8)), skip=1
    )
    took = await skipping.environment.get_current_time() - began
    assert took < 40 * policies.WRITE_PAUSE
    assert reporter.written(1) == []
    skipping.github.troubled.clear()
    await skipping.until(lambda: reporter.written(1) == ["comment"], skip=10)
