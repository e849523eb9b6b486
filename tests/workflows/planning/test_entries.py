"""What the reporter remembers of refusals and goodbyes, and when it looks again."""

from datetime import timedelta

import pytest

from tests.workflows.values import NOW, A, revision, serving, snapshot
from workflows.models import EnvironmentSnapshot, Phase, RevisionState
from workflows.models.messages import (
    Report,
    ReporterEntry,
    ReporterState,
    Surfaces,
    SurfaceWrite,
)
from workflows.planning import (
    acknowledged,
    after_write,
    allow,
    give_up,
    is_finished,
    may_acknowledge,
    next_time,
    next_write,
    open_writes,
    refuse,
    settle_entry,
    surface_writes,
)

FIRST, MOST = timedelta(minutes=15), timedelta(hours=1)
READY = snapshot(revisions=(revision(),), serving=serving())
REVISION = revision().id
COMMENT = SurfaceWrite(surface="comment")
DEPLOYMENT = SurfaceWrite(surface="deployment", revision=REVISION)
STATUS = SurfaceWrite(surface="deployment_status", revision=REVISION, state="success")
CHECK = SurfaceWrite(surface="check_run", revision=REVISION, state="success")


def entry(shown: EnvironmentSnapshot = READY, **changes: object) -> ReporterEntry:
    report = Report(snapshot=shown, acknowledge=bool(changes.pop("acknowledge", False)))
    return ReporterEntry(report=report).model_copy(update=changes)


def refused(times: int, shown: EnvironmentSnapshot = READY) -> ReporterEntry:
    found = entry(shown)
    for _ in range(times):
        found = refuse(found, COMMENT, NOW, first=FIRST, most=MOST)
    return found


@pytest.mark.parametrize(("times", "minutes"), [(1, 15), (2, 30), (3, 60), (9, 60)])
def test_the_pause_after_a_refusal_grows_up_to_its_limit(times: int, minutes: int) -> None:
    assert refused(times).refused == {"comment": NOW + timedelta(minutes=minutes)}


def test_a_good_write_ends_the_refusals_of_its_kind_alone() -> None:
    found = refuse(refused(2), STATUS, NOW, first=FIRST, most=MOST)
    assert set(found.refused) == set(found.refusals) == {"comment", "deployment"}
    found = allow(found, COMMENT)
    assert set(found.refused) == {"deployment"}
    assert found.refusals == {"deployment": 1}


@pytest.mark.spec("FR-009")
def test_a_refused_report_is_kept_and_tried_at_the_earliest_time() -> None:
    found = refuse(refused(2), CHECK, NOW, first=FIRST, most=MOST)
    found = refuse(found, DEPLOYMENT, NOW, first=2 * FIRST, most=MOST)
    assert open_writes(found, NOW) == []
    assert not is_finished(found)
    state = ReporterState(entries={"a": ReporterEntry(refused=found.refused), "b": found})
    assert next_time(state, NOW) == NOW + FIRST
    following = next_write(state, NOW + FIRST)
    assert following is not None
    assert (following.key, following.write.surface) == ("b", "check_run")


def test_a_refusal_of_what_is_not_to_be_written_wakes_nobody() -> None:
    found = entry(snapshot(), refused={"check_run": NOW + FIRST})
    assert next_time(ReporterState(entries={"a": found}), NOW) is None


@pytest.mark.spec("FR-008")
def test_a_goodbye_is_acknowledged_once_only_refused_surfaces_are_left() -> None:
    gone = snapshot(Phase.DELETED)
    assert not may_acknowledge(entry(gone, acknowledge=True), NOW)
    assert not may_acknowledge(refused(1, gone), NOW)
    left = entry(gone, acknowledge=True, refused={"comment": NOW + FIRST})
    assert may_acknowledge(left, NOW)
    heard = acknowledged(left)
    assert not may_acknowledge(heard, NOW)
    assert heard.report is not None
    assert not is_finished(heard)
    assert not may_acknowledge(ReporterEntry(), NOW)
    assert acknowledged(ReporterEntry()) == ReporterEntry()


def test_a_surface_of_a_removed_environment_is_given_up_after_many_refusals() -> None:
    gone = snapshot(Phase.DELETED)
    assert not is_finished(refused(23, gone))
    assert is_finished(refused(24, gone))
    assert settle_entry(refused(24, gone)).is_removed
    assert not is_finished(refused(100))


@pytest.mark.parametrize(
    "result", [each for each in RevisionState if each is not RevisionState.SUPERSEDED]
)
def test_what_cannot_exist_is_given_up_for_that_revision_for_good(result: RevisionState) -> None:
    surfaces = give_up(give_up(Surfaces(), DEPLOYMENT, 5), CHECK, 5)
    later = snapshot(sequence=6, revisions=(revision(1, A, result),))
    assert surface_writes(Report(snapshot=later), surfaces) == [COMMENT]
    pushed = snapshot(sequence=6, revisions=(revision(2), revision(1, A, result)))
    assert {each.revision for each in surface_writes(Report(snapshot=pushed), surfaces)[1:]} == {
        revision(2).id
    }


def test_a_given_up_comment_counts_for_that_report() -> None:
    surfaces = give_up(Surfaces(), COMMENT, 5)
    assert COMMENT not in surface_writes(Report(snapshot=READY), surfaces)
    newer = READY.model_copy(update={"sequence": 6})
    assert COMMENT in surface_writes(Report(snapshot=newer), surfaces)


def test_a_new_deployment_in_place_of_a_deleted_one_still_needs_its_status() -> None:
    before = Surfaces(deployments={REVISION: 1}, deployment_states={REVISION: "in_progress"})
    anew = before.model_copy(update={"deployments": {REVISION: 2}})
    assert after_write(anew, STATUS, 5, before=before) == anew
    told = anew.model_copy(update={"deployment_states": {REVISION: "success"}})
    assert after_write(told, STATUS, 5, before=before) == told
    assert after_write(before, STATUS, 5, before=before).deployment_states[REVISION] == "success"
    assert after_write(anew, CHECK, 5, before=before).check_states == {REVISION: "success"}
