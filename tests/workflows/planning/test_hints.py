"""What GitHub answers right after an event may be older than the event; when it is believed."""

from datetime import datetime, timedelta

import pytest

from tests.workflows.values import NOW, A, B, C, pull, revision, state
from workflows.models import EnvironmentState, PullRequest
from workflows.models.messages import GitHubEvent
from workflows.planning import is_outdated, next_check, note_hint

CLOSED = (timedelta(seconds=2), timedelta(seconds=15))
HEAD = (timedelta(seconds=1), timedelta(seconds=8))
CLOSING = {"closed_at": NOW}
PUSHED_B = {"announced_commit": B, "announced_at": NOW}
KNOWS_A = {"revisions": [revision(commit=A)]}


def event(action: str, **changes: object) -> GitHubEvent:
    return GitHubEvent(delivery="d", event="pull_request", action=action).model_copy(update=changes)


@pytest.mark.spec("EC-9")
@pytest.mark.parametrize(
    ("known", "heard", "expected"),
    [
        ({}, event("closed"), CLOSING),
        (CLOSING, event("reopened"), {"closed_at": None}),
        (CLOSING, event("edited"), CLOSING),
        ({}, event("synchronize", head_commit=B), PUSHED_B),
        (PUSHED_B, event("edited"), PUSHED_B),
        ({}, event("opened", deploy_drafts=True), {"deploy_drafts": True}),
        ({"deploy_drafts": True}, event("edited"), {"deploy_drafts": True}),
    ],
)
def test_an_event_leaves_what_it_tells(
    known: dict[str, object], heard: GitHubEvent, expected: dict[str, object]
) -> None:
    noted = state(**known)
    note_hint(noted, heard, now=NOW)
    assert noted == state(**(known | expected))


@pytest.mark.spec("EC-9")
@pytest.mark.invariant(2)
@pytest.mark.parametrize(
    ("known", "found", "is_settled", "expected"),
    [
        (state(), pull(), False, False),
        # `open` after a close would bring up what is to go.
        (state(**CLOSING), pull(), False, True),
        (state(**CLOSING), pull(), True, False),
        (state(**CLOSING), pull(is_open=False), False, False),
        # An earlier head that was brought up before is older than the push; an unknown one may be newer.
        (state(**PUSHED_B, **KNOWS_A), pull(A), False, True),
        (state(**PUSHED_B, **KNOWS_A), pull(A), True, False),
        (state(**PUSHED_B, **KNOWS_A), pull(B), False, False),
        (state(**PUSHED_B, **KNOWS_A), pull(C), False, False),
        (state(**PUSHED_B, **KNOWS_A), pull(A, is_open=False), False, False),
    ],
)
def test_an_answer_that_could_undo_what_was_told_counts_for_nothing_until_it_has_settled(
    known: EnvironmentState, found: PullRequest, *, is_settled: bool, expected: bool
) -> None:
    assert is_outdated(known, found, is_settled=is_settled) is expected


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.spec("EC-9")
@pytest.mark.parametrize(
    ("known", "found", "looked_at", "expected"),
    [
        (state(), pull(), after(0), None),
        (state(**PUSHED_B), pull(B), after(0), None),
        (state(**PUSHED_B), pull(A), after(0), after(1)),
        (state(**PUSHED_B), pull(A), after(1), after(8)),
        (state(**PUSHED_B), pull(A), after(8), None),
        (state(announced_commit=B), pull(A), after(0), None),
        (state(**CLOSING), pull(), after(0), after(2)),
        (state(**CLOSING), pull(), after(2.5), after(15)),
        (state(**CLOSING), pull(), after(15), None),
        (state(**CLOSING), pull(is_open=False), after(0), None),
        # The close decides what is waited for, whatever the head.
        (state(**CLOSING, **PUSHED_B), pull(A), after(0), after(2)),
    ],
)
def test_github_is_asked_again_until_its_last_chance_to_agree_is_over(
    known: EnvironmentState, found: PullRequest, looked_at: datetime, expected: datetime | None
) -> None:
    assert next_check(known, found, looked_at, closed=CLOSED, head=HEAD) == expected
