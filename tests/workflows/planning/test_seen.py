"""What is known to serve after an update that came half of the way."""

import pytest

from tests.workflows.values import NOW, URL, A, B, begin, revision, serving, state
from workflows.models import Apart, Commit, RevisionState, Serving
from workflows.models.messages import ReadServingResult, SeenComponent, ServingSeen
from workflows.planning import first_attempt, note_seen
from workflows.planning.seen import what_serves

pytestmark = pytest.mark.spec("FR-009", "ENV-012")
NEW = {"is_new": True}
OLD = {"is_old": True}
SAME = {"is_same": True}
COMING = {"is_old": True, "is_coming": True}


def told(front: dict[str, bool] | None, **others: dict[str, bool]) -> ServingSeen:
    """Of revision 1, whose commit is B; the front is `web`."""
    seen = ReadServingResult(url=URL)
    if front is not None:
        web = SeenComponent(component="web", **front)
        rest = [SeenComponent(component=name, **each) for name, each in others.items()]
        seen = ReadServingResult(url=URL, front=web, components=(web, *rest))
    return ServingSeen(number=1, seen=seen)


def apart(**commits: Commit | None) -> tuple[Apart, ...]:
    return tuple(Apart(component=name, commit=commit) for name, commit in commits.items())


def after(message: ServingSeen, known: Serving | None = None) -> Serving:
    found = what_serves(known or serving(A), B, message, NOW)
    assert found is not None
    return found


def test_what_nobody_could_look_at_stays_as_it_was_known() -> None:
    assert what_serves(serving(A), B, told(None), NOW) == serving(A)
    assert what_serves(None, B, told(None), NOW) is None


@pytest.mark.parametrize("front", [OLD, SAME])
def test_older_pods_still_serve(front: dict[str, bool]) -> None:
    assert after(told(front, worker=OLD, db=SAME)) == serving(A)


def test_a_half_that_came_up_behind_the_front_is_told() -> None:
    found = after(told(OLD, api=NEW, db=SAME, worker={}))
    assert (found.commit, found.is_healthy) == (A, True)
    assert found.apart == apart(api=B, worker=None)


def test_a_front_that_came_up_alone_is_what_the_url_leads_to() -> None:
    found = after(told(NEW, api=OLD, db=SAME, worker={}))
    assert (found.commit, found.is_healthy, found.url) == (B, False, URL)
    assert found.apart == apart(api=A, worker=None)


def test_a_front_of_both_is_told_beside_what_served() -> None:
    found = after(told({"is_new": True, "is_old": True}))
    assert (found.commit, found.apart) == (A, apart(web=B))


def test_a_front_without_pods_serves_nothing() -> None:
    found = after(told({}, worker=OLD))
    assert (found.commit, found.is_down, found.is_well) == (A, True, False)
    assert found.apart == apart(web=None)
    assert after(told(OLD, worker=OLD), known=found) == serving(A), "it answers again"
    down = serving(B).model_copy(update={"is_down": True})
    assert after(told(NEW), known=down) == serving(B)


def test_a_first_deployment_is_what_the_url_leads_to_once_its_front_is_up() -> None:
    found = what_serves(None, B, told(NEW, worker={}), NOW)
    assert found is not None
    assert (found.commit, found.is_healthy, found.apart) == (B, False, apart(worker=None))
    assert what_serves(None, B, told({}), NOW) is None


def test_the_same_commit_again_is_apart_from_nothing() -> None:
    assert after(told(NEW, worker=OLD), known=serving(B)) == serving(B)


def test_pods_that_may_become_ready_after_the_update_has_ended_are_told() -> None:
    assert after(told(COMING)).coming == B
    assert after(told(OLD)).coming is None
    assert after(told(COMING), known=serving(B)).coming is None


def test_an_earlier_half_stays_told_until_something_changes_it() -> None:
    half = serving(A).model_copy(update={"apart": apart(worker="c" * 40)})
    assert after(told(OLD, worker=OLD), known=half).apart == half.apart
    assert after(told(NEW, worker=OLD), known=half).apart == half.apart
    assert after(told(OLD, worker=NEW), known=half).apart == apart(worker=B)
    assert after(told(NEW, worker=NEW), known=half).apart == ()
    assert after(told(OLD), known=half).apart == (), "it is gone"


def test_what_an_earlier_attempt_at_the_same_commit_has_made_counts() -> None:
    failed = [revision(number, B, RevisionState.FAILED) for number in (5, 4, 3)]
    assert first_attempt(failed[:1]).number == 5
    assert first_attempt([*failed, revision(2, A), revision(1, B)]).number == 3
    assert first_attempt([*failed, revision(2, B)]).number == 3, "that one came up"


def test_only_the_newest_revision_is_heard() -> None:
    known = state(serving=serving(A))
    assert not note_seen(known, told({}), now=NOW), "none has begun"
    begin(known)
    assert not note_seen(known, told(OLD), now=NOW), "nothing new"
    late = told({}).model_copy(update={"number": 7})
    assert not note_seen(known, late, now=NOW)
    assert note_seen(known, told({}), now=NOW)
    assert known.serving is not None
    assert known.serving.is_down
