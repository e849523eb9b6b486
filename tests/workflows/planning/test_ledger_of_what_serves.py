"""What the ledger says that serves, and whether it is what was checked."""

from datetime import timedelta

import pytest

from tests.workflows.values import (
    NOW,
    SUCCEEDED,
    URL,
    A,
    B,
    begin,
    failure,
    revision,
    serving,
    state,
)
from workflows.models import Phase, Revision, RevisionState
from workflows.models.messages import RevisionProgress, RevisionResult
from workflows.planning import (
    MAX_REVISIONS,
    end_revision,
    note_progress,
    rest,
    settle,
    unharmed,
)

UNCHANGED = RevisionResult(state="succeeded", url=URL, unchanged="Only `README.md` changed.")


@pytest.mark.spec("FR-009")
def test_nothing_older_serves_once_the_pods_are_another_commits() -> None:
    known = state(serving=serving(B))
    begin(known)
    checking = RevisionProgress(number=1, phase=Phase.CHECKING, url=URL)
    assert note_progress(known, checking, now=NOW)
    assert known.serving is not None
    assert (known.serving.commit, known.serving.is_healthy) == (A, False)
    later = NOW + timedelta(minutes=1)
    assert note_progress(known, checking, now=later)
    assert known.serving.since == NOW, "told again, nothing new"
    well = checking.model_copy(update={"is_healthy": True, "phase": Phase.DEPLOYING})
    assert note_progress(known, well, now=later)
    assert (known.serving.is_healthy, known.serving.since) == (True, later)


@pytest.mark.parametrize(
    "final", [RevisionState.FAILED, RevisionState.SUPERSEDED, RevisionState.CANCELLED]
)
def test_what_took_the_place_of_what_served_is_not_called_ready(final: RevisionState) -> None:
    known = state(serving=serving(B))
    begin(known)
    note_progress(known, RevisionProgress(number=1, phase=Phase.CHECKING, url=URL), now=NOW)
    result = RevisionResult(state="failed", failure=failure()) if final == "failed" else None
    cause = result.failure if result else None
    end_revision(known, final, now=NOW, result=result, failure=cause)
    rest(known, "skipped: draft")
    assert known.phase is Phase.PENDING
    assert known.serving is not None
    assert (known.serving.commit, known.serving.is_healthy) == (A, False)


def test_a_success_serves() -> None:
    known = state()
    begin(known)
    end_revision(known, RevisionState.SUCCEEDED, now=NOW, result=SUCCEEDED)
    assert known.serving is not None
    assert (known.serving.commit, known.serving.url) == (A, URL)
    assert known.revisions[0].reasons == ("Chart shop",)


@pytest.mark.invariant(3)
def test_a_commit_that_answered_before_it_failed_serves() -> None:
    known = state(serving=serving(B))
    begin(known)
    result = RevisionResult(state="failed", url=URL, failure=failure())
    end_revision(known, RevisionState.FAILED, now=NOW, result=result, failure=failure())
    assert known.phase is Phase.FAILED
    assert known.serving is not None
    assert known.serving.commit == A
    begin(known)
    end_revision(
        known,
        RevisionState.FAILED,
        now=NOW,
        result=RevisionResult(state="failed", failure=failure()),
        failure=failure(),
    )
    assert known.serving.commit == A


@pytest.mark.invariant(3)
def test_where_nothing_has_changed_what_served_goes_on_and_is_named() -> None:
    known = state(serving=serving(B))
    begin(known)
    end_revision(known, RevisionState.SUCCEEDED, now=NOW, result=UNCHANGED)
    assert known.serving == serving(B)
    assert (known.phase, known.reason) == (Phase.READY, "unchanged: Only `README.md` changed.")
    assert known.revisions[0].unchanged == UNCHANGED.unchanged
    settle(known, A)
    assert known.reason == "unchanged: Only `README.md` changed."


@pytest.mark.parametrize(
    ("before", "is_unharmed"),
    [
        ([revision()], True),
        ([revision(1, A, RevisionState.FAILED), revision()], False),
        ([revision(1, A, RevisionState.SUPERSEDED), revision()], False),
        ([revision(1, A, RevisionState.CANCELLED), revision()], False),
        ([], False),
    ],
)
def test_what_serves_is_compared_with_unless_something_else_was_begun_since(
    before: list[Revision], is_unharmed: bool
) -> None:
    newest = revision(9, B, RevisionState.PENDING)
    known = state(revisions=[newest, *before], serving=serving())
    assert unharmed(known) == (serving() if is_unharmed else None)


def test_the_revision_that_serves_is_remembered_however_many_come_after() -> None:
    known = state(revisions=[revision(1, B)], serving=serving(B))
    for _ in range(18):
        begin(known)
        end_revision(known, RevisionState.SUCCEEDED, now=NOW, result=UNCHANGED)
    assert len(known.revisions) == MAX_REVISIONS
    assert known.revisions[-1] == revision(1, B)
    assert [each.number for each in known.revisions[:-1]] == list(range(18, 9, -1))
