"""When a revision that failed on the platform's side is tried again by itself."""

from datetime import timedelta

import pytest

from tests.workflows.values import NOW, A, B, failure, revision, state
from workflows.models import EnvironmentState, FailureKind, Phase, Revision, RevisionState
from workflows.planning import next_recovery

FIRST, MOST, LIMIT = timedelta(minutes=5), timedelta(minutes=15), 4
FAILED = RevisionState.FAILED
OUTAGE = failure(kind=FailureKind.PLATFORM, type="ClusterError")
ENDED = NOW + timedelta(seconds=83)
"""When the revisions of these tables have ended."""


def outage(**changes: object) -> Revision:
    return revision(result=FAILED, failure=OUTAGE).model_copy(update=changes)


def failed(*revisions: Revision, **changes: object) -> EnvironmentState:
    return state(phase=Phase.FAILED, commit=A, revisions=list(revisions), **changes)


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(("times", "minutes"), [(1, 5), (2, 10), (3, 15), (4, 15)])
def test_the_pause_grows_with_each_failure_up_to_a_limit(times: int, minutes: int) -> None:
    known = failed(*[outage() for _ in range(times)], revision())
    due = next_recovery(known, first=FIRST, most=MOST, limit=LIMIT)
    assert due == ENDED + timedelta(minutes=minutes)


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    ("known", "why"),
    [
        (failed(*[outage() for _ in range(LIMIT + 1)]), "it was tried often enough"),
        (failed(), "nothing was begun"),
        (failed(outage(), is_stopped=True), "a person has removed it"),
        (failed(outage(finished_at=None)), "nobody knows when it ended"),
        (failed(outage(commit=B)), "the newest revision is of another commit"),
        (failed(revision(result=FAILED)), "the failure is the user's"),
        (failed(outage(failure=None)), "nobody knows what failed"),
        (
            failed(outage(failure=OUTAGE.model_copy(update={"type": "PhaseTimeoutError"}))),
            "a step that hangs may be the user's own",
        ),
        (
            failed(outage(failure=OUTAGE.model_copy(update={"type": "RevisionEndedError"}))),
            "an operator has ended it",
        ),
        (failed(outage()).model_copy(update={"phase": Phase.READY}), "it is up"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_is_tried_again_when(known: EnvironmentState, why: str) -> None:
    assert next_recovery(known, first=FIRST, most=MOST, limit=LIMIT) is None, why


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "older",
    [
        revision(result=FAILED),
        revision(),
        outage(commit=B),
        outage(failure=OUTAGE.model_copy(update={"type": "PhaseTimeoutError"})),
    ],
)
def test_only_the_same_commits_outages_in_a_row_count(older: Revision) -> None:
    known = failed(outage(), older, *[outage() for _ in range(LIMIT)])
    assert next_recovery(known, first=FIRST, most=MOST, limit=LIMIT) == ENDED + FIRST
