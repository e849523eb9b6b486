"""Names of shared environments, and what each pull request of one is shown."""

import pytest

from tests.workflows.sharing import BACK, BRANCH, ENVIRONMENT, FRONT, back, front, led_by
from tests.workflows.values import NOW, A, B, C, backend, failure, revision, serving, state
from workflows import naming
from workflows.models import (
    EnvironmentSnapshot,
    EnvironmentState,
    Member,
    Phase,
    Project,
    RevisionState,
    Source,
    SourceSettings,
    Template,
)
from workflows.models.messages import Report, Surfaces
from workflows.planning import (
    environment_of,
    make_snapshot,
    pictures,
    shares_by_branch,
    surface_writes,
    unharmed,
)
from workflows.planning.sharing import own_source

pytestmark = pytest.mark.spec("ENV-016")

OF_FRONT = backend(A, name="frontend", repository_id=42, repository="acme/frontend", branch=BRANCH)
OF_BACK = backend(B, branch=BRANCH, is_same_branch=True)
TOGETHER = revision(own=OF_FRONT, sources=(OF_BACK,))


def test_the_name_is_the_same_for_every_source_and_tells_the_branch() -> None:
    names = {
        environment_of(each, number, BRANCH, is_fork=False, shares=True)[0]
        for each, number in (("frontend", 7), ("backend", 3))
    }
    assert names == {ENVIRONMENT}
    assert ENVIRONMENT.startswith("br-feature-cart--")
    assert naming.is_shared(ENVIRONMENT)
    assert naming.is_shared(naming.branch_environment_name("…"))


@pytest.mark.parametrize(
    ("branch", "is_fork", "shares", "names"),
    [
        ("cart", False, True, ("br-cart", "pr-shop-7")),
        ("cart", False, False, ("pr-shop-7", "br-cart")),
        ("cart", True, True, ("pr-shop-7", "")),
        ("", False, True, ("pr-shop-7", "")),
    ],
    ids=["shared", "setting off", "fork", "branch not told"],
)
def test_a_pull_request_belongs_to_one_environment_and_may_be_in_one_from_before(
    branch: str, is_fork: bool, shares: bool, names: tuple[str, str]
) -> None:
    assert environment_of("shop", 7, branch, is_fork=is_fork, shares=shares) == names


@pytest.mark.parametrize(
    ("is_set", "source", "shares"),
    [(True, "frontend", True), (True, "docs", False), (False, "frontend", False)],
    ids=["named", "not named", "setting off"],
)
def test_sources_share_that_the_first_template_names(
    is_set: bool, source: str, shares: bool
) -> None:
    sources = tuple(
        Source(name=name, repository_id=number, repository=f"acme/{name}", installation=1)
        for number, name in enumerate(("frontend", "backend", "docs"))
    )
    named = tuple(SourceSettings(source=each) for each in ("frontend", "backend"))
    project = Project(
        key="acme-shop",
        team="acme",
        name="shop",
        sources=sources,
        templates={"development": Template(sources=named)},
        share_by_branch=is_set,
    )
    assert shares_by_branch(project, source) is shares
    assert not shares_by_branch(project.model_copy(update={"templates": {}}), source)


def shown(at: EnvironmentState) -> list[EnvironmentSnapshot]:
    snapshot = make_snapshot(at, workflow_id="env", now=NOW)
    return [each for each, _ in pictures(at, snapshot)]


@pytest.mark.invariant(1, 3)
def test_each_is_shown_the_one_environment_with_its_own_commit_first() -> None:
    at = led_by(front(), back(), revisions=[TOGETHER], serving=serving(A), phase=Phase.READY)
    leaders, members = shown(at)
    assert (leaders.pull_request, leaders.commit, leaders.title) == (FRONT, A, "A cart")
    assert (members.pull_request, members.commit, members.title) == (BACK, B, "Prices")
    assert leaders.shared_with == (BACK,)
    assert members.shared_with == (FRONT,)
    assert leaders.serving
    assert members.serving
    assert (leaders.serving.commit, members.serving.commit) == (A, B)
    assert leaders.serving.url == members.serving.url
    assert leaders.revisions == (TOGETHER,)
    [seen] = members.revisions
    assert (seen.id, seen.commit, seen.sources) == (TOGETHER.id, B, (OF_FRONT,))


def test_a_member_that_was_not_read_yet_is_shown_nothing() -> None:
    at = led_by(front(), members=[Member(pull_request=BACK)])
    assert [(each.pull_request, each.shared_with) for each in shown(at)] == [(FRONT, ())]


def test_a_revision_without_a_members_commit_is_none_of_its() -> None:
    unplanned = revision(2, commit=C, result=RevisionState.FAILED, own=OF_FRONT)
    at = led_by(front(C), back(), revisions=[unplanned, TOGETHER], serving=serving(A))
    members = shown(at)[1]
    assert [each.number for each in members.revisions] == [1]
    assert members.serving
    assert members.serving.commit == B


def test_what_serves_of_a_revision_that_is_forgotten_keeps_its_address() -> None:
    at = led_by(front(), back(), serving=serving(C))
    assert [each.serving for each in shown(at)] == [serving(C)] * 2
    unknown = revision(own=OF_FRONT)
    at = led_by(front(), back(), revisions=[unknown], serving=serving(A))
    assert [each.serving for each in shown(at)] == [serving(A)] * 2


def test_whoever_leads_sees_revisions_of_another_ones_time_by_its_own_commits() -> None:
    at = led_by(back(), revisions=[TOGETHER], serving=serving(A))
    [leaders] = shown(at)
    assert [each.commit for each in leaders.revisions] == [B]
    assert leaders.serving
    assert leaders.serving.commit == B


def test_one_that_has_left_is_told_that_it_is_over_while_the_environment_goes_on() -> None:
    working = revision(2, commit=A, result=RevisionState.BUILDING, own=OF_FRONT, sources=(OF_BACK,))
    gone = Member(pull_request=BACK, pull=back(is_open=False), reason="pull request closed")
    at = led_by(
        front(),
        departed=[gone],
        sequence=5,
        revisions=[working, TOGETHER],
        serving=serving(A),
        failure=failure(),
        blockers=["x"],
        phase=Phase.BUILDING,
    )
    snapshot = make_snapshot(at, workflow_id="env", now=NOW)
    (_, nobody), (last, whom) = pictures(at, snapshot)
    assert (nobody, whom) == (None, gone)
    assert (last.phase, last.reason) == (Phase.DELETED, "pull request closed")
    assert (last.serving, last.failure, last.blockers, last.shared_with) == (None, None, (), ())
    assert [each.state for each in last.revisions] == [
        RevisionState.SUPERSEDED,
        RevisionState.SUCCEEDED,
    ]
    written = Surfaces(
        deployments={working.id: 1},
        deployment_states={working.id: "in_progress"},
        check_runs={working.id: 2},
        check_states={working.id: "in_progress"},
    )
    writes = surface_writes(Report(snapshot=last), written)
    assert [(each.surface, each.state) for each in writes] == [
        ("comment", ""),
        ("deployment_status", "inactive"),
        ("check_run", "cancelled"),
    ]


def test_what_another_pull_request_of_the_repository_shows_is_left_as_it_is() -> None:
    second = back(ref=BACK.model_copy(update={"number": 4}), is_open=False)
    gone = Member(pull_request=second.ref, pull=second)
    at = led_by(front(), back(), departed=[gone], revisions=[TOGETHER])
    assert [len(each.revisions) for each in shown(at)] == [1, 1, 0]


def test_environments_of_one_pull_request_are_shown_as_ever() -> None:
    at = state(pull=front(), revisions=[revision()], serving=serving())
    [only] = shown(at)
    assert only.revisions == (revision(),)
    assert only.shared_with == ()


def test_what_another_repositorys_commit_brought_up_is_nothing_to_compare_with() -> None:
    of_back = revision(2, commit=B, own=OF_BACK, sources=(OF_FRONT,))
    at = led_by(back(), revisions=[of_back, TOGETHER], serving=serving(A))
    assert unharmed(at) is None
    again = of_back.model_copy(update={"number": 3})
    at = led_by(back(), revisions=[again, of_back], serving=serving(B))
    assert unharmed(at) == serving(B)


def test_a_name_that_nobody_has_told_is_the_repositorys() -> None:
    at = led_by(front(), source="")
    found = own_source(at, A)
    assert found
    assert (found.name, found.branch, found.commit) == ("frontend", BRANCH, A)
    assert own_source(state(), A) is None
