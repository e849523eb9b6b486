"""Scenes of environments with services and data of their own."""

from tests.workflows.stage import Preview, Stage
from tests.workflows.values import worker_stopped
from workflows import naming
from workflows.environment import EnvironmentWorkflow
from workflows.models import BackupPlan, Phase
from workflows.models import Stage as ModelStage
from workflows.models import messages as m


async def with_services(stage: Stage, preview: Preview) -> list[str]:
    """Credentials of services are made up before Helm runs."""
    stage.cluster.plan = {"secrets": ("API_KEY",)}
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]


async def reset(stage: Stage, preview: Preview) -> list[str]:
    """The data of a service is thrown away; a push comes before that has happened, and one after it."""
    stage.cluster.plan = with_a_service(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("reset_services")
    command = m.ResetServiceCommand(actor="alice", service="db")
    await preview.handle.execute_update(EnvironmentWorkflow.reset_service, command)
    await preview.begins("reset_services")
    await preview.push("b")
    await stage.until(lambda: len(preview.steps("reset_services")) == 2)
    stage.controls.release("reset_services")
    snapshot = await preview.reaches(Phase.READY, "b")
    await preview.push("c")
    await preview.reaches(Phase.READY, "c")
    return [preview.id, snapshot.revisions[0].id]


async def backed_up(stage: Stage, preview: Preview) -> list[str]:
    """A backup of now is made beside a push; one is brought back, which a push interrupts; a close ends another one."""
    stage.cluster.plan = {
        **with_a_service(preview),
        "backups": (BackupPlan(service="db", component="db-backups"),),
    }
    await preview.open()
    await preview.reaches(Phase.READY)
    make = m.BackUpServiceCommand(actor="alice", service="db")
    await preview.handle.execute_update(EnvironmentWorkflow.back_up_service, make)
    await stage.until(lambda: stage.cluster.backed_up)
    stage.controls.hold("restore_backup")
    backup = "db-20260302T030000Z"
    wanted = m.RestoreBackupCommand(actor="alice", service="db", backup=backup)
    await preview.handle.execute_update(EnvironmentWorkflow.restore_backup, wanted)
    await preview.begins("restore_backup")
    await preview.push("b")
    await stage.until(lambda: len(preview.steps("restore_backup")) == 2)
    stage.controls.release("restore_backup")
    await stage.until(lambda: preview.steps("restart_workloads"))
    snapshot = await preview.reaches(Phase.READY, "b")
    stage.controls.hold("back_up_service")
    await preview.handle.execute_update(EnvironmentWorkflow.back_up_service, make)
    await stage.until(lambda: len(preview.steps("back_up_service")) == 2)
    await preview.close()
    await preview.ends()
    return [preview.id, snapshot.revisions[0].id]


async def backed_up_by_another(stage: Stage, preview: Preview) -> list[str]:
    """The worker that makes a backup is stopped; another one goes on with it."""
    stage.cluster.plan = {
        **with_a_service(preview),
        "backups": (BackupPlan(service="db", component="db-backups"),),
    }
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("back_up_service", worker_stopped)
    make = m.BackUpServiceCommand(actor="alice", service="db")
    await preview.handle.execute_update(EnvironmentWorkflow.back_up_service, make)
    await stage.until(lambda: stage.cluster.backed_up)
    return [preview.id]


def with_a_service(preview: Preview) -> dict[str, object]:
    """Fields of a plan that has one, in a stage before the application."""
    release = naming.release_name(preview.ref.environment)
    return {
        "services": ("db",),
        "stages": (
            ModelStage(title="database", release=release, components=("db",)),
            ModelStage(title="application", release=release),
        ),
    }
