"""A long wait beats, tells its progress, and ends at once when it is cancelled."""

import asyncio
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.heartbeat import beating


async def until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 5)


@pytest.mark.spec("FR-018")
async def test_a_wait_beats_with_its_latest_progress() -> None:
    beats: list[Any] = []
    told = asyncio.Event()

    def note(detail: Any) -> None:
        beats.append(detail)
        if detail == "second":
            told.set()

    async def work() -> None:
        async with beating(every=0.001) as progress:
            progress.detail = "first"
            progress.detail = "second"
            await until(told)

    environment = ActivityEnvironment()
    environment.on_heartbeat = note
    await environment.run(work)
    assert beats[-1] == "second"


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_cancel_ends_the_wait_and_its_beat() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        async with beating(every=0.001):
            begun.set()
            await asyncio.Event().wait()

    environment = ActivityEnvironment()
    running = asyncio.create_task(environment.run(work))
    await until(begun)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_outside_of_an_activity_nothing_beats() -> None:
    async with beating() as progress:
        progress.detail = "nobody listens"
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_failure_inside_is_not_hidden() -> None:
    async def work() -> None:
        async with beating(every=0.001):
            raise ValueError("the work's own failure")

    with pytest.raises(ValueError, match="the work's own failure"):
        await ActivityEnvironment().run(work)
