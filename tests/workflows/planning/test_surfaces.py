"""What is written to GitHub next, and what never again."""

from datetime import timedelta

import pytest

from tests.workflows.values import NOW, PULL_REF, A, B, revision, serving, snapshot
from workflows.models import EnvironmentSnapshot, Phase, RevisionState
from workflows.models.messages import (
    Report,
    ReporterEntry,
    ReporterState,
    Surfaces,
    SurfaceWrite,
)
from workflows.planning import (
    after_write,
    is_finished,
    newer_report,
    next_time,
    next_write,
    pull_request_key,
    settle_entry,
    surface_writes,
    trim,
)

OLD = revision(1, A)
OLD_ID = OLD.id
NEW_ID = revision(2).id
LATER = NOW + timedelta(minutes=5)


def report(shown: EnvironmentSnapshot, *, acknowledge: bool = False) -> Report:
    return Report(snapshot=shown, acknowledge=acknowledge)


def written(shown: EnvironmentSnapshot, before: Surfaces | None = None) -> Surfaces:
    """Everything that `shown` asks for, written."""
    surfaces = before or Surfaces()
    for _ in range(30):
        writes = surface_writes(report(shown), surfaces)
        if not writes:
            return surfaces
        surfaces = after_write(surfaces, writes[0], shown.sequence)
    raise AssertionError("there is always something left to write")


def words(writes: list[SurfaceWrite]) -> list[str]:
    return [f"{each.surface} {each.revision[-1:]} {each.state}".rstrip() for each in writes]


@pytest.mark.spec("FR-003", "FR-004")
def test_the_comment_comes_first_then_deployments_then_checks() -> None:
    shown = snapshot(Phase.BUILDING, revisions=(revision(1, A, RevisionState.BUILDING),))
    assert words(surface_writes(report(shown), Surfaces())) == [
        "comment",
        "deployment 1",
        "check_run 1 in_progress",
    ]
    made = after_write(Surfaces(), SurfaceWrite(surface="deployment", revision=OLD_ID), 5)
    assert words(surface_writes(report(shown), made))[1] == "deployment_status 1 in_progress"


@pytest.mark.parametrize(
    ("result", "deployment", "check"),
    [
        (RevisionState.PENDING, "queued", "queued"),
        (RevisionState.BUILDING, "in_progress", "in_progress"),
        (RevisionState.DEPLOYING, "in_progress", "in_progress"),
        (RevisionState.CHECKING, "in_progress", "in_progress"),
        (RevisionState.SUCCEEDED, "success", "success"),
        (RevisionState.FAILED, "failure", "failure"),
        (RevisionState.SUPERSEDED, "inactive", "cancelled"),
        (RevisionState.CANCELLED, "inactive", "cancelled"),
    ],
)
def test_every_state_of_a_revision_has_its_word_on_github(
    result: RevisionState, deployment: str, check: str
) -> None:
    is_good = result is RevisionState.SUCCEEDED
    shown = snapshot(revisions=(revision(1, A, result),), serving=serving() if is_good else None)
    known = Surfaces(
        deployments={OLD_ID: 1}, deployment_states={OLD_ID: ""}, check_states={OLD_ID: ""}
    )
    surfaces = written(shown, known)
    assert surfaces.deployment_states[OLD_ID] == deployment
    assert surfaces.check_states[OLD_ID] == check


@pytest.mark.spec("FR-003")
def test_a_superseded_deployment_becomes_inactive() -> None:
    before = written(snapshot(revisions=(OLD,), serving=serving()))
    both = (revision(2, B), OLD)
    after = written(snapshot(revisions=both, serving=serving(B), sequence=6), before)
    assert after.deployment_states == {OLD_ID: "inactive", NEW_ID: "success"}
    assert after.check_states == {OLD_ID: "success", NEW_ID: "success"}


def test_a_failed_update_leaves_the_older_deployment_active() -> None:
    before = written(snapshot(revisions=(OLD,), serving=serving()))
    both = (revision(2, B, RevisionState.FAILED), OLD)
    after = written(snapshot(Phase.FAILED, revisions=both, serving=serving(), sequence=6), before)
    assert after.deployment_states == {OLD_ID: "success", NEW_ID: "failure"}


@pytest.mark.spec("FR-009")
def test_an_older_deployment_ends_where_the_pods_of_a_failed_update_have_taken_its_place() -> None:
    before = written(snapshot(revisions=(OLD,), serving=serving()))
    both = (revision(2, B, RevisionState.FAILED), OLD)
    unwell = serving(B).model_copy(update={"is_healthy": False})
    after = written(snapshot(Phase.FAILED, revisions=both, serving=unwell, sequence=6), before)
    assert after.deployment_states == {OLD_ID: "inactive", NEW_ID: "failure"}


@pytest.mark.invariant(3)
def test_what_serves_has_a_deployment_also_when_a_push_came_before_it_was_written() -> None:
    both = (revision(2, B, unchanged="Only `README.md` changed."), OLD)
    after = written(snapshot(revisions=both, serving=serving(), commit=B))
    assert after.deployment_states == {OLD_ID: "success"}


@pytest.mark.invariant(3)
def test_a_commit_that_changed_nothing_is_no_deployment_and_a_good_check() -> None:
    before = written(snapshot(revisions=(OLD,), serving=serving()))
    both = (revision(2, B, unchanged="Only `README.md` changed."), OLD)
    after = written(snapshot(revisions=both, serving=serving(), commit=B, sequence=6), before)
    assert after.deployment_states == {OLD_ID: "success"}
    assert after.check_states == {OLD_ID: "success", NEW_ID: "success"}
    begun = written(
        snapshot(
            Phase.PENDING,
            revisions=(revision(2, B, RevisionState.PENDING), OLD),
            serving=serving(),
            sequence=6,
        ),
        before,
    )
    ended = written(snapshot(revisions=both, serving=serving(), commit=B, sequence=7), begun)
    assert ended.deployment_states == {OLD_ID: "success", NEW_ID: "inactive"}


@pytest.mark.spec("FR-008")
def test_after_a_removal_every_deployment_is_inactive_and_nothing_new_is_made() -> None:
    before = written(snapshot(revisions=(OLD,), serving=serving()))
    gone = snapshot(Phase.DELETED, revisions=(OLD,), sequence=6)
    assert written(gone, before).deployment_states == {OLD_ID: "inactive"}
    unseen = snapshot(Phase.DELETED, revisions=(revision(1, A, RevisionState.CANCELLED),))
    assert words(surface_writes(report(unseen), Surfaces())) == ["comment"]


@pytest.mark.spec("FR-008", "EC-5")
def test_a_removal_ends_deployments_of_a_life_that_was_lost() -> None:
    before = written(snapshot(revisions=(OLD,), serving=serving()))
    before = before.model_copy(update={"deployments": {OLD_ID: 7, NEW_ID: 8}})
    before.deployment_states[NEW_ID] = "failure"
    gone = snapshot(Phase.DELETED, sequence=6)
    assert words(surface_writes(report(gone), before)) == ["comment"], "as histories know it"
    final = Report(snapshot=gone, ends_others=True)
    assert words(surface_writes(final, before)) == ["comment", "deployment_status 1 inactive"]
    ended = after_write(before, surface_writes(final, before)[1], 6)
    assert words(surface_writes(final, ended)) == ["comment"]
    serves = Report(snapshot=snapshot(revisions=(), sequence=6), ends_others=True)
    assert words(surface_writes(serves, before)) == ["comment"], "what serves may be out of sight"


def test_revisions_that_nobody_saw_get_no_deployment() -> None:
    revisions = (
        revision(3, B, RevisionState.BUILDING),
        revision(2, A, RevisionState.SUPERSEDED),
        revision(1, A, RevisionState.SUPERSEDED),
    )
    surfaces = written(snapshot(Phase.BUILDING, revisions=revisions))
    assert len(surfaces.deployment_states) == 1


@pytest.mark.spec("FR-004")
def test_what_is_written_is_not_written_again() -> None:
    shown = snapshot(revisions=(OLD,), serving=serving())
    surfaces = written(shown)
    assert surface_writes(report(shown), surfaces) == []
    later = shown.model_copy(update={"sequence": 6})
    assert words(surface_writes(report(later), surfaces)) == ["comment"]


def test_the_newest_report_wins_in_whatever_order_they_come() -> None:
    newer, older = report(snapshot(sequence=6)), report(snapshot(sequence=5))
    entry = newer_report(newer_report(ReporterEntry(), newer), older)
    assert entry.report == newer
    done = settle_entry(entry)
    assert newer_report(done, older) == done
    assert newer_report(done, newer) == done


def test_a_final_report_of_a_picture_already_written_is_answered_all_the_same() -> None:
    shown = snapshot(Phase.DELETED)
    done = ReporterEntry(surfaces=written(shown))
    final = newer_report(done, report(shown, acknowledge=True))
    assert is_finished(final)
    assert newer_report(final, report(shown)) == final


def entry(phase: Phase, **changes: object) -> ReporterEntry:
    made = ReporterEntry(report=report(snapshot(phase)))
    return made.model_copy(update=changes)


@pytest.mark.spec("FR-003")
def test_urls_are_shown_first_then_results_then_progress() -> None:
    entries = {
        "building": entry(Phase.BUILDING),
        "failed": entry(Phase.FAILED),
        "ready": entry(Phase.READY),
        "written": ReporterEntry(),
    }
    order = []
    while entries:
        following = next_write(ReporterState(entries=entries), NOW)
        if following is None:
            break
        order.append(following.key)
        del entries[following.key]
    assert order == ["ready", "failed", "building"]


def test_among_equals_the_longest_waiting_comes_first() -> None:
    state = ReporterState(entries={"b": entry(Phase.BUILDING), "a": entry(Phase.BUILDING)})
    following = next_write(state, NOW)
    assert following is not None
    assert following.key == "b"


@pytest.mark.spec("FR-015")
def test_a_limit_pauses_everything_and_a_failure_one_pull_request() -> None:
    entries = {
        "a": entry(Phase.READY, not_before=LATER),
        "b": entry(Phase.BUILDING),
        "c": ReporterEntry(not_before=LATER),
    }
    following = next_write(ReporterState(entries=entries), NOW)
    assert following is not None
    assert following.key == "b"
    paused = ReporterState(entries=entries, paused_until=LATER)
    assert next_write(paused, NOW) is None
    assert next_write(paused, LATER) is not None
    assert next_time(paused, NOW) == LATER
    assert next_time(ReporterState(entries={"a": entries["a"]}), NOW) == LATER
    assert next_time(ReporterState(entries={"b": entries["b"]}), NOW) is None


def test_a_refused_surface_is_left_out_for_a_while() -> None:
    shown = snapshot(Phase.FAILED, revisions=(revision(1, A, RevisionState.FAILED),))
    refused = ReporterEntry(report=report(shown), refused={"comment": LATER, "deployment": LATER})
    following = next_write(ReporterState(entries={"a": refused}), NOW)
    assert following is not None
    assert following.write.surface == "check_run"
    both = refused.model_copy(update={"refused": {**refused.refused, "check_run": LATER}})
    state = ReporterState(entries={"a": both})
    assert next_write(state, NOW) is None
    assert not is_finished(both)
    assert next_time(state, NOW) == LATER
    assert next_write(state, LATER) is not None


def test_a_written_entry_keeps_only_what_later_edits_need() -> None:
    revisions = (revision(3, B, RevisionState.FAILED), revision(2, A), revision(1, A))
    shown = snapshot(Phase.FAILED, revisions=revisions, serving=serving())
    ids = {each.id: number for number, each in enumerate(revisions)}
    surfaces = Surfaces(comment_id=9, deployments=ids, check_runs=ids)
    done = settle_entry(ReporterEntry(report=report(shown), surfaces=surfaces))
    assert done.report is None
    assert done.surfaces.comment_id == 9
    assert list(done.surfaces.deployments) == [revisions[0].id, revisions[1].id]
    gone = snapshot(Phase.DELETED, revisions=revisions)
    done = settle_entry(ReporterEntry(report=report(gone), surfaces=surfaces))
    assert done.is_removed
    assert done.surfaces.deployments == {}
    assert settle_entry(done) == done


def test_removed_pull_requests_are_forgotten_in_the_end() -> None:
    removed = {str(number): ReporterEntry(is_removed=True) for number in range(250)}
    kept = trim({"live": entry(Phase.READY), **removed})
    assert len(kept) == 201
    assert "live" in kept
    assert "249" in kept
    assert "0" not in kept


def test_a_pull_request_is_known_by_ids_that_never_change() -> None:
    renamed = PULL_REF.model_copy(update={"repository": "acme/renamed"})
    assert pull_request_key(renamed) == pull_request_key(PULL_REF) == "42/7"
