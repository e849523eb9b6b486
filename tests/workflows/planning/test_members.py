"""Who shares an environment: joining, leaving and leading in every order, and what is deployed for it."""

import pytest

from tests.workflows.sharing import (
    BACK,
    BRANCH,
    FRONT,
    back,
    found,
    front,
    led_by,
    told,
)
from tests.workflows.values import NOW, A, B, C, backend, pull, revision, state
from workflows.models import (
    PullRequest,
    PullRequestRef,
    SourceHead,
)
from workflows.planning import (
    Step,
    arrange,
    head_commits,
    heads_of,
    hear,
    is_outdated_for,
    next_step,
    pull_request_keys,
    stop,
    take_over,
)

pytestmark = pytest.mark.spec("ENV-016")

E = "e" * 40
DEFAULT = "0" * 40
"""Head of every default branch."""
SERVES = revision(own=backend(A, repository_id=42), sources=(backend(B),))


def test_an_event_of_another_pull_request_makes_it_a_member_that_is_read_next() -> None:
    at = led_by(front())
    assert not hear(at, told(BACK, "opened", B), now=NOW)
    [member] = at.members
    assert (member.pull_request, member.source, member.pull) == (BACK, "backend", None)
    assert (member.announced_commit, member.announced_at) == (B, NOW)
    hear(at, told(BACK, "edited"), now=NOW)
    assert len(at.members) == 1


def test_a_late_close_makes_nobody_a_member_and_stops_nothing() -> None:
    at = led_by(front())
    assert not hear(at, told(BACK, "closed"), now=NOW)
    assert at.members == []


@pytest.mark.invariant(2)
@pytest.mark.parametrize("ref", [FRONT, BACK], ids=["leader", "member"])
def test_a_close_of_either_is_heard_as_one(ref: PullRequestRef) -> None:
    at = led_by(front(), back())
    assert hear(at, told(ref, "closed"), now=NOW)
    closed = {FRONT: at.closed_at, BACK: at.members[0].closed_at}
    assert [each for each, when in closed.items() if when] == [ref]


def test_an_environment_of_one_pull_request_knows_no_members() -> None:
    at = state(pull=pull())
    event = told(BACK, "closed").model_copy(update={"deploy_drafts": True})
    assert hear(at, event, now=NOW)
    assert (at.members, at.closed_at, at.deploy_drafts) == ([], NOW, True)
    assert heads_of(at) == ()


def test_the_projects_setting_on_drafts_comes_with_the_event_of_any_of_them() -> None:
    at = led_by(front())
    hear(at, told(BACK, "opened").model_copy(update={"deploy_drafts": True}), now=NOW)
    assert at.deploy_drafts


@pytest.mark.invariant(7)
def test_a_fork_never_joins() -> None:
    at = led_by(front())
    hear(at, told(BACK, "opened", B), now=NOW)
    arrange(at, front(), found(back(is_fork=True)))
    assert (at.members, at.departed, heads_of(at)) == ([], [], ())


def test_one_that_is_closed_before_it_was_read_was_never_there() -> None:
    at = led_by(front())
    hear(at, told(BACK, "opened", B), now=NOW)
    arrange(at, front(), found(back(is_open=False)))
    assert (at.members, at.departed, at.left) == ([], [], [])


def test_one_that_comes_during_the_look_is_read_with_the_next() -> None:
    at = led_by(front(), revisions=[revision()], commit=A)
    hear(at, told(BACK, "opened", B), now=NOW)
    assert arrange(at, front(), {}).ref == FRONT
    assert [each.pull for each in at.members] == [None]
    assert next_step(at, front()).step is Step.WAIT


def test_a_member_joins_and_its_head_is_deployed() -> None:
    at = led_by(front(), revisions=[revision()], commit=A)
    hear(at, told(BACK, "opened", B), now=NOW)
    leading = arrange(at, front(), found(back()))
    assert leading.ref == FRONT
    assert heads_of(at) == (SourceHead(repository_id=43, branch=BRANCH, commit=B),)
    step = next_step(at, leading)
    assert (step.step, step.trigger) == (Step.DEPLOY, "acme/backend#3 joined")


def test_a_member_whose_head_came_along_already_joins_without_a_deployment() -> None:
    at = led_by(front(), back(), revisions=[SERVES], commit=A)
    arrange(at, front(), found(back()))
    assert next_step(at, front()).step is Step.WAIT
    assert at.begun == list(heads_of(at))


def test_a_push_to_a_member_is_deployed_with_the_leaders_head() -> None:
    at = led_by(front(), back(), revisions=[SERVES], commit=A)
    at.begun = list(heads_of(at))
    leading = arrange(at, front(), found(back(C)))
    step = next_step(at, leading)
    assert (step.step, step.commit, step.trigger) == (Step.DEPLOY, A, "backend moved to ccccccc")


def test_the_leader_leaves_to_whoever_came_first_and_its_default_branch_is_taken() -> None:
    at = led_by(front(), back(), revisions=[SERVES], commit=A, announced_commit=A)
    at.members[0].announced_commit = B
    leading = arrange(at, front(is_open=False, is_merged=True), found(back()))
    assert (leading.ref, at.pull_request, at.source) == (BACK, BACK, "backend")
    assert (at.members, at.left, at.announced_commit) == ([], [42], B)
    assert heads_of(at) == (SourceHead(repository_id=42),)
    [gone] = at.departed
    assert gone.reason == "pull request merged; the environment goes on for acme/backend#3"
    take_over(at, leading)
    step = next_step(at, leading)
    assert (step.step, step.commit) == (Step.DEPLOY, B)
    assert step.trigger == (
        "acme/backend#3 leads in place of acme/frontend#7; acme/frontend#7 was closed"
    )


def test_when_all_are_closed_the_environment_is_removed() -> None:
    at = led_by(front(), back(), revisions=[SERVES], commit=A)
    leading = arrange(at, front(is_open=False), found(back(is_open=False)))
    assert next_step(at, leading).step is Step.TEAR_DOWN
    assert [each.reason for each in at.departed] == ["pull request closed"]


def test_a_leader_that_nobody_was_shown_leaves_in_silence() -> None:
    at = led_by(front(), back(), pull=None)
    arrange(at, front(is_open=False), found(back()))
    assert (at.departed, at.left) == ([], [42])


def test_one_that_comes_back_is_taken_again_and_is_told_no_farewell() -> None:
    at = led_by(front(), back(), revisions=[SERVES], commit=A)
    arrange(at, front(), found(back(is_open=False)))
    assert (len(at.departed), at.left) == (1, [43])
    hear(at, told(BACK, "reopened", B), now=NOW)
    arrange(at, front(), found(back()))
    assert (at.departed, at.left) == ([], [])
    assert heads_of(at)[0].commit == B


@pytest.mark.parametrize(
    ("deploy_drafts", "leader"), [(False, BACK), (True, FRONT)], ids=["skipped", "deployed"]
)
def test_a_draft_that_is_skipped_leads_only_where_all_are(
    deploy_drafts: bool, leader: PullRequestRef
) -> None:
    draft = front(is_draft=True)
    at = led_by(draft, back(), deploy_drafts=deploy_drafts)
    assert arrange(at, draft, found(back())).ref == leader
    assert len(at.members) == 1
    alone = led_by(draft, back(is_draft=True))
    assert arrange(alone, draft, found(back(is_draft=True))).ref == FRONT


def test_two_of_one_repository_are_of_one_commit_and_nothing_is_taken_of_others() -> None:
    second = front(ref=FRONT.model_copy(update={"number": 8}))
    at = led_by(front(), second, revisions=[revision()], commit=A)
    arrange(at, front(), found(second))
    assert heads_of(at) == ()
    arrange(at, front(is_open=False), found(second))
    assert (at.pull_request.number, at.left) == (8, [])


@pytest.mark.parametrize(
    ("read", "is_started"),
    [(back(), False), (back(C), True)],
    ids=["nothing new", "push to the member"],
)
def test_a_stop_holds_until_either_is_pushed_to(read: PullRequest, is_started: bool) -> None:
    at = led_by(front(), back(), revisions=[SERVES])
    stop(at, by="alice")
    leading = arrange(at, front(), found(read))
    assert (next_step(at, leading).step is Step.DEPLOY) is is_started


def test_that_another_one_leads_is_no_push() -> None:
    at = led_by(front(), back(), revisions=[SERVES])
    stop(at, by="alice")
    leading = arrange(at, front(is_open=False), found(back()))
    assert next_step(at, leading).step is Step.STAY


@pytest.mark.parametrize(
    ("answer", "is_settled", "is_outdated"),
    [
        (back(B), False, True),
        (back(E), False, False),
        (back(B), True, False),
        (back(is_open=False), False, False),
    ],
    ids=["was brought up before", "may be newer than the event", "has settled", "closed"],
)
def test_an_answer_that_contradicts_a_members_event_counts_as_for_the_leader(
    answer: PullRequest, is_settled: bool, is_outdated: bool
) -> None:
    at = led_by(front(), back(), revisions=[SERVES])
    at.members[0].announced_commit = C
    assert is_outdated_for(at.members[0], at, answer, is_settled=is_settled) is is_outdated


def test_what_is_searched_by_tells_each_pull_request_and_its_head() -> None:
    at = led_by(front(), back())
    assert pull_request_keys(at) == ("42/7", "43/3")
    assert head_commits(at) == (A, B)
    hear(at, told(BACK.model_copy(update={"number": 4}), "opened"), now=NOW)
    assert pull_request_keys(at) == ("42/7", "43/3", "43/4")
    assert head_commits(at) == (A, B, None)
