"""Who follows another source's pull request: one row of the rule each."""

import pytest

from tests.workflows.sharing import back, front, led_by
from tests.workflows.values import NOW, A, B, C, backend, pull, revision, serving, state
from workflows.models import AskedFor, EnvironmentState, RevisionState, SiblingMoved
from workflows.planning import Step, begin_revision, follow, follow_sibling, must_tell, next_step

pytestmark = pytest.mark.spec("ENV-016")

MOVED = SiblingMoved(
    repository_id=43, repository="acme/backend", number=3, branch="feature/cart", commit=C
)
WITH_BACKEND = revision(sources=(backend(B),))
UNPLANNED = revision(result=RevisionState.PENDING)
FAILED = revision(result=RevisionState.FAILED)
ALONE = revision()


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        pytest.param({"revisions": [WITH_BACKEND]}, "backend moved to ccccccc", id="came along"),
        pytest.param({"revisions": [UNPLANNED]}, "acme/backend moved", id="not planned yet"),
        pytest.param({"revisions": [FAILED]}, "acme/backend moved", id="could not be planned"),
        pytest.param({}, "acme/backend moved", id="nothing begun"),
    ],
)
def test_an_environment_with_that_branch_follows(known: dict[str, object], reason: str) -> None:
    found = follow_sibling(state(pull=pull(), **known), MOVED)
    assert found.is_followed
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        pytest.param({"pull": None}, "not read yet", id="not read"),
        pytest.param({"pull": pull(is_open=False)}, "closed", id="closed"),
        pytest.param({"closed_at": NOW}, "closed", id="close announced"),
        pytest.param({"pull": pull(is_fork=True)}, "fork", id="fork"),
        pytest.param({"pull": pull(head_branch="x")}, "its branch is `x`", id="another branch"),
        pytest.param({"is_stopped": True, "stopped_by": "alice"}, "stopped by alice", id="stopped"),
        pytest.param({"revisions": [revision(sources=(backend(C),))]}, "already", id="has it"),
        pytest.param({"revisions": [ALONE]}, "does not come along", id="is alone"),
        pytest.param(
            {"revisions": [revision(sources=(backend(repository_id=44),))]},
            "does not come along",
            id="others come along",
        ),
    ],
)
def test_all_others_keep_what_they_have_and_say_why(known: dict[str, object], reason: str) -> None:
    found = follow_sibling(state(**{"pull": pull(), **known}), MOVED)
    assert not found.is_followed
    assert reason in found.reason


@pytest.mark.parametrize("repository_id", [42, 43], ids=["whoever leads", "another one"])
def test_a_shared_environment_looks_itself_at_those_that_share_it(repository_id: int) -> None:
    moved = MOVED.model_copy(update={"repository_id": repository_id})
    found = follow_sibling(led_by(front(), back()), moved)
    assert not found.is_followed
    assert "shares this environment" in found.reason
    assert follow_sibling(led_by(front()), MOVED).is_followed


def following() -> EnvironmentState:
    """One that serves its head, and has decided to follow."""
    known = state(
        pull=pull(), commit=A, count=1, revisions=[WITH_BACKEND], serving=serving(), phase="ready"
    )
    follow(known, follow_sibling(known, MOVED))
    return known


def test_following_deploys_the_same_head_again() -> None:
    decision = next_step(following(), pull())
    assert (decision.step, decision.commit) == (Step.DEPLOY, A)
    assert decision.reason == "deploying aaaaaaa: backend moved to ccccccc"
    assert not decision.is_renewal


def test_following_supersedes_what_is_at_work() -> None:
    assert next_step(following(), pull(), in_flight=A).is_superseding


def test_a_draft_is_skipped_all_the_same() -> None:
    assert next_step(following(), pull(is_draft=True)).step is Step.SKIP


def test_once_begun_nothing_more_is_to_be_followed() -> None:
    known = following()
    begin_revision(known, revision_id="rev:2", commit=A, trigger="x", now=NOW)
    assert known.moved == ""
    assert next_step(known, pull()).step is Step.WAIT


def test_each_head_is_told_once() -> None:
    assert must_tell(state(), pull())
    assert not must_tell(state(told_commit=A), pull())
    assert must_tell(state(told_commit=A), pull(B))


def test_a_fork_and_a_closed_pull_request_tell_nobody() -> None:
    assert not must_tell(state(), pull(is_fork=True))
    assert not must_tell(state(), pull(is_open=False))


@pytest.mark.spec("ENV-022")
def test_what_follows_no_pull_request_tells_nobody() -> None:
    assert must_tell(state(), pull())
    assert not must_tell(state(asked=AskedFor(by="ada")), pull())
