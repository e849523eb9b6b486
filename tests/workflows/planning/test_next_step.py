"""The table of decisions, row by row."""

import pytest

from tests.workflows.values import NOW, A, B, C, pull, state
from workflows.models import Approval, Commit, EnvironmentState, PullRequest, Wanted
from workflows.planning import Step, next_step

RETRY = Wanted(kind="retry", by="alice")
REDEPLOY = Wanted(kind="redeploy", by="alice")
APPROVED_A = Approval(commit=A, by="bob", at=NOW)
STOPPED = {"is_stopped": True, "stopped_by": "alice", "stopped_commit": A}

ROWS: dict[str, tuple[EnvironmentState, PullRequest, Commit | None, Wanted | None, Step]] = {
    "a new pull request": (state(), pull(), None, None, Step.DEPLOY),
    "nothing new": (state(commit=A), pull(), None, None, Step.WAIT),
    "at work on the head": (state(commit=A), pull(), A, None, Step.WAIT),
    "a push": (state(commit=A), pull(B), None, None, Step.DEPLOY),
    "a push during a revision": (state(commit=A), pull(B), A, None, Step.DEPLOY),
    "closed": (state(commit=A), pull(is_open=False), None, None, Step.TEAR_DOWN),
    "closed at work": (state(commit=A), pull(B, is_open=False), A, None, Step.TEAR_DOWN),
    "closed although wanted": (state(), pull(is_open=False), None, REDEPLOY, Step.TEAR_DOWN),
    "closed while stopped": (state(**STOPPED), pull(is_open=False), None, None, Step.TEAR_DOWN),
    "draft": (state(), pull(is_draft=True), None, None, Step.SKIP),
    "draft by policy": (state(deploy_drafts=True), pull(is_draft=True), None, None, Step.DEPLOY),
    "draft that serves": (state(commit=A), pull(is_draft=True), None, None, Step.WAIT),
    "push to a draft": (state(commit=A), pull(B, is_draft=True), A, None, Step.SKIP),
    "draft that a person wants": (state(), pull(is_draft=True), None, REDEPLOY, Step.DEPLOY),
    "fork": (state(), pull(is_fork=True), None, None, Step.REFUSE),
    "approved fork": (state(approval=APPROVED_A), pull(is_fork=True), None, None, Step.DEPLOY),
    "fork, approved before the push": (
        state(approval=APPROVED_A, commit=A),
        pull(B, is_fork=True),
        A,
        None,
        Step.REFUSE,
    ),
    "fork that a person wants": (state(), pull(is_fork=True), None, REDEPLOY, Step.REFUSE),
    "fork as a draft": (state(), pull(is_fork=True, is_draft=True), None, None, Step.REFUSE),
    "stopped": (state(**STOPPED), pull(), None, None, Step.STAY),
    "stopped before any look": (
        state(is_stopped=True, stopped_by="alice"),
        pull(),
        None,
        None,
        Step.STAY,
    ),
    "push after a stop": (state(**STOPPED), pull(B), None, None, Step.DEPLOY),
    "redeploy after a stop": (state(**STOPPED), pull(), None, REDEPLOY, Step.DEPLOY),
    "retry": (state(commit=A), pull(), None, RETRY, Step.DEPLOY),
    "retry overtaken by a push that is at work": (state(commit=A), pull(), A, RETRY, Step.WAIT),
    "redeploy at work": (state(commit=A), pull(), A, REDEPLOY, Step.DEPLOY),
}


@pytest.mark.spec("FR-007", "FR-008", "EC-4", "EC-9")
@pytest.mark.parametrize("row", ROWS)
def test_the_pull_request_and_the_state_decide(row: str) -> None:
    known, found, in_flight, wanted, step = ROWS[row]
    decision = next_step(known, found, in_flight=in_flight, wanted=wanted)
    assert decision.step is step
    assert decision.reason
    assert decision.commit == found.head_commit


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    ("in_flight", "found", "step"),
    [
        (None, pull(A), Step.DEPLOY),
        (A, pull(A), Step.WAIT),
        (None, pull(A, is_open=False), Step.TEAR_DOWN),
        (None, pull(A, is_fork=True), Step.REFUSE),
    ],
)
def test_what_failed_on_the_platforms_side_is_tried_again_unless_something_else_is_due(
    in_flight: Commit | None, found: PullRequest, step: Step
) -> None:
    decision = next_step(state(commit=A), found, in_flight=in_flight, is_recovering=True)
    assert decision.step is step


@pytest.mark.parametrize(
    ("in_flight", "found", "wanted", "is_superseding"),
    [
        (None, pull(B), None, False),
        (A, pull(B), None, True),
        (A, pull(A), None, False),
        (A, pull(A), REDEPLOY, True),
        (A, pull(B, is_draft=True), None, True),
        (A, pull(C, is_fork=True), None, True),
        (A, pull(A, is_fork=True), None, False),
    ],
)
def test_a_revision_of_another_commit_is_stopped_first(
    in_flight: Commit | None, found: PullRequest, wanted: Wanted | None, is_superseding: bool
) -> None:
    known = state(commit=A, approval=APPROVED_A)
    decision = next_step(known, found, in_flight=in_flight, wanted=wanted)
    assert decision.is_superseding is is_superseding


@pytest.mark.parametrize(
    ("known", "found", "wanted", "trigger"),
    [
        (state(), pull(), None, "opened"),
        (state(count=1, commit=A), pull(B), None, "push"),
        (state(count=1, commit=A), pull(A), RETRY, "retry by alice"),
        (state(approval=APPROVED_A), pull(is_fork=True), None, "approved by bob"),
    ],
)
def test_a_revision_says_what_asked_for_it(
    known: EnvironmentState, found: PullRequest, wanted: Wanted | None, trigger: str
) -> None:
    assert next_step(known, found, wanted=wanted).trigger == trigger


def test_reasons_are_those_that_people_read() -> None:
    assert next_step(state(), pull(is_draft=True)).reason == "skipped: draft"
    assert next_step(state(), pull(is_fork=True)).reason == f"fork: needs approval of {A}"
    assert next_step(state(**STOPPED), pull()).reason == "stopped by alice"
    merged = pull(is_open=False, is_merged=True)
    assert next_step(state(), merged).reason == "pull request merged"
    assert next_step(state(), pull(is_open=False)).reason == "pull request closed"


def test_only_what_a_person_asks_for_is_deployed_whether_or_not_anything_changed() -> None:
    pushed = next_step(state(count=1, commit=A), pull(B))
    assert not pushed.is_renewal
    for wanted in (RETRY, REDEPLOY):
        assert next_step(state(count=1, commit=A), pull(A), wanted=wanted).is_renewal
