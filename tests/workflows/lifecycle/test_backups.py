"""A backup of now is made beside the real work, and how it ended is told (ENV-017)."""

import pytest

from tests.workflows.lifecycle.test_commands import ALICE, refused
from tests.workflows.stage import Preview, Stage
from tests.workflows.values import worker_stopped
from workflows import naming
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BackupError, ClusterError
from workflows.models import BackupPlan, Phase
from workflows.models import Stage as PlannedStage
from workflows.models import messages as m

pytestmark = pytest.mark.spec("ENV-017")


def plan_with(preview: Preview, *services: str) -> dict[str, object]:
    """Fields of a plan with these databases, each with backups, in a stage before the application."""
    release = naming.release_name(preview.ref.environment)
    backups = tuple(BackupPlan(service=each, component=f"{each}-backups") for each in services)
    names = (*services, *(each.component for each in backups))
    before = PlannedStage(title="services", release=release, components=names)
    application = PlannedStage(title="application", release=release)
    stages = (before, application) if services else (application,)
    return {"services": services, "backups": backups, "stages": stages}


async def back_up(preview: Preview, service: str = "db") -> m.CommandResult:
    command = m.BackUpServiceCommand(actor="alice", service=service)
    return await preview.handle.execute_update(EnvironmentWorkflow.back_up_service, command)


def told(stage: Stage) -> list[str]:
    """Of backups, as they were recorded."""
    return [each.reason for each in stage.control.decisions if each.decision == "back up"]


async def with_databases(stage: Stage, preview: Preview, *services: str) -> None:
    stage.cluster.plan = plan_with(preview, *services)
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    assert tuple(each.service for each in snapshot.backups) == services


async def test_it_is_made_and_told_without_a_revision(stage: Stage, preview: Preview) -> None:
    await with_databases(stage, preview, "db")
    before = (await preview.snapshot()).revisions
    assert "is being backed up" in (await back_up(preview)).message
    await stage.until(lambda: told(stage))
    [asked] = stage.cluster.backed_up
    assert (asked.request.service, asked.request.component) == ("db", "db-backups")
    assert told(stage) == ["backup `db-20260302T030000Z` for alice: 12,345 bytes"]
    assert (await preview.snapshot()).revisions == before


async def test_several_are_made_one_after_the_other(stage: Stage, preview: Preview) -> None:
    await with_databases(stage, preview, "db", "reports")
    stage.controls.hold("back_up_service")
    await back_up(preview, "db")
    await back_up(preview, "reports")
    error = await refused(back_up(preview, "db"))
    assert error.message == "`db` is being backed up already"
    await preview.begins("back_up_service")
    assert len(preview.steps("back_up_service")) == 1
    stage.controls.release("back_up_service")
    await stage.until(lambda: len(told(stage)) == 2)
    assert [each.request.service for each in stage.cluster.backed_up] == ["db", "reports"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            BackupError("the backup of `db` failed", excerpt=["no space left on device"]),
            "(no space left on device)",
        ),
        (ClusterError("no answer"), "no answer"),
    ],
)
async def test_a_failure_is_told_with_its_cause_and_the_next_one_is_made(
    stage: Stage, preview: Preview, error: Exception, words: str
) -> None:
    await with_databases(stage, preview, "db")
    stage.controls.fail("back_up_service", lambda: error)
    await back_up(preview)
    await stage.until(lambda: told(stage))
    assert words in told(stage)[0]
    assert (await preview.snapshot()).phase is Phase.READY
    await back_up(preview)
    await stage.until(lambda: len(told(stage)) == 2)


@pytest.mark.spec("FR-011")
async def test_where_its_worker_is_lost_another_goes_on_with_it(
    stage: Stage, preview: Preview
) -> None:
    await with_databases(stage, preview, "db")
    stage.controls.fail("back_up_service", worker_stopped)
    await back_up(preview)
    await stage.until(lambda: told(stage))
    assert "12,345 bytes" in told(stage)[0]
    assert [each.outcome for each in preview.steps("back_up_service")] == ["failed", "done"]


async def test_a_push_goes_on_beside_it(stage: Stage, preview: Preview) -> None:
    await with_databases(stage, preview, "db")
    stage.controls.hold("back_up_service")
    await back_up(preview)
    await preview.begins("back_up_service")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert told(stage) == []
    stage.controls.release("back_up_service")
    await stage.until(lambda: told(stage))


@pytest.mark.invariant(2)
async def test_a_close_ends_it_before_anything_is_removed(stage: Stage, preview: Preview) -> None:
    await with_databases(stage, preview, "db", "reports")
    stage.controls.hold("back_up_service")
    await back_up(preview, "db")
    await back_up(preview, "reports")
    await preview.begins("back_up_service")
    await preview.close()
    await preview.ends()
    [ended] = preview.steps("back_up_service")
    assert ended.ended is not None
    assert ended.ended <= preview.steps("uninstall_release")[0].begun
    assert len(stage.cluster.backed_up) <= 1
    assert len([each for each in told(stage) if "the environment goes" in each]) == 2


async def test_what_is_not_backed_up_is_refused_with_what_is(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    error = await refused(back_up(preview))
    assert error.type == "Conflict"
    assert "no service of the environment is backed up now" in error.message
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    await preview.reaches(Phase.DELETED)
    assert "is removed" in (await refused(back_up(preview))).message
