"""A backup is brought back once, after its service is there and before anything else comes up (ENV-017)."""

import pytest

from tests.workflows.lifecycle.test_backups import plan_with
from tests.workflows.lifecycle.test_commands import ALICE, refused
from tests.workflows.stage import Preview, Stage
from workflows import naming
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError, ClusterError, NameTakenError, RestoreError
from workflows.models import Phase, ReleasePlan
from workflows.models import Stage as PlannedStage
from workflows.models import messages as m

pytestmark = pytest.mark.spec("ENV-017")

NAME = "db-20260302T030000Z"


async def restore(preview: Preview, service: str = "db", backup: str = NAME) -> m.CommandResult:
    command = m.RestoreBackupCommand(actor="alice", service=service, backup=backup)
    return await preview.handle.execute_update(EnvironmentWorkflow.restore_backup, command)


async def ready(stage: Stage, preview: Preview, *services: str) -> None:
    stage.cluster.plan = plan_with(preview, *services)
    await preview.open()
    await preview.reaches(Phase.READY)


async def restored(stage: Stage, preview: Preview, letter: str = "") -> None:
    await stage.until(lambda: preview.steps("restart_workloads"))
    await preview.reaches(Phase.READY, letter)


async def test_it_comes_between_the_service_and_the_application_which_starts_anew(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db", "cache")
    assert (await restore(preview)).message == "restore accepted"
    await restored(stage, preview)
    snapshot = await preview.snapshot()
    assert snapshot.revisions[0].trigger == f"restore of `db` from `{NAME}` by alice"
    assert snapshot.revisions[0].commit == snapshot.revisions[1].commit
    assert any(NAME in each for each in snapshot.revisions[0].reasons)
    [asked] = stage.cluster.restored
    assert (asked.restore.service, asked.restore.backup) == ("db", NAME)
    assert (asked.component, asked.kept) == ("db-backups", ("db", "cache"))
    assert asked.release == naming.release_name(preview.ref.environment)
    [step] = preview.steps("restore_backup")
    services, application = preview.steps("deploy_release")[-2:]
    assert (services.ended or 0) < step.begun
    assert step.ended is not None
    assert step.ended < application.begun


async def test_what_was_brought_back_once_is_left_alone_afterwards(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db")
    stage.controls.fail("check_health", lambda: BuildFailedError("it answers 500"))
    await restore(preview)
    await preview.reaches(Phase.FAILED)
    await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    await preview.reaches(Phase.READY)
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert len(stage.cluster.restored) == 1


async def test_a_push_in_between_begins_the_very_same_wish_anew(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db")
    stage.controls.hold("restore_backup")
    await restore(preview)
    await preview.begins("restore_backup")
    await preview.push("b")
    await stage.until(lambda: len(preview.steps("restore_backup")) == 2)
    stage.controls.release("restore_backup")
    await restored(stage, preview, "b")
    preview.assert_one_after_another()
    assert len({each.restore.id for each in stage.cluster.restored}) == 1


async def test_a_build_that_fails_first_leaves_the_wish_to_the_next_revision(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db")
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await restore(preview)
    await preview.reaches(Phase.FAILED)
    assert stage.cluster.restored == []
    await preview.push("b")
    await restored(stage, preview, "b")
    assert len(stage.cluster.restored) == 1


async def test_a_backup_that_cannot_be_brought_back_is_told_and_given_up(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db")
    words = f"`{NAME}` could not be brought back, and the data of `db` is as it was"
    stage.controls.fail(
        "restore_backup", lambda: RestoreError(words, excerpt=["pg_restore: end of file"])
    )
    await restore(preview)
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert (snapshot.failure.message, snapshot.failure.phase) == (words, "restore")
    assert snapshot.failure.excerpt == ("pg_restore: end of file",)
    assert snapshot.serving is not None, "what served goes on"
    await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    await preview.reaches(Phase.READY)
    assert len(preview.steps("restore_backup")) == 1


async def test_a_cluster_that_does_not_answer_is_asked_again(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db")
    stage.controls.fail("restore_backup", lambda: ClusterError("no answer"))
    await restore(preview)
    await restored(stage, preview)
    assert len(preview.steps("restore_backup")) == 2


async def test_what_the_platform_could_not_do_stays_a_wish(stage: Stage, preview: Preview) -> None:
    await ready(stage, preview, "db")
    stage.controls.fail("restore_backup", lambda: NameTakenError("the namespace is not ours"))
    await restore(preview)
    await preview.reaches(Phase.FAILED)
    assert stage.cluster.restored == []
    await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    await restored(stage, preview)
    assert len(stage.cluster.restored) == 1


@pytest.mark.parametrize("stages", [{}, {"stages": ()}], ids=["in stages", "all at once"])
async def test_a_service_that_the_next_commit_has_not_any_more_is_not_waited_for(
    stage: Stage, preview: Preview, stages: dict[str, object]
) -> None:
    await ready(stage, preview, "db")
    stage.cluster.plan = {**plan_with(preview), **stages}
    await restore(preview)
    await stage.until(lambda: len(preview.steps("check_health")) == 2)
    await preview.reaches(Phase.READY)
    assert stage.cluster.restored == []
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert stage.cluster.planned[-1].serving != "", "the wish is forgotten"


async def test_it_waits_for_the_stage_of_its_own_service(stage: Stage, preview: Preview) -> None:
    release = naming.release_name(preview.ref.environment)
    planned = plan_with(preview, "db")
    caches = PlannedStage(title="caches", release=release, components=("cache",))
    stages = planned["stages"]
    assert isinstance(stages, tuple)
    stage.cluster.plan = {**planned, "stages": (caches, *stages)}
    await preview.open()
    await preview.reaches(Phase.READY)
    await restore(preview)
    await restored(stage, preview)
    before, services, application = preview.steps("deploy_release")[-3:]
    [step] = preview.steps("restore_backup")
    assert max(before.ended or 0, services.ended or 0) < step.begun < application.begun


async def test_beside_a_chart_of_the_projects_own_all_of_that_stands_still(
    stage: Stage, preview: Preview
) -> None:
    extras = naming.extras_release_name(preview.ref.environment)
    main = naming.release_name(preview.ref.environment)
    stage.cluster.plan = {
        **plan_with(preview, "db"),
        "extras": ReleasePlan(name=extras, chart="", source="catalyst"),
        "stages": (
            PlannedStage(title="db", release=extras, components=("db", "db-backups")),
            PlannedStage(title="application", release=main),
        ),
    }
    await preview.open()
    await preview.reaches(Phase.READY)
    await restore(preview)
    await restored(stage, preview)
    assert (stage.cluster.restored[0].release, stage.cluster.restored[0].kept) == (main, ())


async def test_a_restore_that_makes_no_sense_is_refused_with_what_there_is(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db", "reports")
    error = await refused(restore(preview, "dbb"))
    assert error.type == "Conflict"
    assert error.message == "no service `dbb` is backed up; these are: `db`, `reports`"


async def test_an_environment_that_is_removed_forgets_the_wish(
    stage: Stage, preview: Preview
) -> None:
    await ready(stage, preview, "db")
    stage.controls.hold("restore_backup")
    await restore(preview)
    await preview.begins("restore_backup")
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    stage.controls.release("restore_backup")
    assert (await preview.reaches(Phase.DELETED)).backups == ()
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    await preview.reaches(Phase.READY)
    assert len(preview.steps("restore_backup")) == 1
