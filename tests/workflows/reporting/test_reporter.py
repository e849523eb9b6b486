"""One writer for an installation: paced, newest first, patient with limits, honest about the end."""

from datetime import datetime, timedelta

import pytest

from tests.workflows.reporting.reporter import Reporter
from tests.workflows.stage import Preview, Stage
from tests.workflows.values import revision, snapshot
from workflows import policies
from workflows.errors import GitHubError, GitHubPermissionError, GitHubRateLimitError
from workflows.models import Phase, RevisionState
from workflows.models.messages import ReporterEntry, ReporterState, Surfaces


@pytest.mark.spec("FR-003", "FR-004")
async def test_a_report_reaches_every_surface_once(skipping: Stage, reporter: Reporter) -> None:
    shown = snapshot(Phase.BUILDING, revisions=(revision(result=RevisionState.BUILDING),))
    await reporter.send(shown)
    everything = [
        "comment",
        "deployment",
        "deployment_status in_progress",
        "check_run in_progress",
    ]
    await skipping.until(lambda: reporter.written() == everything, skip=1)
    await reporter.send(shown)
    await skipping.environment.sleep(60)
    assert reporter.written() == everything


@pytest.mark.spec("FR-015")
async def test_writes_are_a_second_apart(skipping: Stage, reporter: Reporter) -> None:
    times: list[datetime] = []
    began = await skipping.environment.get_current_time()
    for number in range(1, 6):
        await reporter.send(snapshot(), number=number)
    await skipping.until(lambda: len(skipping.github.writes) == 5, skip=1)
    times.append(await skipping.environment.get_current_time())
    assert times[0] - began >= 4 * policies.WRITE_PAUSE


@pytest.mark.spec("FR-015")
async def test_writes_that_fail_are_a_second_apart_too(skipping: Stage, reporter: Reporter) -> None:
    skipping.github.errors = [GitHubError("502") for _ in range(5)]
    began = await skipping.environment.get_current_time()
    for number in range(1, 6):
        await reporter.send(snapshot(), number=number)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 5, skip=0.5)
    assert await skipping.environment.get_current_time() - began >= 4 * policies.WRITE_PAUSE


async def test_what_reads_already_as_it_should_costs_no_pause(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.is_unchanged = True
    skipping.controls.hold("write_surface")
    for number in range(1, 6):
        await reporter.send(snapshot(), number=number)
    began = await skipping.environment.get_current_time()
    skipping.controls.release("write_surface")
    await skipping.until(lambda: len(skipping.github.writes) == 5)
    took = await skipping.environment.get_current_time() - began
    assert took < 4 * policies.WRITE_PAUSE


@pytest.mark.spec("FR-004")
async def test_the_newest_report_wins_and_those_between_are_never_written(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.controls.hold("write_surface")
    await reporter.send(snapshot(sequence=1))
    await skipping.until(lambda: skipping.diary.running("write_surface"))
    for sequence in (4, 2, 9, 3):
        await reporter.send(snapshot(sequence=sequence))
    skipping.controls.release("write_surface")
    await skipping.until(lambda: len(reporter.shown()) == 2, skip=1)
    await skipping.environment.sleep(30)
    assert reporter.shown() == [1, 9]


@pytest.mark.spec("FR-015", "EC-7")
async def test_a_rate_limit_pauses_the_whole_installation_until_its_reset(
    skipping: Stage, reporter: Reporter
) -> None:
    wait = timedelta(minutes=40)
    skipping.github.errors = [GitHubRateLimitError("limit", retry_after=wait)]
    began = await skipping.environment.get_current_time()
    for number in (1, 2, 3):
        await reporter.send(snapshot(), number=number)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 1)
    await skipping.environment.sleep(wait / 2)
    assert skipping.diary.count("write_surface") == 1
    await skipping.until(lambda: len(skipping.github.writes) == 3, skip=60)
    assert await skipping.environment.get_current_time() - began >= wait


@pytest.mark.spec("FR-015")
async def test_a_limit_without_a_time_is_waited_for_a_minute(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.errors = [GitHubRateLimitError("limit")]
    await reporter.send(snapshot())
    await skipping.until(lambda: skipping.github.writes, skip=10)
    assert skipping.diary.count("write_surface") == 2


@pytest.mark.spec("FR-015")
async def test_an_outage_for_one_pull_request_does_not_hold_up_the_others(
    skipping: Stage, reporter: Reporter
) -> None:
    skipping.github.errors = [GitHubError("502")]
    await reporter.send(snapshot(), number=1)
    await skipping.until(lambda: skipping.diary.count("write_surface") == 1)
    await reporter.send(snapshot(), number=2)
    await skipping.until(lambda: reporter.written(2))
    assert reporter.written(1) == []
    await skipping.until(lambda: reporter.written(1), skip=1)


async def test_a_long_life_continues_as_new_and_forgets_nothing(short_stage: Stage) -> None:
    reporter = Reporter(short_stage)
    await reporter.send(snapshot(sequence=1))
    first = await reporter.run_id()
    for sequence in range(2, 9):
        await short_stage.until(lambda: reporter.shown()[-1:] == [sequence - 1])  # noqa: B023  (awaited here)
        await reporter.send(snapshot(sequence=sequence))
    await short_stage.until(lambda: reporter.shown()[-1:] == [8])
    await reporter.continues(first)
    await reporter.send(snapshot(sequence=5))
    await reporter.send(snapshot(sequence=10))
    await short_stage.until(lambda: reporter.shown()[-1:] == [10])
    assert reporter.shown() == sorted(reporter.shown())
    ids = {each.surfaces.comment_id for each in short_stage.github.writes[1:]}
    assert ids == {1}


async def test_a_new_run_begins_with_everything_the_former_knew(short_stage: Stage) -> None:
    reporter = Reporter(short_stage)
    short_stage.github.errors = [
        None,
        GitHubPermissionError("the App lacks checks:write"),
        GitHubRateLimitError("limit", retry_after=timedelta(hours=1)),
    ]
    shown = snapshot(Phase.DELETING, revisions=(revision(result=RevisionState.BUILDING),))
    known = Surfaces(check_states={revision().id: "queued"})
    state = ReporterState(entries={"42/7": ReporterEntry(surfaces=known)})
    await reporter.start(state, shown)
    await short_stage.until(lambda: short_stage.diary.count("write_surface") == 2)
    await reporter.send(snapshot(), number=8)
    await short_stage.until(lambda: short_stage.diary.count("write_surface") == 3)
    first = await reporter.run_id()
    for sequence in range(6, 40):
        await reporter.send(snapshot(sequence=sequence), number=9)
    await reporter.continues(first)
    begun = await reporter.state()
    assert begun.paused_until is not None
    assert set(begun.entries) == {"42/7", "42/8", "42/9"}
    refused, limited = begun.entries["42/7"], begun.entries["42/8"]
    assert refused.surfaces.comment_id == 1
    assert refused.surfaces.comment_sequence == 5
    assert set(refused.refused) == {"check_run"}
    assert refused.refusals == {"check_run": 1}
    assert refused.report is not None
    assert limited.report is not None
    assert short_stage.diary.count("write_surface") == 3


@pytest.mark.invariant(1)
@pytest.mark.spec("FR-004")
async def test_twenty_pushes_make_one_comment(skipping: Stage) -> None:
    skipping.control.has_reporter = True
    preview = Preview(skipping)
    await preview.open()
    for letter in "bcdef0123456789abcde":
        await preview.push(letter)
        await preview.reaches(Phase.READY, letter)
    last = preview.last()
    assert last is not None

    def newest_is_shown() -> bool:
        comments = [each for each in skipping.github.writes if each.write.surface == "comment"]
        return bool(comments) and comments[-1].report.snapshot.phase is Phase.READY

    await skipping.until(newest_is_shown, skip=2)
    assert len(skipping.github.comments) == 1


@pytest.mark.spec("FR-008")
async def test_the_end_of_a_preview_is_written_everywhere_and_then_acknowledged(
    skipping: Stage,
) -> None:
    skipping.control.has_reporter = True
    preview = Preview(skipping)
    await preview.open()
    await preview.reaches(Phase.READY)
    await skipping.until(
        lambda: any(each.write.state == "success" for each in skipping.github.writes), skip=2
    )
    await preview.close()
    await preview.reaches(Phase.DELETED)
    await skipping.until(
        lambda: skipping.github.writes[-1].report.snapshot.phase is Phase.DELETED, skip=1
    )
    began = await skipping.environment.get_current_time()
    await skipping.environment.sleep(30)
    await preview.ends()
    assert await skipping.environment.get_current_time() - began < policies.FINAL_REPORT
    states = [
        each.write.state
        for each in skipping.github.writes
        if each.write.surface == "deployment_status"
    ]
    assert states[-1] == "inactive"


async def test_an_environment_that_waits_no_more_is_no_trouble(
    skipping: Stage, reporter: Reporter
) -> None:
    await reporter.send(snapshot(Phase.DELETED), acknowledge=True)
    await skipping.until(lambda: reporter.written() == ["comment"])
    await reporter.send(snapshot(sequence=6))
    await skipping.until(lambda: len(reporter.written()) == 2, skip=1)
