"""The reconcile where pull requests of several repositories share an environment: nothing is missing, nothing left over."""

import pytest

from tests.workflows.sharing import BACK, ENVIRONMENT, FRONT, SHARED, back, front
from tests.workflows.values import A, B, C
from workflows.models import PullRequest
from workflows.models.messages import (
    EnvironmentNamespace,
    ProjectSource,
    RunningEnvironment,
    RunningMember,
)
from workflows.planning import World, compare, leftover_name

pytestmark = pytest.mark.spec("ENV-016", "EC-5")

ENTITY = f"env:acme-shop:{ENVIRONMENT}"
ALONE = RunningEnvironment(workflow_id=ENTITY, repository_id=42, number=7, commit=A, phase="ready")
BOTH = ALONE.model_copy(update={"members": (RunningMember(repository_id=43, number=3, commit=B),)})
NAMESPACE = EnvironmentNamespace(ref=SHARED, pull_request=FRONT, uid="1")


def source(repository_id: int, name: str, *, shares: bool = True) -> ProjectSource:
    return ProjectSource(
        team="acme",
        project="acme-shop",
        installation=1,
        repository_id=repository_id,
        repository=f"acme/{name}",
        name=name,
        shares_by_branch=shares,
    )


SOURCES = (source(42, "frontend"), source(43, "backend"))


def world(
    *pulls: PullRequest, running: RunningEnvironment | None = BOTH, **changes: object
) -> World:
    made = World(
        sources=SOURCES,
        open={
            each.repository_id: tuple(
                pull for pull in pulls if pull.ref.repository_id == each.repository_id
            )
            for each in SOURCES
        },
        running=(running,) if running else (),
        namespaces=(NAMESPACE,),
    )
    return made.model_copy(update=changes)


def test_both_are_followed_by_one_entity_and_have_one_namespace() -> None:
    found = compare(world(front(), back()))
    assert (found.missing, found.stale, found.leftover, found.lost) == ((), (), (), ())
    assert found.problems == ()


def test_one_whose_event_was_lost_is_sent_to_the_environment_that_runs() -> None:
    found = compare(world(front(), back(), running=ALONE))
    [start] = found.missing
    assert (start.ref.environment, start.pull_request, start.source) == (
        ENVIRONMENT,
        BACK,
        "backend",
    )


def test_two_whose_events_were_lost_are_sent_to_the_same_environment() -> None:
    found = compare(world(front(), back(), running=None, namespaces=()))
    assert [each.ref.environment for each in found.missing] == [ENVIRONMENT] * 2


@pytest.mark.invariant(7)
def test_a_fork_is_sent_to_one_of_its_own() -> None:
    found = compare(world(front(), back(is_fork=True), running=ALONE))
    assert [each.ref.environment for each in found.missing] == ["pr-backend-3"]


def test_one_that_is_not_to_be_shared_is_sent_to_one_of_its_own() -> None:
    apart = (SOURCES[0], source(43, "backend", shares=False))
    found = compare(world(front(), back(), running=ALONE, sources=apart))
    assert [each.ref.environment for each in found.missing] == ["pr-backend-3"]


def test_a_push_to_a_member_that_was_missed_is_told() -> None:
    found = compare(world(front(), back(C)))
    [nudge] = found.stale
    assert (nudge.ref.environment, nudge.pull_request) == (ENVIRONMENT, BACK)
    assert nudge.reason == "reconcile: the head is ccccccc"


def test_a_close_of_a_member_that_was_missed_is_told() -> None:
    found = compare(world(front()))
    [nudge] = found.stale
    assert (nudge.ref.environment, nudge.pull_request.number) == (ENVIRONMENT, 3)
    assert nudge.reason == "reconcile: its pull request is not open"
    assert found.leftover == ()


def test_a_namespace_that_tells_whoever_led_before_is_not_left_over() -> None:
    led_by_other = RunningEnvironment(
        workflow_id=ENTITY, repository_id=43, number=3, commit=B, phase="ready"
    )
    found = compare(
        world(back(), running=led_by_other, former_leftover=(leftover_name(NAMESPACE),))
    )
    assert (found.leftover, found.candidates, found.lost, found.stale) == ((), (), (), ())


@pytest.mark.spec("EC-10")
def test_a_namespace_that_is_gone_is_missed_once_for_both() -> None:
    first = compare(world(front(), back(), namespaces=()))
    assert first.lost == (ENTITY,)
    second = compare(world(front(), back(), namespaces=(), former_lost=first.lost))
    assert [each.must_restore for each in second.stale] == [True]


@pytest.mark.spec("FR-008")
def test_when_both_are_closed_and_no_entity_runs_the_namespace_is_left_over() -> None:
    found = compare(world(running=None))
    assert found.leftover == (leftover_name(NAMESPACE),)


def test_a_member_of_no_project_is_a_problem_for_operators() -> None:
    found = compare(world(front(), sources=SOURCES[:1]))
    assert found.problems == (f"{ENTITY} follows a repository of no project",)
