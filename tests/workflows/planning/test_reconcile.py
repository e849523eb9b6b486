"""What one round of the reconcile decides from what it could read."""

import pytest

from tests.workflows.values import PULL_REF, REF, A, B, pull
from workflows.models import Phase, PullRequest
from workflows.models.messages import EnvironmentNamespace, ProjectSource, RunningEnvironment
from workflows.planning import World, compare, leftover_name

SOURCE = ProjectSource(
    team="acme",
    project="acme-shop",
    installation=1,
    repository_id=42,
    repository="acme/shop",
    name="shop",
    deploy_drafts=True,
)
RUNNING = RunningEnvironment(
    workflow_id="env:acme-shop:pr-shop-7", repository_id=42, number=7, commit=A
)
NAMESPACE = EnvironmentNamespace(ref=REF, pull_request=PULL_REF, uid="1")
NAME = leftover_name(NAMESPACE)


def world(
    *,
    pulls: dict[int, tuple[PullRequest, ...]],
    running: tuple[RunningEnvironment, ...] = (),
    namespaces: tuple[EnvironmentNamespace, ...] | None = (),
    former: tuple[str, ...] = (),
    lost: tuple[str, ...] = (),
    source: ProjectSource = SOURCE,
) -> World:
    return World(
        sources=(source,),
        open=pulls,
        running=running,
        namespaces=namespaces,
        former_leftover=former,
        former_lost=lost,
    )


@pytest.mark.spec("EC-5")
def test_an_open_pull_request_without_environment_is_started() -> None:
    found = compare(world(pulls={42: (pull(),)}))
    assert [each.ref.environment for each in found.missing] == ["pr-shop-7"]
    assert found.missing[0].deploy_drafts
    assert found.missing[0].ref.namespace == ""
    assert found.stale == ()


def test_the_repositorys_own_name_is_used_where_a_source_has_none() -> None:
    nameless = SOURCE.model_copy(update={"name": "", "repository": "acme/Store"})
    found = compare(world(pulls={42: (pull(),)}, source=nameless))
    assert found.missing[0].ref.environment.startswith("pr-store-7--")


@pytest.mark.spec("EC-5")
@pytest.mark.parametrize(("head", "stale"), [(A, 0), (B, 1)])
def test_an_environment_of_another_commit_is_told_to_look(head: str, stale: int) -> None:
    found = compare(world(pulls={42: (pull(head),)}, running=(RUNNING,)))
    assert len(found.stale) == stale
    assert found.missing == ()


@pytest.mark.spec("EC-5", "FR-008")
def test_an_environment_whose_pull_request_is_not_open_is_told_to_look() -> None:
    odd = RUNNING.model_copy(update={"workflow_id": "env:acme-shop:another-name"})
    found = compare(world(pulls={42: ()}, running=(odd,)))
    assert [each.ref.environment for each in found.stale] == ["another-name"]
    assert found.stale[0].pull_request.number == 7


@pytest.mark.spec("EC-5", "FR-008")
@pytest.mark.parametrize("phase", [Phase.DELETING, Phase.DELETED])
def test_an_environment_that_is_on_its_way_out_hears_no_more_of_it(phase: Phase) -> None:
    """A removal that is blocked for weeks would be told in each round."""
    ending = RUNNING.model_copy(update={"phase": phase})
    assert compare(world(pulls={42: ()}, running=(ending,))).stale == ()


def test_a_left_over_namespace_is_noted_first_and_removed_when_found_again() -> None:
    first = compare(world(pulls={42: ()}, namespaces=(NAMESPACE,)))
    assert first.leftover == (NAME,)
    assert first.candidates == ()
    second = compare(world(pulls={42: ()}, namespaces=(NAMESPACE,), former=first.leftover))
    assert [each.namespace for each in second.candidates] == [NAMESPACE]
    assert second.candidates[0].start.ref == REF


def test_a_namespace_made_anew_under_the_same_name_counts_from_the_beginning() -> None:
    again = NAMESPACE.model_copy(update={"uid": "2"})
    found = compare(world(pulls={42: ()}, namespaces=(again,), former=(NAME,)))
    assert found.candidates == ()


@pytest.mark.parametrize(
    "doubt",
    [
        world(pulls={}, namespaces=(NAMESPACE,), former=(NAME,)),
        world(pulls={42: ()}, namespaces=None, former=(NAME,)),
        world(pulls={42: (pull(),)}, namespaces=(NAMESPACE,), former=(NAME,)),
        world(pulls={42: ()}, namespaces=(NAMESPACE,), former=(NAME,), running=(RUNNING,)),
        world(pulls={}, running=(RUNNING,)),
    ],
    ids=["unread", "no namespaces", "open", "running", "unread and running"],
)
def test_on_doubt_nothing_is_removed(doubt: World) -> None:
    found = compare(doubt)
    assert found.candidates == ()
    assert found.leftover == ()


def test_an_environment_of_no_project_is_a_problem_for_operators() -> None:
    stray = RUNNING.model_copy(update={"repository_id": 99})
    found = compare(world(pulls={42: ()}, running=(stray,)))
    assert found.problems == ("env:acme-shop:pr-shop-7 follows a repository of no project",)
    assert found.stale == ()


READY = RUNNING.model_copy(update={"phase": "ready"})


@pytest.mark.spec("EC-5", "EC-10")
def test_a_namespace_deleted_by_hand_is_noted_first_and_restored_when_missed_again() -> None:
    first = compare(world(pulls={42: (pull(),)}, running=(READY,)))
    assert (first.lost, first.stale) == ((READY.workflow_id,), ())
    second = compare(world(pulls={42: (pull(),)}, running=(READY,), lost=first.lost))
    assert [each.ref.environment for each in second.stale] == ["pr-shop-7"]
    assert second.stale[0].must_restore


@pytest.mark.spec("EC-5")
@pytest.mark.parametrize(
    "doubt",
    [
        world(pulls={42: (pull(),)}, running=(READY,), namespaces=None),
        world(pulls={42: (pull(),)}, running=(READY,), namespaces=(NAMESPACE,)),
        world(pulls={42: (pull(),)}, running=(RUNNING,)),
        world(pulls={}, running=(READY,)),
    ],
    ids=["no namespaces read", "it is there", "not ready", "unread"],
)
def test_nothing_is_restored_on_doubt(doubt: World) -> None:
    found = compare(doubt.model_copy(update={"former_lost": (READY.workflow_id,)}))
    assert found.lost == ()
    assert not any(each.must_restore for each in found.stale)


@pytest.mark.parametrize(
    ("phase", "is_draft", "is_fork", "told"),
    [
        ("pending", True, False, 1),
        ("pending", False, False, 0),
        ("pending", True, True, 0),
        ("ready", True, False, 0),
    ],
)
def test_a_skipped_draft_is_told_when_its_project_deploys_drafts(
    phase: str, is_draft: bool, is_fork: bool, told: int
) -> None:
    running = RUNNING.model_copy(update={"phase": phase})
    found = compare(
        world(
            pulls={42: (pull(is_draft=is_draft, is_fork=is_fork),)},
            running=(running,),
            namespaces=(NAMESPACE,),
        )
    )
    assert len(found.stale) == told
    assert all(each.deploy_drafts for each in found.stale)


@pytest.mark.spec("OPS-6")
def test_a_namespace_of_no_project_is_a_problem_for_operators_and_is_kept() -> None:
    stray = PULL_REF.model_copy(update={"repository_id": 99})
    namespace = NAMESPACE.model_copy(update={"pull_request": stray})
    found = compare(world(pulls={42: ()}, namespaces=(namespace,), former=(NAME,)))
    assert found.problems == (
        f"namespace {REF.namespace} belongs to {stray.repository}, a repository of no project",
    )
    assert found.candidates == ()


ASKED = PULL_REF.model_copy(update={"number": 0})
AGENT = RUNNING.model_copy(update={"workflow_id": "env:acme-shop:agent-shop-one", "number": 0})
AGENT_NAMESPACE = EnvironmentNamespace(
    ref=REF.model_copy(
        update={"environment": "agent-shop-one", "namespace": "acme-shop-agent-shop-one"}
    ),
    pull_request=ASKED,
    uid="2",
)


@pytest.mark.spec("EC-5", "ENV-022")
def test_what_somebody_asked_for_is_neither_missing_nor_left_over() -> None:
    for _ in range(2):
        found = compare(
            world(
                pulls={42: ()},
                running=(AGENT,),
                namespaces=(AGENT_NAMESPACE,),
                former=(leftover_name(AGENT_NAMESPACE),),
            )
        )
        assert found == compare(world(pulls={42: ()}))


@pytest.mark.spec("EC-5", "ENV-022", "OPS-6")
def test_a_namespace_that_nobody_looks_after_is_told_in_the_second_round() -> None:
    known = {"pulls": {42: (pull(),)}, "running": (RUNNING,), "namespaces": (AGENT_NAMESPACE,)}
    first = compare(world(**known))  # type: ignore[arg-type]  # as they are
    assert (first.leftover, first.problems) == ((leftover_name(AGENT_NAMESPACE),), ())
    second = compare(world(former=first.leftover, **known))  # type: ignore[arg-type]  # as they are
    assert second.candidates == ()
    assert second.stale == ()
    (problem,) = second.problems
    assert "`delete` acme-shop/agent-shop-one" in problem


@pytest.mark.spec("ENV-022")
def test_one_of_a_repository_of_no_project_is_no_stranger() -> None:
    other = ASKED.model_copy(update={"repository_id": 99})
    foreign = AGENT_NAMESPACE.model_copy(update={"pull_request": other})
    running = AGENT.model_copy(update={"repository_id": 99})
    found = compare(world(pulls={42: ()}, running=(running,), namespaces=(foreign,)))
    assert found.problems == ()
