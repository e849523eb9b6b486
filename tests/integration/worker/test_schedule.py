"""The schedule of the reconcile on a real Temporal server: there after a start, corrected, and never resumed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import (
    Client,
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    ScheduleOverlapPolicy,
)
from temporalio.service import RPCError

from worker.schedule import RUN_TIMEOUT, SCHEDULE, ensure_schedule
from workflows import wire

pytestmark = pytest.mark.spec("EC-5")


@pytest.fixture(autouse=True)
async def no_schedule(client: Client) -> AsyncIterator[None]:
    yield
    try:
        await client.get_schedule_handle(SCHEDULE).delete()
    except RPCError:
        return  # the test made none


async def described(client: Client) -> ScheduleDescription:
    return await client.get_schedule_handle(SCHEDULE).describe()


async def test_a_first_start_makes_the_schedule(client: Client) -> None:
    await ensure_schedule(client, timedelta(minutes=5))
    schedule = (await described(client)).schedule
    assert [one.every for one in schedule.spec.intervals] == [timedelta(minutes=5)]
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert isinstance(schedule.action, ScheduleActionStartWorkflow)
    assert schedule.action.workflow == "ReconcileWorkflow"
    assert schedule.action.task_queue == wire.WORKFLOWS_QUEUE
    assert schedule.action.execution_timeout == RUN_TIMEOUT


async def test_a_later_start_corrects_it(client: Client) -> None:
    await ensure_schedule(client, timedelta(minutes=5))
    await ensure_schedule(client, timedelta(minutes=2))
    spec = (await described(client)).schedule.spec
    assert [one.every for one in spec.intervals] == [timedelta(minutes=2)]
    assert spec.jitter == timedelta(seconds=12)


async def test_a_schedule_that_a_person_paused_stays_paused(client: Client) -> None:
    await ensure_schedule(client, timedelta(minutes=5))
    await client.get_schedule_handle(SCHEDULE).pause(note="GitHub moves")
    await ensure_schedule(client, timedelta(minutes=2))
    schedule = (await described(client)).schedule
    assert schedule.state.paused
    assert schedule.state.note == "GitHub moves"
    assert [one.every for one in schedule.spec.intervals] == [timedelta(minutes=2)]
