"""Newest report + what was written before -> the next write to GitHub. One writer, newest wins, nothing twice."""

from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from workflows.models import EnvironmentSnapshot, Phase, PullRequestRef, Revision, RevisionState
from workflows.models.messages import (
    Report,
    ReporterEntry,
    ReporterState,
    Surfaces,
    SurfaceWrite,
)

T = TypeVar("T")
MAX_REMOVED = 200
"""Finished pull requests remembered for late reports; each is about 150 bytes of the reporter's state."""
_REMOVAL = (Phase.DELETING, Phase.DELETED)
_DEPLOYMENT_STATES = {
    RevisionState.PENDING: "queued",
    RevisionState.BUILDING: "in_progress",
    RevisionState.DEPLOYING: "in_progress",
    RevisionState.CHECKING: "in_progress",
    RevisionState.FAILED: "failure",
}
"""Others are `success` while they serve and `inactive` otherwise (GitHub does not do that for transient ones)."""
_CHECK_STATES = {
    RevisionState.PENDING: "queued",
    RevisionState.BUILDING: "in_progress",
    RevisionState.DEPLOYING: "in_progress",
    RevisionState.CHECKING: "in_progress",
    RevisionState.SUCCEEDED: "success",
    RevisionState.FAILED: "failure",
    RevisionState.SUPERSEDED: "cancelled",
    RevisionState.CANCELLED: "cancelled",
}


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


def surface_writes(report: Report, surfaces: Surfaces) -> list[SurfaceWrite]:
    """All writes that are missing, most useful first: the comment (it has the URL), deployments, checks."""
    snapshot = report.snapshot
    writes = []
    if surfaces.comment_sequence < snapshot.sequence:
        writes.append(SurfaceWrite(surface="comment"))
    for revision in snapshot.revisions:
        writes += _deployment_writes(snapshot, revision, surfaces)
    for revision in snapshot.revisions:
        writes += _check_writes(snapshot, revision, surfaces)
    return writes


def after_write(surfaces: Surfaces, write: SurfaceWrite, sequence: int) -> Surfaces:
    """What is written now. Also when the activity noted less: a write that never counts would be repeated for ever."""
    if write.surface == "comment":
        return surfaces.model_copy(update={"comment_sequence": sequence})
    if write.surface == "check_run":
        states = {**surfaces.check_states, write.revision: write.state}
        return surfaces.model_copy(update={"check_states": states})
    states = {**surfaces.deployment_states, write.revision: write.state}
    return surfaces.model_copy(update={"deployment_states": states})


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
        rank = _rank(entry.report, writes[0])
        if best is None or rank < best[0]:
            found = NextWrite(
                key=key, report=entry.report, surfaces=entry.surfaces, write=writes[0]
            )
            best = (rank, found)
    return best[1] if best else None


def open_writes(entry: ReporterEntry, now: datetime) -> list[SurfaceWrite]:
    """What is missing and was not refused lately."""
    if entry.report is None:
        return []
    refused = [kind for kind, until in entry.refused.items() if now < until]
    return [
        write
        for write in surface_writes(entry.report, entry.surfaces)
        if surface_kind(write) not in refused
    ]


def surface_kind(write: SurfaceWrite) -> str:
    """What one permission of the App covers."""
    return "deployment" if write.surface == "deployment_status" else write.surface


def is_finished(entry: ReporterEntry, now: datetime) -> bool:
    """A report is there and every surface that can be written shows it."""
    return entry.report is not None and not open_writes(entry, now)


def settle_entry(entry: ReporterEntry) -> ReporterEntry:
    """The entry once its report is written: only what later edits need, since all entries travel in one payload."""
    if entry.report is None:
        return entry
    snapshot, surfaces = entry.report.snapshot, entry.surfaces
    is_removed = snapshot.phase is Phase.DELETED
    kept = [] if is_removed else [each.id for each in _live_revisions(snapshot)]
    return ReporterEntry(
        surfaces=Surfaces(
            comment_id=surfaces.comment_id,
            comment_hash=surfaces.comment_hash,
            # Also when the comment was refused: the report is dealt with, and an older one must not return.
            comment_sequence=snapshot.sequence,
            deployments=_only(surfaces.deployments, kept),
            deployment_states=_only(surfaces.deployment_states, kept),
            check_runs=_only(surfaces.check_runs, kept),
            check_states=_only(surfaces.check_states, kept),
        ),
        refused=entry.refused,
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
    times = [
        entry.not_before
        for entry in state.entries.values()
        if entry.report is not None and entry.not_before is not None and now < entry.not_before
    ]
    return min(times, default=None)


def _rank(report: Report, write: SurfaceWrite) -> int:
    phase = report.snapshot.phase
    if write.surface == "comment" and phase is Phase.READY:
        return 0
    return 1 if phase in (Phase.READY, Phase.FAILED, Phase.DEGRADED, Phase.DELETED) else 2


def _deployment_writes(
    snapshot: EnvironmentSnapshot, revision: Revision, surfaces: Surfaces
) -> list[SurfaceWrite]:
    wanted = _deployment_state(snapshot, revision)
    has_one = revision.id in surfaces.deployments or revision.id in surfaces.deployment_states
    if not has_one:
        # Never for what is over: GitHub's list would fill with deployments nobody saw.
        if revision.id != snapshot.revisions[0].id or wanted == "inactive":
            return []
        return [SurfaceWrite(surface="deployment", revision=revision.id, state="")]
    if surfaces.deployment_states.get(revision.id) == wanted:
        return []
    return [SurfaceWrite(surface="deployment_status", revision=revision.id, state=wanted)]


def _check_writes(
    snapshot: EnvironmentSnapshot, revision: Revision, surfaces: Surfaces
) -> list[SurfaceWrite]:
    wanted = _CHECK_STATES[revision.state]
    has_one = revision.id in surfaces.check_runs or revision.id in surfaces.check_states
    is_unseen = not has_one and (
        revision.id != snapshot.revisions[0].id or snapshot.phase in _REMOVAL
    )
    if is_unseen or surfaces.check_states.get(revision.id) == wanted:
        return []
    return [SurfaceWrite(surface="check_run", revision=revision.id, state=wanted)]


def _deployment_state(snapshot: EnvironmentSnapshot, revision: Revision) -> str:
    if snapshot.phase in _REMOVAL:
        return "inactive"
    if revision.state is RevisionState.SUCCEEDED:
        return "success" if revision.id == _serving_id(snapshot) else "inactive"
    return _DEPLOYMENT_STATES.get(revision.state, "inactive")


def _serving_id(snapshot: EnvironmentSnapshot) -> str:
    if snapshot.serving is None:
        return ""
    good = [each.id for each in snapshot.revisions if each.state is RevisionState.SUCCEEDED]
    return good[0] if good else ""


def _live_revisions(snapshot: EnvironmentSnapshot) -> list[Revision]:
    """Those whose surfaces may still change: the newest and the one that serves."""
    serving = _serving_id(snapshot)
    return [
        each
        for position, each in enumerate(snapshot.revisions)
        if position == 0 or each.id == serving
    ]


def _only(values: dict[str, T], kept: list[str]) -> dict[str, T]:
    return {key: value for key, value in values.items() if key in kept}
