"""How much of a report is kept: all waiting reports of an installation travel in one payload.

Temporal takes payloads up to 2 MiB (limit.blobSize.error). A limit of GitHub's can make the reports of hundreds of
pull requests wait for up to an hour, each of which could be 10 KB and more.
"""

from workflows.models import Application, EnvironmentSnapshot, Failure, Revision
from workflows.models.messages import Report, ReporterEntry, ReporterState
from workflows.planning.surfaces import live_revisions, rank, surface_writes

COMFORTABLE_BYTES = 1024 * 1024
"""Above it reports are shortened."""
MAX_BYTES = 3 * COMFORTABLE_BYTES // 2
"""Above it, shortened as they are, the least useful are given up: better than a reporter that cannot go on."""
MAX_TEXT = 100
"""Characters of one text in a shortened report."""
MAX_BLOCKERS = 2


def without_past(report: Report) -> Report:
    """Without what no surface shows: the title, and of older revisions the reasons and timings.

    Of what was detected a surface shows whether it is a base container, and nothing else.
    """
    snapshot = report.snapshot
    older = [
        each.model_copy(update={"reasons": (), "timings": (), "application": None, "jobs": ()})
        for each in snapshot.revisions[1:]
    ]
    newest = [
        each.model_copy(update={"application": _base_container(each)})
        for each in snapshot.revisions[:1]
    ]
    return _with(report, title="", author="", revisions=(*newest, *older))


def bounded(state: ReporterState) -> ReporterState:
    """The state in at most `MAX_BYTES`: unchanged, or with short reports, or with fewer of them."""
    if size_of(state) <= COMFORTABLE_BYTES:
        return state
    entries = {
        key: entry.model_copy(update={"report": _shortened(entry)})
        for key, entry in state.entries.items()
    }
    return _with_fewer(state.model_copy(update={"entries": entries}))


def size_of(state: ReporterState | ReporterEntry) -> int:
    """Bytes as JSON, the form in which it travels."""
    return len(state.model_dump_json().encode())


def _shortened(entry: ReporterEntry) -> Report | None:
    """Every surface still ends in its right state, with the cause in a line and without the history."""
    report = entry.report
    if report is None:
        return None
    snapshot = report.snapshot
    unwritten = {each.revision for each in surface_writes(report, entry.surfaces)}
    kept = unwritten | {each.id for each in live_revisions(snapshot)}
    return _with(
        report,
        revisions=tuple(_brief(each) for each in snapshot.revisions if each.id in kept),
        failure=_one_line(snapshot.failure),
        reason=snapshot.reason[:MAX_TEXT],
        blockers=tuple(each[:MAX_TEXT] for each in snapshot.blockers[:MAX_BLOCKERS]),
    )


def _with_fewer(state: ReporterState) -> ReporterState:
    """Those go first that were to be written last."""
    entries, excess = dict(state.entries), size_of(state) - MAX_BYTES
    for key in sorted(entries, key=lambda each: _rank(entries[each]), reverse=True):
        if excess <= 0:
            break
        entry = entries[key]
        entries[key] = entry.model_copy(update={"report": None})
        excess -= size_of(entry) - size_of(entries[key])
    return state.model_copy(update={"entries": entries})


def _rank(entry: ReporterEntry) -> int:
    """How soon its report is due, the lowest first; where nothing is to be written, nothing is gained either."""
    if entry.report is None:
        return -1
    writes = surface_writes(entry.report, entry.surfaces)
    return rank(entry.report, writes[0]) if writes else -1


def _base_container(revision: Revision) -> Application | None:
    found = revision.application
    return Application(is_base_container=True) if found and found.is_base_container else None


def _brief(revision: Revision) -> Revision:
    return revision.model_copy(
        update={
            "reasons": (),
            "timings": (),
            "jobs": (),
            "failure": _one_line(revision.failure),
            "trigger": revision.trigger[:MAX_TEXT],
        }
    )


def _one_line(failure: Failure | None) -> Failure | None:
    if failure is None:
        return None
    return failure.model_copy(
        update={
            "excerpt": (),
            "message": failure.message[:MAX_TEXT],
            "hint": failure.hint[:MAX_TEXT],
        }
    )


def _with(report: Report, **changes: object) -> Report:
    snapshot: EnvironmentSnapshot = report.snapshot.model_copy(update=changes)
    return report.model_copy(update={"snapshot": snapshot})
