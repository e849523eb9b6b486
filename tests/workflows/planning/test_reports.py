"""All waiting reports of an installation fit into one payload, whatever they say."""

from datetime import timedelta

import pytest

from tests.workflows.values import NOW, A, B, failure, revision, serving, snapshot
from workflows.models import Application, EnvironmentSnapshot, Phase, PhaseTiming, RevisionState
from workflows.models.messages import Report, ReporterEntry, ReporterState, Surfaces
from workflows.planning import (
    after_write,
    bounded,
    next_write,
    size_of,
    surface_writes,
    without_past,
)
from workflows.planning.reports import MAX_BYTES, MAX_TEXT

MEBIBYTE = 1024 * 1024
TIMINGS = tuple(
    PhaseTiming(phase=phase, started_at=NOW, finished_at=NOW + timedelta(seconds=20))
    for phase in ("plan", "namespace", "build", "deploy", "rollout", "health")
)
LONG = failure(message="x" * 2_000, excerpt=("y" * 200,) * 40, hint="z" * 600)


def crowded(phase: Phase = Phase.FAILED) -> EnvironmentSnapshot:
    """After ten pushes: the eighth serves, the last has failed."""
    results = [RevisionState.SUPERSEDED] * 10
    results[7], results[9] = RevisionState.SUCCEEDED, RevisionState.FAILED
    revisions = [
        revision(number, B, result, timings=TIMINGS, reasons=("Chart shop",) * 8)
        for number, result in enumerate(results, start=1)
    ]
    revisions[9] = revisions[9].model_copy(update={"failure": LONG})
    return snapshot(
        phase,
        revisions=tuple(reversed(revisions)),
        serving=serving(B),
        failure=LONG,
        reason=LONG.message,
        title="t" * 256,
        blockers=("b" * 300,) * 30 if phase is Phase.DELETING else (),
    )


def shown_before() -> Surfaces:
    """The eighth revision serves and the ninth is at work, as far as GitHub knows."""
    revisions = (revision(9, B, RevisionState.BUILDING), revision(8, B))
    return everything(snapshot(Phase.BUILDING, revisions=revisions, serving=serving(B)), Surfaces())


def everything(shown: EnvironmentSnapshot, surfaces: Surfaces) -> Surfaces:
    while writes := surface_writes(Report(snapshot=shown), surfaces):
        surfaces = after_write(surfaces, writes[0], shown.sequence)
    return surfaces


def state(number: int, phase: Phase = Phase.FAILED) -> ReporterState:
    entry = ReporterEntry(
        report=without_past(Report(snapshot=crowded(phase))), surfaces=shown_before()
    )
    return ReporterState(entries={f"42/{each}": entry for each in range(number)})


def test_a_report_keeps_only_what_a_surface_shows() -> None:
    report = Report(snapshot=crowded(), acknowledge=True)
    kept = without_past(report)
    assert kept.acknowledge
    assert kept.snapshot.title == ""
    newest, *older = kept.snapshot.revisions
    assert newest == report.snapshot.revisions[0]
    assert len(older) == 9
    assert not any(each.reasons or each.timings for each in older)
    assert without_past(Report(snapshot=snapshot())).snapshot == snapshot()


@pytest.mark.spec("EC-1")
def test_a_report_keeps_whether_nothing_to_run_was_found_and_no_command() -> None:
    found = Application(workdir="web", install="npm ci", is_base_container=True)
    revisions = tuple(revision(number, application=found) for number in (2, 1))
    newest, older = without_past(Report(snapshot=snapshot(revisions=revisions))).snapshot.revisions
    assert newest.application == Application(is_base_container=True)
    assert older.application is None
    runs = revision(application=found.model_copy(update={"is_base_container": False}))
    kept = without_past(Report(snapshot=snapshot(revisions=(runs,)))).snapshot
    assert kept.revisions[0].application is None


def test_a_few_reports_stay_as_they_are() -> None:
    few = state(5)
    assert bounded(few) is few


@pytest.mark.spec("FR-015")
def test_five_hundred_waiting_reports_fit_into_one_payload_and_none_is_lost() -> None:
    many = state(500)
    assert size_of(many) > 2 * MEBIBYTE
    short = bounded(many)
    assert size_of(short) <= MAX_BYTES < 2 * MEBIBYTE
    assert all(entry.report for entry in short.entries.values())


@pytest.mark.parametrize("phase", list(Phase))
def test_a_short_report_ends_every_surface_in_the_same_state(phase: Phase) -> None:
    shown = crowded(phase)
    entry = ReporterEntry(report=Report(snapshot=shown), surfaces=shown_before())
    short = bounded(ReporterState(entries={str(each): entry for each in range(200)})).entries["0"]
    assert short.report is not None
    assert len(short.report.snapshot.revisions) < len(shown.revisions)
    before = shown_before()
    assert everything(short.report.snapshot, before) == everything(shown, before)


@pytest.mark.spec("FR-003")
def test_when_even_short_reports_are_too_many_urls_and_results_outlive_progress() -> None:
    done = {"written": ReporterEntry(surfaces=Surfaces(comment_id=9))}
    progress, ready = state(3_000, Phase.BUILDING), state(1, Phase.READY)
    idle = Report(snapshot=snapshot(sequence=5))
    silent = {"silent": ReporterEntry(report=idle, surfaces=Surfaces(comment_sequence=5))}
    entries = {**done, **silent, **progress.entries, "ready": ready.entries["42/0"]}
    short = bounded(ReporterState(entries=entries, paused_until=NOW))
    assert size_of(short) <= MAX_BYTES
    assert set(short.entries) == set(entries)
    assert short.paused_until == NOW
    assert short.entries["written"] == done["written"]
    assert short.entries["ready"].report is not None
    dropped = [entry for entry in short.entries.values() if entry.report is None]
    assert 1_000 < len(dropped) < 3_000
    assert all(entry.surfaces == shown_before() for entry in dropped if entry != done["written"])
    following = next_write(short.model_copy(update={"paused_until": None}), NOW)
    assert following is not None
    assert following.key == "ready"


def test_what_was_written_is_never_forgotten_for_its_size() -> None:
    known = Surfaces(comment_hash="f" * MAX_BYTES, comment_id=9)
    entry = ReporterEntry(report=Report(snapshot=snapshot()), surfaces=known)
    left = bounded(ReporterState(entries={"42/7": entry})).entries["42/7"]
    assert left == ReporterEntry(surfaces=known)


def test_what_a_short_report_says_is_short() -> None:
    short = bounded(state(400, Phase.DELETING)).entries["42/0"].report
    assert short is not None
    found = short.snapshot
    assert found.failure is not None
    assert (len(found.failure.message), found.failure.excerpt) == (MAX_TEXT, ())
    assert [len(each) for each in found.blockers] == [MAX_TEXT] * 2
    assert found.commit == A
