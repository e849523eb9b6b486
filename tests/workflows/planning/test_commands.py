"""Which commands are refused, and in which words."""

import pytest

from tests.workflows.values import NOW, A, B, pull, revision, state
from workflows.models import Approval, EnvironmentState, Phase, RevisionState
from workflows.planning import why_not_approve, why_not_redeploy, why_not_retry

FAILED = [revision(result=RevisionState.FAILED)]
FORK = pull(is_fork=True)


@pytest.mark.spec("FR-011", "US5")
@pytest.mark.parametrize(
    ("known", "in_flight", "words"),
    [
        (state(revisions=FAILED, pull=pull()), None, ""),
        (state(revisions=FAILED, pull=pull()), A, "still at work"),
        (state(pull=pull()), None, "there is none"),
        (state(revisions=[revision()], pull=pull()), None, "the last one is succeeded"),
        (state(revisions=[revision()], phase=Phase.DEGRADED, pull=pull()), None, ""),
        (state(revisions=FAILED, pull=pull(is_open=False)), None, "closed"),
        (state(revisions=FAILED, pull=FORK), None, "needs approval"),
        (state(revisions=FAILED), None, ""),
    ],
)
def test_a_retry_is_for_what_failed(
    known: EnvironmentState, in_flight: str | None, words: str
) -> None:
    refusal = why_not_retry(known, in_flight=in_flight)
    assert (refusal is None) is (words == "")
    assert refusal is None or (words in refusal.message and refusal.type == "Conflict")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (state(pull=pull()), ""),
        (state(), ""),
        (state(pull=pull(), revisions=[revision()]), ""),
        (state(pull=pull(is_open=False)), "closed"),
        (state(pull=FORK), "needs approval"),
        (state(pull=FORK, approval=Approval(commit=A, by="bob", at=NOW)), ""),
    ],
)
def test_a_redeploy_is_possible_whatever_happened(known: EnvironmentState, words: str) -> None:
    refusal = why_not_redeploy(known)
    assert (refusal is None) is (words == "")
    assert refusal is None or words in refusal.message


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    ("known", "commit", "kind"),
    [
        (state(pull=FORK), A, ""),
        (state(pull=FORK), B, "StaleCommit"),
        (state(pull=pull()), A, "Conflict"),
        (state(pull=pull(is_fork=True, is_open=False)), A, "Conflict"),
        (state(), A, "Conflict"),
    ],
)
def test_an_approval_is_for_the_head_of_a_fork(
    known: EnvironmentState, commit: str, kind: str
) -> None:
    refusal = why_not_approve(known, commit)
    assert (refusal.type if refusal else "") == kind
