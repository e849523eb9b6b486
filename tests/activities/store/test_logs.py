"""Logs outlive their containers, without secrets and without filling the disk."""

from datetime import timedelta

import pytest

from activities.store import Store
from activities.store import logs as module


@pytest.mark.spec("FR-006")
async def test_kept_lines_are_read_back_newest_container_first(store: Store) -> None:
    await store.kept_logs.keep("ns", "shop-1", "migrate", ["one", "two"])
    await store.kept_logs.keep("ns", "shop-1", "web", ["up"])
    await store.kept_logs.keep("other", "shop-1", "web", ["not this"])
    kept = await store.kept_logs.of_namespace("ns")
    assert [(each.container, each.lines) for each in kept] == [
        ("web", ("up",)),
        ("migrate", ("one", "two")),
    ]
    (only,) = await store.kept_logs.of_namespace("ns", container="migrate")
    assert only.lines == ("one", "two")


@pytest.mark.invariant(5)
async def test_keeping_twice_replaces(store: Store) -> None:
    await store.kept_logs.keep("ns", "shop-1", "web", ["first"])
    await store.kept_logs.keep("ns", "shop-1", "web", ["first", "second"])
    (kept,) = await store.kept_logs.of_namespace("ns")
    assert kept.lines == ("first", "second")


@pytest.mark.invariant(4)
async def test_secrets_are_masked_and_stack_traces_stay(store: Store) -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "/app/shop.py", line 3',
        "DB_PASSWORD=hunter22x",
    ]
    await store.kept_logs.keep("ns", "shop-1", "web", lines)
    (kept,) = await store.kept_logs.of_namespace("ns")
    assert kept.lines == (*lines[:2], "DB_PASSWORD=***")


async def test_a_container_that_wrote_without_end_keeps_its_last_lines(store: Store) -> None:
    await store.kept_logs.keep("ns", "shop-1", "web", [f"line {n}\0" for n in range(200_000)])
    (kept,) = await store.kept_logs.of_namespace("ns")
    assert sum(len(line) + 1 for line in kept.lines) <= module.MAX_CHARACTERS + 1
    assert kept.lines[-1].startswith("line 199999")


async def test_only_the_newest_containers_of_a_namespace_are_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CONTAINERS", 3)
    for number in range(6):
        await store.kept_logs.keep("ns", f"shop-{number}", "web", ["x"])
    await store.kept_logs.keep("other", "shop-0", "web", ["x"])
    kept = await store.kept_logs.of_namespace("ns")
    assert [each.pod for each in kept] == ["shop-5", "shop-4", "shop-3"]
    assert len(await store.kept_logs.of_namespace("other")) == 1


async def test_logs_of_long_ago_go_whichever_namespace_they_are_of(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pull request has a namespace of its own, so a limit for each alone would keep all of them."""
    monkeypatch.setattr(module, "LOGS_KEPT", timedelta(0))
    await store.kept_logs.keep("merged-long-ago", "shop-1", "web", ["x"])
    await store.kept_logs.keep("ns", "shop-1", "web", ["x"])
    assert await store.kept_logs.of_namespace("merged-long-ago") == ()
    assert len(await store.kept_logs.of_namespace("ns")) == 1
