"""Reading workflow histories: what was asked for, when it began and how it ended."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus

_ENDS = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "completed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: "failed",
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: "cancelled",
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: "timed out",
}
_TYPES = ("activity_type", "workflow_type")
_PLAIN = ("signal_name", "workflow_id", "scheduled_event_id", "identity")


@dataclass
class ActivityRecord:
    """One activity as the history tells it."""

    name: str
    scheduled: datetime
    ended: datetime | None = None
    outcome: str = "running"
    failure: str = ""


@dataclass(frozen=True)
class Run:
    """One run of a workflow."""

    workflow_id: str
    status: WorkflowExecutionStatus | None
    started: datetime
    closed: datetime | None
    activities: tuple[ActivityRecord, ...]

    def of(self, name: str) -> list[ActivityRecord]:
        return [record for record in self.activities if record.name == name]

    @property
    def is_cancelled(self) -> bool:
        return self.status is WorkflowExecutionStatus.CANCELED


async def read_run(client: Client, workflow_id: str) -> Run:
    """Read the latest run. Raises RPCError (not found) when there is none."""
    handle = client.get_workflow_handle(workflow_id)
    description = await handle.describe()
    events = [event async for event in _events(client, workflow_id)]
    return Run(
        workflow_id=workflow_id,
        status=description.status,
        started=_time(events[0]),
        closed=description.close_time,
        activities=tuple(_activities(events)),
    )


async def read_activities(client: Client, workflow_id: str) -> list[ActivityRecord]:
    """Those of all runs: an entity continues as new, and begins a new life after it was removed."""
    found: list[ActivityRecord] = []
    async for run in client.list_workflows(f"WorkflowId = '{workflow_id}'"):
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        found += _activities([event async for event in handle.fetch_history_events()])
    return found


async def describe_history(client: Client, workflow_id: str) -> list[str]:
    """Return one line an event that matters, for people."""
    lines = []
    async for event in _events(client, workflow_id):
        kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        if kind.startswith("WORKFLOW_TASK") and not kind.endswith("FAILED"):
            continue
        lines.append(f"{_time(event):%H:%M:%S.%f} {event.event_id:>4} {kind} {_detail(event)}")
    return lines


async def read_heartbeats(client: Client, workflow_id: str) -> list[str]:
    """The last words of the activities that run right now."""
    description = await client.get_workflow_handle(workflow_id).describe()
    words: list[str] = []
    for pending in description.raw_description.pending_activities:
        details = await client.data_converter.decode(pending.heartbeat_details.payloads)
        words += [str(detail) for detail in details]
    return words


async def _events(client: Client, workflow_id: str) -> AsyncIterator[HistoryEvent]:
    async for event in client.get_workflow_handle(workflow_id).fetch_history_events():
        yield event


def _activities(events: list[HistoryEvent]) -> list[ActivityRecord]:
    found: dict[int, ActivityRecord] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            name = event.activity_task_scheduled_event_attributes.activity_type.name
            found[event.event_id] = ActivityRecord(name=name, scheduled=_time(event))
        elif event.event_type in _ENDS:
            attributes = getattr(event, event.WhichOneof("attributes") or "")
            record = found[attributes.scheduled_event_id]
            record.ended, record.outcome = _time(event), _ENDS[event.event_type]
            if attributes.DESCRIPTOR.fields_by_name.get("failure"):
                record.failure = attributes.failure.message
    return list(found.values())


def _detail(event: HistoryEvent) -> str:
    name = event.WhichOneof("attributes")
    attributes = getattr(event, name or "")
    fields = attributes.DESCRIPTOR.fields_by_name
    parts = [getattr(attributes, key).name for key in _TYPES if key in fields]
    parts += [f"{key}={getattr(attributes, key)}" for key in _PLAIN if key in fields]
    if "failure" in fields:
        failure = attributes.failure
        while failure.HasField("cause"):
            failure = failure.cause
        parts.append(f"failure={failure.message}")
    return " ".join(part for part in parts if part)


def _time(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)
