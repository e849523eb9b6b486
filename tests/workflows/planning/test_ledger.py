"""How revisions, phases and what serves are written down."""

from datetime import timedelta

import pytest

from tests.workflows.values import (
    NOW,
    SUCCEEDED,
    A,
    B,
    begin,
    failure,
    pull,
    revision,
    serving,
    state,
)
from workflows.models import Approval, EnvironmentState, Phase, RevisionState
from workflows.models.messages import RevisionProgress
from workflows.planning import (
    MAX_REVISIONS,
    backoff,
    end_revision,
    forget_resources,
    gone_in_a_row,
    lost_its_name,
    make_snapshot,
    next_sequence,
    note_progress,
    remember_delivery,
    rest,
    settle,
    stop,
    take_over,
)

GONE = failure(type="CommitGoneError")


def test_a_delivery_counts_once_and_old_ones_are_forgotten() -> None:
    known = state()
    assert remember_delivery(known, "one")
    assert not remember_delivery(known, "one")
    for number in range(500):
        remember_delivery(known, str(number))
    assert len(known.deliveries) == 200
    assert known.deliveries[-1] == "499"


def test_a_sequence_grows_even_when_the_clock_stands_still_or_goes_back() -> None:
    first = next_sequence(0, NOW)
    assert first == int(NOW.timestamp() * 1000)
    assert next_sequence(first, NOW) == first + 1
    assert next_sequence(first, NOW - timedelta(hours=1)) == first + 1
    assert next_sequence(first, NOW + timedelta(hours=1)) > first + 1


def test_a_new_revision_comes_first_and_ends_a_stop() -> None:
    known = state(is_stopped=True, stopped_by="alice", stopped_commit=A, failure=failure())
    begin(known)
    begin(known, B)
    assert [each.commit for each in known.revisions] == [B, A]
    assert (known.is_stopped, known.stopped_commit, known.stopped_by) == (False, None, "")
    assert (known.commit, known.phase, known.failure) == (B, Phase.PENDING, None)
    assert known.has_resources


def test_old_revisions_lose_their_log_lines_and_then_their_place() -> None:
    known = state()
    for _ in range(MAX_REVISIONS + 3):
        begin(known)
        end_revision(known, RevisionState.FAILED, now=NOW, failure=failure())
    assert len(known.revisions) == MAX_REVISIONS
    newest, older = known.revisions[0].failure, known.revisions[1].failure
    assert newest is not None
    assert newest.excerpt
    assert older is not None
    assert older.excerpt == ()
    assert older.message == newest.message


@pytest.mark.parametrize(
    ("phase", "result"),
    [
        (Phase.PENDING, RevisionState.PENDING),
        (Phase.BUILDING, RevisionState.BUILDING),
        (Phase.DEPLOYING, RevisionState.DEPLOYING),
        (Phase.CHECKING, RevisionState.CHECKING),
    ],
)
def test_progress_moves_environment_and_revision(phase: Phase, result: RevisionState) -> None:
    known = state()
    begin(known)
    assert note_progress(known, RevisionProgress(number=1, phase=phase, reason="soon"), now=NOW)
    assert (known.phase, known.reason) == (phase, "soon")
    assert known.revisions[0].state is result


def test_progress_of_another_or_of_an_ended_revision_is_ignored() -> None:
    known = state()
    assert not note_progress(known, RevisionProgress(number=1, phase=Phase.BUILDING), now=NOW)
    begin(known)
    assert not note_progress(known, RevisionProgress(number=2, phase=Phase.BUILDING), now=NOW)
    end_revision(known, RevisionState.SUCCEEDED, now=NOW, result=SUCCEEDED)
    assert not note_progress(known, RevisionProgress(number=1, phase=Phase.BUILDING), now=NOW)
    assert known.phase is Phase.READY


def test_progress_that_was_overtaken_on_its_way_is_ignored() -> None:
    """Signals of one workflow to another may arrive in another order than they were sent in."""
    known = state()
    begin(known)
    newer = RevisionProgress(number=1, phase=Phase.BUILDING, reason="waiting", sequence=3)
    assert note_progress(known, newer, now=NOW)
    older = RevisionProgress(number=1, phase=Phase.PENDING, sequence=2)
    assert not note_progress(known, older, now=NOW)
    assert (known.phase, known.reason) == (Phase.BUILDING, "waiting")
    uncounted = RevisionProgress(number=1, phase=Phase.DEPLOYING)
    assert note_progress(known, uncounted, now=NOW)
    assert known.phase is Phase.DEPLOYING


def test_a_failure_is_shown_and_what_served_stays() -> None:
    known = state(serving=serving(B))
    begin(known)
    end_revision(known, RevisionState.FAILED, now=NOW, failure=failure())
    assert (known.phase, known.reason) == (Phase.FAILED, "npm ci failed")
    assert known.serving == serving(B)
    assert known.commit == A


def test_a_failure_without_a_cause_leaves_the_phase_as_it_was() -> None:
    known = state()
    begin(known)
    end_revision(known, RevisionState.FAILED, now=NOW)
    assert known.phase is Phase.PENDING


@pytest.mark.parametrize("final", [RevisionState.SUPERSEDED, RevisionState.CANCELLED])
def test_a_stopped_revision_leaves_its_commit_to_be_wanted_again(final: RevisionState) -> None:
    known = state()
    begin(known)
    end_revision(known, final, now=NOW)
    assert known.commit is None
    assert known.revisions[0].finished_at == NOW


@pytest.mark.parametrize(
    ("serves", "is_refused", "phase"),
    [
        (False, False, Phase.PENDING),
        (True, False, Phase.READY),
        (True, True, Phase.PENDING),
    ],
)
def test_resting_is_ready_when_something_serves_and_nothing_was_refused(
    serves: bool, is_refused: bool, phase: Phase
) -> None:
    known = state(serving=serving() if serves else None, failure=failure())
    rest(known, "skipped: draft", is_refused=is_refused)
    assert (known.phase, known.reason, known.failure) == (phase, "skipped: draft", None)


@pytest.mark.parametrize(
    ("known", "phase"),
    [
        (state(revisions=[revision()], serving=serving()), Phase.READY),
        (state(revisions=[revision()]), Phase.PENDING),
        (state(revisions=[revision(result=RevisionState.FAILED)]), Phase.FAILED),
        (state(revisions=[revision(result=RevisionState.CANCELLED)]), Phase.PENDING),
        (state(revisions=[revision(commit=B)], serving=serving(B)), Phase.PENDING),
        (
            state(revisions=[revision()], serving=serving(), phase=Phase.DELETED),
            Phase.DELETED,
        ),
        (state(), Phase.PENDING),
    ],
)
def test_settling_shows_how_the_head_went(known: EnvironmentState, phase: Phase) -> None:
    settle(known, A)
    assert known.phase is phase


def test_after_a_removal_the_same_head_deploys_again() -> None:
    known = state(
        commit=A, serving=serving(), blockers=["x"], unconfirmed="rev", has_resources=True
    )
    forget_resources(known, "closed")
    assert (known.commit, known.serving, known.phase) == (None, None, Phase.DELETED)
    assert (known.blockers, known.unconfirmed, known.has_resources) == ([], "", False)


def test_a_stop_before_the_first_look_is_about_the_head_seen_then() -> None:
    known = state()
    stop(known, by="alice")
    assert known.stopped_commit is None
    take_over(known, pull(B))
    assert known.stopped_commit == B
    take_over(known, pull(A))
    assert known.stopped_commit == B


def test_vanished_commits_in_a_row_are_counted() -> None:
    assert gone_in_a_row(state()) == 0
    gone = [revision(each, failure=GONE, result=RevisionState.SUPERSEDED) for each in (3, 2)]
    assert gone_in_a_row(state(revisions=[*gone, revision(1)])) == 2
    other = revision(1, commit=B, failure=GONE, result=RevisionState.SUPERSEDED)
    assert gone_in_a_row(state(revisions=[*gone, other])) == 2
    assert gone_in_a_row(state(revisions=[revision(1)])) == 0


def test_a_snapshot_before_the_first_look_has_what_is_known() -> None:
    shown = make_snapshot(state(), workflow_id="env", now=NOW, trouble="GitHub is away")
    assert (shown.commit, shown.branch, shown.reason) == (None, "", "GitHub is away")
    known = state(pull=pull(B), commit=A, reason="failed", created_at=NOW, updated_at=NOW)
    shown = make_snapshot(known, workflow_id="env", now=NOW + timedelta(days=1), trouble="away")
    assert (shown.commit, shown.branch, shown.reason) == (B, "feature/cart", "failed; away")
    assert shown.updated_at == NOW


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10_000, 300)]
)
def test_pauses_double_up_to_their_most(failures: int, seconds: int) -> None:
    pause = backoff(failures, first=timedelta(seconds=1), most=timedelta(minutes=5))
    assert pause == timedelta(seconds=seconds)


@pytest.mark.invariant(7)
@pytest.mark.parametrize(("head", "is_kept"), [(A, True), (B, False)])
def test_an_approval_is_for_one_commit(head: str, is_kept: bool) -> None:
    known = state(approval=Approval(commit=A, by="alice", at=NOW))
    take_over(known, pull(head))
    assert (known.approval is not None) is is_kept


@pytest.mark.spec("FR-001")
@pytest.mark.parametrize(
    ("changes", "known", "is_lost"),
    [
        ({"type": "NameTakenError", "phase": "namespace"}, state(), True),
        ({"type": "NameTakenError", "phase": "namespace"}, state(serving=serving()), False),
        ({"type": "NameTakenError", "phase": "deploy"}, state(), False),
        ({"type": "ClusterError", "phase": "namespace"}, state(), False),
    ],
)
def test_a_name_is_lost_only_before_anything_is_in_it(
    changes: dict[str, str], known: EnvironmentState, is_lost: bool
) -> None:
    assert lost_its_name(known, failure(**changes)) is is_lost
