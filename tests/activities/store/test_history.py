"""Decisions are told once, the audit keeps everything, and both are read newest first."""

from datetime import timedelta

import pytest

from activities.store import AuditEntry, Store, StoreActivities
from tests.support.examples import NOW
from workflows.models import EventDecision


def make_decision(delivery: str = "guid-1", **changes: object) -> EventDecision:
    decision = EventDecision(
        at=NOW,
        repository="acme/shop",
        repository_id=1001,
        number=12,
        delivery=delivery,
        event="pull_request",
        action="opened",
        decision="skipped",
        reason="draft",
    )
    return decision.model_copy(update=changes)


@pytest.mark.spec("EC-9")
@pytest.mark.invariant(5)
async def test_a_decision_about_a_delivery_is_stored_once(store: Store) -> None:
    activities = StoreActivities(store)
    await activities.record_decision(make_decision())
    await activities.record_decision(make_decision(at=NOW + timedelta(minutes=5)))
    await activities.record_decision(make_decision(decision="deployed", reason="ready"))
    stored = await store.decisions.list()
    assert sorted(each.decision for each in stored) == ["deployed", "skipped"]


async def test_decisions_without_a_delivery_are_told_apart_by_what_they_say(store: Store) -> None:
    assert await store.decisions.add(make_decision(""))
    assert not await store.decisions.add(make_decision(""))
    assert await store.decisions.add(make_decision("", reason="another"))


async def test_decisions_of_one_pull_request_are_read_newest_first(store: Store) -> None:
    await store.decisions.add(make_decision("a"))
    await store.decisions.add(make_decision("b", at=NOW + timedelta(minutes=1)))
    await store.decisions.add(make_decision("c", number=13))
    await store.decisions.add(make_decision("d", repository_id=9))
    found = await store.decisions.list(repository_id=1001, number=12)
    assert [each.delivery for each in found] == ["b", "a"]


async def test_decisions_of_an_environment_without_a_pull_request_are_its_own(
    store: Store,
) -> None:
    await store.decisions.add(make_decision("a", number=0, environment="web-shop/agent-shop-ada"))
    await store.decisions.add(make_decision("b", number=0, environment="web-shop/agent-shop-bob"))
    found = await store.decisions.list(environment="web-shop/agent-shop-ada")
    assert [each.delivery for each in found] == ["a"]


async def test_texts_from_outside_are_cut_to_what_a_column_holds(store: Store) -> None:
    await store.decisions.add(make_decision(action="x" * 500, repository="r" * 500))
    (found,) = await store.decisions.list()
    assert (len(found.action), len(found.repository)) == (64, 255)


async def test_decisions_nobody_asks_about_any_more_are_forgotten(store: Store) -> None:
    await store.decisions.add(make_decision("old", at=NOW - timedelta(days=91)))
    await store.decisions.add(make_decision("young", at=NOW - timedelta(days=89)))
    await store.decisions.add(make_decision("new"))
    assert [each.delivery for each in await store.decisions.list()] == ["new", "young"]


@pytest.mark.spec("T-4")
async def test_the_audit_says_who_did_what_from_where_with_what_result(store: Store) -> None:
    entry = AuditEntry(
        at=NOW,
        actor="ada",
        face="rest",
        origin="127.0.0.1",
        operation="retry",
        subject="web-shop/pr-shop-12",
        result="RefusedError",
        detail="nothing has failed",
    )
    await store.audit.add(entry)
    await store.audit.add(entry.model_copy(update={"subject": "web-shop"}))
    assert await store.audit.list(subject="web-shop/pr-shop-12") == (entry,)
    assert len(await store.audit.list()) == 2
