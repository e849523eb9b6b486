"""The schedule that runs the reconcile; made or corrected at every start, never resumed when a person paused it."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows import wire
from workflows.models import messages as m
from workflows.reconcile import ReconcileWorkflow

SCHEDULE = "reconcile"
JITTER = timedelta(seconds=30)
"""Several installations of Catalyst must not ask GitHub in the same second."""
CATCH_UP = timedelta(minutes=10)
"""A reconcile that was missed for longer says nothing that the next one does not (Temporal's default: a year)."""
RUN_TIMEOUT = timedelta(minutes=15)
"""A stuck run would hold back all later ones, since runs do not overlap."""


def make_schedule(every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            ReconcileWorkflow.run,
            m.ReconcileInput(),
            id=SCHEDULE,
            task_queue=wire.WORKFLOWS_QUEUE,
            execution_timeout=RUN_TIMEOUT,
        ),
        spec=ScheduleSpec(
            intervals=[ScheduleIntervalSpec(every=every)], jitter=min(JITTER, every / 10)
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


async def ensure_schedule(client: Client, every: timedelta) -> None:
    """Create the schedule, or bring an existing one to what this release wants."""
    wanted = make_schedule(every)
    try:
        await client.create_schedule(SCHEDULE, wanted)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(SCHEDULE)

        def correct(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state  # a paused schedule stays paused
            return ScheduleUpdate(schedule=wanted)

        await handle.update(correct)
