"""What one round of the reconcile decides from what it could read."""

import pytest

from tests.workflows.values import PULL_REF, REF, A, B, pull
from workflows.models import PullRequest
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
    source: ProjectSource = SOURCE,
) -> World:
    return World(
        sources=(source,),
        open=pulls,
        running=running,
        namespaces=namespaces,
        former_leftover=former,
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
