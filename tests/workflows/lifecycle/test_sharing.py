"""Two pull requests of one branch name in two sources: one environment, each with a comment of its own (ENV-016)."""

from contextlib import suppress

import pytest
from temporalio.service import RPCError

from tests.support.wait import eventually
from tests.workflows.partners import Partner, partners
from tests.workflows.stage import Stage, commit
from workflows import wire
from workflows.environment import EnvironmentWorkflow
from workflows.errors import GitHubError, RepositoryGoneError
from workflows.models import Phase, RevisionState
from workflows.models import messages as m

pytestmark = pytest.mark.spec("ENV-016")


async def together(stage: Stage) -> tuple[Partner, Partner]:
    front, back = partners(stage)
    await front.open()
    await front.runs(frontend="a")
    await back.open()
    await front.runs(frontend="a", backend="b")
    return front, back


@pytest.mark.invariant(1, 3)
async def test_the_second_joins_and_each_has_one_comment_of_the_same_url(stage: Stage) -> None:
    front, back = await together(stage)
    shown = [await front.is_shown(Phase.READY, "a"), await back.is_shown(Phase.READY, "b")]
    assert {each.serving and each.serving.url for each in shown} == {stage.cluster.url}
    assert [each.shared_with for each in shown] == [(back.pull_request,), (front.pull_request,)]
    assert [each.revisions[0].commit for each in shown] == [commit("a"), commit("b")]
    assert shown[0].revisions[0].id == shown[1].revisions[0].id
    assert list(stage.cluster.namespaces) == [shown[0].ref.namespace]
    assert shown[0].revisions[0].trigger == f"acme/backend#{back.pull_request.number} joined"
    front.assert_one_after_another()


async def test_both_can_be_searched_for(stage: Stage) -> None:
    front, back = await together(stage)

    async def is_told() -> bool:
        found = (await front.handle.describe()).typed_search_attributes
        keys = (f"{each.repository_id}/{each.pull_request.number}" for each in (front, back))
        return (
            found.get(wire.PULL_REQUEST_ATTRIBUTE) == " ".join(keys)
            and found.get(wire.COMMIT_ATTRIBUTE) == f"{commit('a')} {commit('b')}"
        )

    await eventually(is_told)


@pytest.mark.invariant(1)
async def test_two_that_are_opened_at_the_same_moment_make_one_environment(stage: Stage) -> None:
    front, back = partners(stage)
    stage.controls.hold("read_pull_request")
    await front.open()
    await back.open()
    await front.begins("read_pull_request")
    stage.controls.release("read_pull_request")
    await front.runs(frontend="a", backend="b")
    assert len(front.steps("plan_revision")) == 1
    await back.is_shown(Phase.READY, "b")


@pytest.mark.parametrize("who", ["frontend", "backend"])
async def test_a_push_to_either_deploys_both_heads(stage: Stage, who: str) -> None:
    front, back = await together(stage)
    await {"frontend": front, "backend": back}[who].push("c")
    await front.runs(**{"frontend": "a", "backend": "b", who: "c"})
    heads = [each.heads[0].commit for each in front.planned()[-1:]]
    assert heads == [commit("c" if who == "backend" else "b")]
    front.assert_one_after_another()


async def test_a_push_to_the_other_replaces_what_is_at_work(stage: Stage) -> None:
    front, back = await together(stage)
    stage.controls.hold("build_image")
    await front.push("c")
    await front.begins("build_image", "c")
    await back.push("d")
    await stage.until(lambda: len(front.steps("plan_revision")) == 4)
    stage.controls.release("build_image")
    snapshot = await front.runs(frontend="c", backend="d")
    assert [each.state for each in snapshot.revisions[:2]] == [
        RevisionState.SUCCEEDED,
        RevisionState.SUPERSEDED,
    ]
    assert snapshot.revisions[0].trigger == "backend moved to ddddddd"
    front.assert_one_after_another()


@pytest.mark.invariant(2)
@pytest.mark.parametrize("who", [0, 1], ids=["whoever led", "the other"])
async def test_a_close_leaves_the_environment_to_the_other(stage: Stage, who: int) -> None:
    both = await together(stage)
    gone, stays = both[who], both[1 - who]
    names = {both[0]: "frontend", both[1]: "backend"}
    await gone.close()
    await stays.runs(**{names[stays]: "ab"[1 - who], names[gone]: "0"})
    final = await gone.is_shown(Phase.DELETED)
    assert final.serving is None
    other = f"{stays.pull_request.repository}#{stays.pull_request.number}"
    assert final.reason == f"pull request closed; the environment goes on for {other}"
    assert {each.state for each in final.revisions} <= {
        RevisionState.SUCCEEDED,
        RevisionState.CANCELLED,
    }
    shown = await stays.is_shown(Phase.READY, "ab"[1 - who])
    assert shown.shared_with == ()
    assert len(stage.cluster.namespaces) == 1
    await stays.close()
    closed = stage.diary.ticks
    await stays.ends()
    stays.assert_nothing_created_after(closed)
    assert stage.cluster.namespaces == {}
    assert (await stays.is_shown(Phase.DELETED)).reason == "pull request closed"


@pytest.mark.invariant(2)
async def test_when_both_are_closed_at_once_nothing_is_created_any_more(stage: Stage) -> None:
    front, back = await together(stage)
    stage.controls.hold("build_image")
    await front.push("c")
    await front.begins("build_image", "c")
    back.set(is_open=False)
    await front.close()
    await back.event("closed")
    closed = stage.diary.ticks
    await front.ends()
    front.assert_nothing_created_after(closed)
    for each in (front, back):
        assert (await each.is_shown(Phase.DELETED)).serving is None


async def test_one_that_is_reopened_joins_again(stage: Stage) -> None:
    front, back = await together(stage)
    await front.close()
    await back.runs(frontend="0", backend="b")
    await front.reopen()
    await back.runs(frontend="a", backend="b")
    shown = await front.is_shown(Phase.READY, "a")
    assert shown.shared_with == (back.pull_request,)
    assert len(stage.cluster.namespaces) == 1


async def test_one_that_is_opened_while_the_other_is_removed_begins_anew(stage: Stage) -> None:
    front, back = partners(stage)
    await front.open()
    await front.runs(frontend="a")
    stage.controls.hold("delete_namespace")
    await front.close()
    await front.begins("delete_namespace")
    await back.open()
    stage.controls.release("delete_namespace")
    await back.is_shown(Phase.READY, "b")
    await front.is_shown(Phase.DELETED)
    await back.close()
    await back.ends()


@pytest.mark.invariant(2)
async def test_nothing_is_created_after_a_close_that_github_does_not_show_yet(
    skipping: Stage,
) -> None:
    front, back = partners(skipping)
    await front.open()
    await back.open()
    await skipping.until(lambda: back.reported() and back.reported().serving, skip=1)  # type: ignore[union-attr]
    front.set(is_open=False)
    await back.event("closed")  # its pull request still reads as open
    closed = skipping.diary.ticks
    looks = skipping.diary.count("read_pull_request")
    await skipping.until(lambda: skipping.diary.count("read_pull_request") > looks + 1, skip=1)
    back.set(is_open=False)
    await front.ends()
    front.assert_nothing_created_after(closed)


async def test_an_answer_with_an_older_head_of_the_other_is_waited_out(skipping: Stage) -> None:
    front, back = partners(skipping)
    await front.open()
    await back.open()
    await skipping.until(lambda: back.reported() and back.reported().serving, skip=1)  # type: ignore[union-attr]
    planned = len(front.planned())
    await back.event("synchronize", head=commit("d"))
    looks = skipping.diary.count("read_pull_request")
    await skipping.until(lambda: skipping.diary.count("read_pull_request") > looks + 1, skip=1)
    assert len(front.planned()) == planned
    back.set(head_commit=commit("d"))
    await skipping.until(lambda: len(front.planned()) > planned, skip=1)
    assert front.planned()[-1].heads[0].commit == commit("d")


async def test_a_member_that_cannot_be_read_holds_up_what_is_shown_and_says_so(
    stage: Stage,
) -> None:
    front, back = await together(stage)
    stage.github.called[back.repository_id] = "read_the_other"
    stage.controls.fail("read_the_other", lambda: GitHubError("502"))
    await back.push("d")
    await front.runs(frontend="a", backend="d")
    stage.controls.fail("read_the_other", lambda: RepositoryGoneError("acme/backend is gone"))
    await front.push("c")
    await front.says("what runs is kept")


@pytest.mark.invariant(2)
async def test_a_close_interrupts_the_look_at_the_other(stage: Stage) -> None:
    front, back = await together(stage)
    stage.github.called[back.repository_id] = "read_the_other"
    stage.controls.hold("read_the_other")
    await front.push("c")
    await stage.until(lambda: stage.diary.running("read_the_other"))
    back.set(is_open=False)
    await front.close()
    closed = stage.diary.ticks
    await stage.until(lambda: len(stage.diary.named("read_the_other")) > 1)
    stage.controls.release("read_the_other")
    await front.ends()
    front.assert_nothing_created_after(closed)


async def test_a_member_that_comes_during_the_look_is_read_before_anything_is_decided(
    stage: Stage,
) -> None:
    front, back = await together(stage)
    stage.github.called[back.repository_id] = "read_the_other"
    stage.controls.hold("read_the_other")
    await front.event("edited")
    await stage.until(lambda: stage.diary.running("read_the_other"))
    third = Partner(stage, "docs", front.pull.head_branch, front.ref.project)
    await third.push("d")
    stage.controls.release("read_the_other")
    await front.runs(frontend="a", backend="b", docs="d")
    assert len(front.planned()) == 3


async def test_events_of_both_are_decided_and_recorded_as_theirs(stage: Stage) -> None:
    front, back = await together(stage)
    await back.decides(await back.event("edited"))
    await front.decides(await front.event("edited"))
    numbers = [each.number for each in stage.control.decisions[-2:]]
    assert numbers == [back.pull_request.number, front.pull_request.number]


async def test_a_stop_by_a_person_holds_for_both_until_one_is_pushed_to(stage: Stage) -> None:
    front, back = await together(stage)
    command = m.PersonCommand(actor="alice")
    await front.handle.execute_update(EnvironmentWorkflow.delete, command)
    await back.is_shown(Phase.DELETED)
    await back.decides(await back.event("edited"))
    assert stage.cluster.namespaces == {}
    await back.push("d")
    await front.runs(frontend="a", backend="d")


ORDERS = [
    "oF oB pF pB cF cB",
    "oB oF cF oF cB pF cF",
    "oF pB oB cF pB oF cB oB cF cB",
    "oB pB oF pF cB pF oB pB cB cF",
    "oF oB cB oB cF oF cF pB cB",
    "oF oB cF cB oB oF pB cB cF",
]
"""Opening, pushing and closing of the front end's and the back end's pull request, without a pause in between."""


@pytest.mark.invariant(1, 2)
@pytest.mark.parametrize("order", ORDERS)
async def test_in_whichever_order_one_revision_works_and_nothing_is_left(
    stage: Stage, order: str
) -> None:
    front, back = partners(stage)
    who = {"F": front, "B": back}
    letters = iter("cdef123456789")
    has_opened: set[str] = set()
    for what, name in (tuple(each) for each in order.split()):
        each = who[name]
        if what == "o" and name in has_opened:
            await each.reopen()
        elif what == "o":
            each.set(is_open=True)
            has_opened.add(name)
            await each.open()
        elif what == "c":
            with suppress(RPCError):  # it has seen that both are closed, and is over
                await each.close()
        elif each.pull.is_open and name in has_opened:
            await each.push(next(letters))
        else:
            each.set(head_commit=commit(next(letters)))
    await front.ends()
    front.assert_one_after_another()
    assert stage.cluster.namespaces == {}
    for each in who.values():
        shown = each.reported()
        assert shown is None or shown.phase is Phase.DELETED
