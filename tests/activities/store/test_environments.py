"""The read model shows the newest state, whatever order the writes come in."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.store import Store, StoreActivities
from tests.support.examples import NOW, OLDER_COMMIT, make_revision, make_snapshot
from workflows.models import EnvironmentSnapshot, Phase, RevisionState
from workflows.models.messages import FindSiblingsInput, RecordEnvironmentInput


async def test_a_snapshot_is_read_back_whole(store: Store) -> None:
    snapshot = make_snapshot(revisions=(make_revision(),), blockers=("a finalizer",))
    assert await store.environments.record(snapshot)
    assert await store.environments.get("web-shop", "pr-shop-12") == snapshot
    assert await store.environments.get("web-shop", "pr-shop-13") is None


@pytest.mark.spec("EC-9")
async def test_an_older_snapshot_never_overwrites_a_newer_one(store: Store) -> None:
    assert await store.environments.record(make_snapshot(sequence=5, phase=Phase.READY))
    assert not await store.environments.record(make_snapshot(sequence=4, phase=Phase.BUILDING))
    assert not await store.environments.record(make_snapshot(sequence=5, phase=Phase.FAILED))
    found = await store.environments.get("web-shop", "pr-shop-12")
    assert found is not None
    assert (found.sequence, found.phase) == (5, Phase.READY)


@pytest.mark.invariant(5)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations([1, 2, 3, 4, 5]), number=st.integers(20, 10**6))
async def test_any_order_of_writes_ends_with_the_newest(
    store: Store, order: list[int], number: int
) -> None:
    activities = StoreActivities(store)
    for sequence in [*order, *order]:
        snapshot = make_snapshot(number, sequence=sequence)
        await activities.record_environment(RecordEnvironmentInput(snapshot=snapshot))
    found = await store.environments.get("web-shop", f"pr-shop-{number}")
    assert found is not None
    assert found.sequence == 5


async def test_a_revision_outlives_its_place_in_the_snapshot(store: Store) -> None:
    first = make_revision(1, state=RevisionState.BUILDING, commit=OLDER_COMMIT)
    await store.environments.record(make_snapshot(sequence=1, revisions=(first,)))
    ended = first.model_copy(
        update={"state": RevisionState.SUPERSEDED, "finished_at": NOW + timedelta(hours=1)}
    )
    second = make_revision(2)
    await store.environments.record(make_snapshot(sequence=2, revisions=(second, ended)))
    await store.environments.record(make_snapshot(sequence=3, revisions=(second,)))
    assert await store.environments.revisions("web-shop", "pr-shop-12") == (second, ended)


@pytest.fixture
async def many(store: Store) -> Store:
    phases = [Phase.READY, Phase.FAILED, Phase.BUILDING, Phase.DELETED, Phase.READY]
    for number, phase in enumerate(phases, start=1):
        await store.environments.record(make_snapshot(number, phase=phase))
    return store


async def test_removed_environments_are_listed_when_asked_for(many: Store) -> None:
    listed = await many.environments.list()
    assert [each.pull_request.number for each in listed.environments] == [5, 3, 2, 1]
    everything = await many.environments.list(include_deleted=True)
    assert everything.total == 5
    removed = await many.environments.list(phase=Phase.DELETED)
    assert [each.pull_request.number for each in removed.environments] == [4]


async def test_lists_are_filtered_by_phase_and_repository(many: Store) -> None:
    ready = await many.environments.list(phase=Phase.READY)
    assert [each.pull_request.number for each in ready.environments] == [5, 1]
    assert (await many.environments.list(repository="ACME/Shop")).total == 4
    assert (await many.environments.list(repository="acme/other")).total == 0


async def test_pages_follow_each_other_without_gap_or_repetition(many: Store) -> None:
    seen: list[int] = []
    while True:
        page = await many.environments.list(limit=2, offset=len(seen), include_deleted=True)
        assert page.total == 5
        if not page.environments:
            break
        seen += [each.pull_request.number for each in page.environments]
    assert seen == [5, 4, 3, 2, 1]


async def test_phases_are_counted(many: Store) -> None:
    assert await many.environments.count_by_phase() == {
        Phase.READY: 2,
        Phase.FAILED: 1,
        Phase.BUILDING: 1,
        Phase.DELETED: 1,
    }


@pytest.mark.spec("ENV-016")
async def test_siblings_are_those_of_other_repositories_with_the_same_branch(store: Store) -> None:
    def of(number: int, repository_id: int, phase: Phase = Phase.READY) -> EnvironmentSnapshot:
        made = make_snapshot(number, phase=phase, branch="cart")
        ref = made.pull_request.model_copy(update={"repository_id": repository_id})
        return made.model_copy(update={"pull_request": ref})

    for each in (
        of(1, 1001),
        of(2, 2002),
        of(3, 2002, phase=Phase.DELETED),
        of(4, 2002).model_copy(update={"branch": "other"}),
    ):
        await store.environments.record(each)
    request = FindSiblingsInput(ref=make_snapshot().ref, repository_id=1001, branch="cart")
    found = await StoreActivities(store).find_siblings(request)
    assert found.workflow_ids == ("env:web-shop:pr-shop-2",)
