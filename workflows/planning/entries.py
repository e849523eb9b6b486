"""The reporter's memory: which report of which pull request is written next, and what is remembered of it.

One writer for an installation; the newest report wins, and what GitHub refuses is kept until it may be written.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from workflows.models import Phase, PullRequestRef
from workflows.models.messages import (
    Report,
    ReporterEntry,
    ReporterState,
    Surfaces,
    SurfaceWrite,
)
from workflows.planning.pauses import backoff
from workflows.planning.surfaces import live_revisions, rank, surface_kind, surface_writes

T = TypeVar("T")
MAX_REMOVED = 200
"""Finished pull requests remembered for late reports; each is about 250 bytes of the reporter's state."""
MAX_FINAL_REFUSALS = 24
"""Refusals in a row, about a day's, after which a surface of a removed environment is left as it is."""


class NextWrite(BaseModel):
    """One write, and whose."""

    model_config = ConfigDict(frozen=True)

    key: str
    report: Report
    surfaces: Surfaces
    write: SurfaceWrite


def pull_request_key(ref: PullRequestRef) -> str:
    """The reporter's key: ids that never change."""
    return f"{ref.repository_id}/{ref.number}"


def newer_report(entry: ReporterEntry, report: Report) -> ReporterEntry:
    """The entry with this report, unless a newer one is waiting or was written already."""
    sequence = report.snapshot.sequence
    waiting = entry.report.snapshot.sequence if entry.report else 0
    is_repeat = sequence in (waiting, entry.surfaces.comment_sequence)
    if sequence < max(waiting, entry.surfaces.comment_sequence) or (
        is_repeat and not report.acknowledge
    ):
        return entry
    return entry.model_copy(update={"report": report, "is_removed": False})


def next_write(state: ReporterState, now: datetime) -> NextWrite | None:
    """The write to make now: URLs first, then results, then progress; among equals the longest waiting."""
    if state.paused_until is not None and now < state.paused_until:
        return None
    best: tuple[int, NextWrite] | None = None
    for key, entry in state.entries.items():
        if entry.report is None or (entry.not_before is not None and now < entry.not_before):
            continue
        writes = open_writes(entry, now)
        if not writes:
            continue
        position = rank(entry.report, writes[0])
        if best is None or position < best[0]:
            found = NextWrite(
                key=key, report=entry.report, surfaces=entry.surfaces, write=writes[0]
            )
            best = (position, found)
    return best[1] if best else None


def open_writes(entry: ReporterEntry, now: datetime) -> list[SurfaceWrite]:
    """What is missing and was not refused lately."""
    refused = [kind for kind, until in entry.refused.items() if now < until]
    return [write for write in _missing_writes(entry) if surface_kind(write) not in refused]


def is_finished(entry: ReporterEntry) -> bool:
    """A report is there and every surface shows it; one that is refused does not yet."""
    return entry.report is not None and not _missing_writes(entry)


def may_acknowledge(entry: ReporterEntry, now: datetime) -> bool:
    """Whether its environment is to hear that all is shown that GitHub lets us show now: it would wait in vain."""
    return entry.report is not None and entry.report.acknowledge and not open_writes(entry, now)


def acknowledged(entry: ReporterEntry) -> ReporterEntry:
    """The entry whose environment has heard; what was refused is still to be written."""
    if entry.report is None:
        return entry
    return entry.model_copy(
        update={"report": entry.report.model_copy(update={"acknowledge": False})}
    )


def refuse(
    entry: ReporterEntry, write: SurfaceWrite, now: datetime, *, first: timedelta, most: timedelta
) -> ReporterEntry:
    """GitHub lets us not write that kind of surface: it is asked again after a pause that grows from `first`."""
    kind = surface_kind(write)
    count = entry.refusals.get(kind, 0) + 1
    until = now + backoff(count, first=first, most=most)
    return entry.model_copy(
        update={
            "refused": {**entry.refused, kind: until},
            "refusals": {**entry.refusals, kind: count},
        }
    )


def allow(entry: ReporterEntry, write: SurfaceWrite) -> ReporterEntry:
    """A write of that kind went well."""
    kind = surface_kind(write)
    others = [each for each in entry.refused if each != kind]
    return entry.model_copy(
        update={
            "refused": _only(entry.refused, others),
            "refusals": _only(entry.refusals, others),
        }
    )


def settle_entry(entry: ReporterEntry) -> ReporterEntry:
    """The entry once its report is written: only what later edits need, since all entries travel in one payload."""
    if entry.report is None:
        return entry
    snapshot, surfaces = entry.report.snapshot, entry.surfaces
    is_removed = snapshot.phase is Phase.DELETED
    kept = [] if is_removed else [each.id for each in live_revisions(snapshot)]
    return ReporterEntry(
        surfaces=Surfaces(
            comment_id=surfaces.comment_id,
            comment_hash=surfaces.comment_hash,
            # Also when the comment was given up: the report is dealt with, and an older one must not return.
            comment_sequence=snapshot.sequence,
            deployments=_only(surfaces.deployments, kept),
            deployment_states=_only(surfaces.deployment_states, kept),
            check_runs=_only(surfaces.check_runs, kept),
            check_states=_only(surfaces.check_states, kept),
        ),
        refused=entry.refused,
        refusals=entry.refusals,
        is_removed=is_removed,
    )


def trim(entries: dict[str, ReporterEntry]) -> dict[str, ReporterEntry]:
    """The entries without the oldest of those whose environment is gone."""
    removed = [key for key, entry in entries.items() if entry.is_removed]
    dropped = removed[: max(0, len(removed) - MAX_REMOVED)]
    return {key: entry for key, entry in entries.items() if key not in dropped}


def next_time(state: ReporterState, now: datetime) -> datetime | None:
    """When something that waits for a time may be tried; None when nothing does."""
    if state.paused_until is not None and now < state.paused_until:
        return state.paused_until
    times = [time for entry in state.entries.values() for time in _times(entry) if now < time]
    return min(times, default=None)


def _times(entry: ReporterEntry) -> list[datetime]:
    """When its report may be tried again."""
    kinds = {surface_kind(write) for write in _missing_writes(entry)}
    times = [until for kind, until in entry.refused.items() if kind in kinds]
    if entry.report is not None and entry.not_before is not None:
        times.append(entry.not_before)
    return times


def _missing_writes(entry: ReporterEntry) -> list[SurfaceWrite]:
    """What GitHub does not show yet, apart from what was tried long enough for an environment that is gone."""
    if entry.report is None:
        return []
    is_removed = entry.report.snapshot.phase is Phase.DELETED
    return [
        write
        for write in surface_writes(entry.report, entry.surfaces)
        if not (is_removed and entry.refusals.get(surface_kind(write), 0) >= MAX_FINAL_REFUSALS)
    ]


def _only(values: dict[str, T], kept: list[str]) -> dict[str, T]:
    return {key: value for key, value in values.items() if key in kept}
