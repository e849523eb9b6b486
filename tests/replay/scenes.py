"""What the golden histories tell: one scene each, played against fakes on a real server.

After a scene was added, `python -m tests.replay.record` plays it and stores its histories. A stored history is never
replaced, since it stands for workflows that run in somebody's Temporal with the code of then; so whoever changes what
a workflow asks for adds a scene beside the older ones, and a `workflow.patched` that tells the two apart.
"""

from collections.abc import Awaitable, Callable
from itertools import count

from tests.replay.asked import asked
from tests.replay.developed import degraded, in_place, jobs_on_code, on_host
from tests.replay.shared import shared
from tests.replay.staged import (
    failed_in_a_stage,
    followed,
    in_stages,
    superseded_in_a_stage,
)
from tests.workflows.stage import Preview, Stage
from tests.workflows.values import PULL_REF, REF, pull
from workflows import naming, wire
from workflows.environment import EnvironmentWorkflow
from workflows.errors import (
    BuildFailedError,
    ClusterError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)
from workflows.models import BackupPlan, Phase, PrebuiltImage
from workflows.models import Stage as ModelStage
from workflows.models import messages as m
from workflows.reconcile import ReconcileWorkflow

Scene = Callable[[Stage, Preview], Awaitable[list[str]]]
"""Plays, and says which workflows' histories tell it."""


async def ready(stage: Stage, preview: Preview) -> list[str]:
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]


async def superseded(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.push("b")
    await preview.begins("build_image", "b")
    stage.controls.release("build_image")
    snapshot = await preview.reaches(Phase.READY, "b")
    return [preview.id, snapshot.revisions[1].id]


async def failed(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.fail("deploy_release", lambda: ClusterError("no answer"))
    stage.controls.fail("check_health", lambda: BuildFailedError("it answers 500"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    return [preview.id, snapshot.revisions[0].id]


async def retried(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.open()
    await preview.reaches(Phase.FAILED)
    command = m.PersonCommand(actor="alice")
    await preview.handle.execute_update(EnvironmentWorkflow.retry, command)
    await preview.reaches(Phase.READY)
    return [preview.id]


async def unreadable(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.fail("read_pull_request", lambda: GitHubError("502"))
    await preview.open()
    await preview.reaches(Phase.READY)
    return [preview.id]


async def pushed_while_looking(stage: Stage, preview: Preview) -> list[str]:
    """A push is heard during a look that fails."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("read_pull_request")
    await preview.event("edited")
    await preview.begins("read_pull_request")
    await preview.push("b")
    stage.controls.release("read_pull_request", GitHubError("502"))
    await preview.reaches(Phase.READY, "b")
    return [preview.id]


async def closed(stage: Stage, preview: Preview) -> list[str]:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.blockers = [("Certificate `shop`",)]
    await preview.close()
    await preview.ends()
    return [preview.id, removal_of(preview)]


def removal_of(preview: Preview) -> str:
    return naming.teardown_workflow_id(preview.ref.project, preview.ref.environment)


async def closed_while_building(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")
    await preview.close()
    await preview.ends()
    return [preview.id]


async def reopened(stage: Stage, preview: Preview) -> list[str]:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.reopen()
    stage.controls.release("delete_namespace")
    await preview.reaches(Phase.READY)
    return [preview.id]


async def reborn(stage: Stage, preview: Preview) -> list[str]:
    """The entity is terminated during its removal; the next one waits for it."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("delete_namespace")
    await preview.close()
    await preview.begins("delete_namespace")
    await preview.handle.terminate("lost")
    await preview.reopen()
    await preview.says("former life")
    stage.controls.release("delete_namespace")
    await preview.reaches(Phase.READY)
    return [preview.id, removal_of(preview)]


async def commands(stage: Stage, preview: Preview) -> list[str]:
    alice = m.PersonCommand(actor="alice")
    preview.set(is_fork=True)
    await preview.open()
    snapshot = await preview.reaches(Phase.PENDING)
    approve = m.ApproveCommand(actor="alice", commit=snapshot.commit or "")
    await preview.handle.execute_update(EnvironmentWorkflow.approve, approve)
    await preview.reaches(Phase.READY)
    await preview.handle.execute_update(EnvironmentWorkflow.delete, alice)
    await preview.reaches(Phase.DELETED)
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, alice)
    await preview.reaches(Phase.READY)
    return [preview.id]


async def reported(stage: Stage, preview: Preview) -> list[str]:
    stage.control.has_reporter = True
    stage.github.errors = [
        GitHubRateLimitError("limit", retry_after=None),
        GitHubError("502"),
    ]
    move(preview, installation=77)
    await preview.open()
    await preview.reaches(Phase.READY)
    await stage.until(lambda: stage.diary.count("write_surface"))
    return [naming.reporter_workflow_id(77)]


async def refused(stage: Stage, preview: Preview) -> list[str]:
    """GitHub refuses deployments; the end of the environment is shown and confirmed all the same."""
    stage.control.has_reporter = True
    stage.github.broken["deployment"] = GitHubPermissionError("not granted")
    move(preview, installation=78)
    await preview.open()
    await preview.reaches(Phase.READY)
    await stage.until(
        lambda: any(step.outcome == "failed" for step in stage.diary.named("write_surface"))
    )
    await preview.close()
    await preview.ends()
    return [naming.reporter_workflow_id(78)]


def move(preview: Preview, *, installation: int) -> None:
    """To an installation of its own, whose reporter writes for nobody else."""
    preview.pull_request = preview.pull_request.model_copy(update={"installation": installation})
    preview.state = preview.state.model_copy(update={"pull_request": preview.pull_request})
    preview.set(ref=preview.pull_request)


async def reconciled(stage: Stage, preview: Preview) -> list[str]:
    stage.control.sources = (
        m.ProjectSource(
            team="acme",
            project="acme-shop",
            installation=1,
            repository_id=42,
            repository="acme/shop",
        ),
    )
    stage.controls.pulls[42, 7] = pull()
    stage.cluster.namespaces[REF.namespace] = m.EnvironmentNamespace(
        ref=REF, pull_request=PULL_REF.model_copy(update={"number": 8}), uid="1"
    )
    workflow_id = f"reconcile-{preview.ref.project}"
    await stage.client.execute_workflow(
        ReconcileWorkflow.run,
        m.ReconcileInput(),
        id=workflow_id,
        task_queue=wire.WORKFLOWS_QUEUE,
    )
    return [workflow_id]


async def prebuilt(stage: Stage, preview: Preview) -> list[str]:
    """Nothing is built: a check and then an image are waited for; the environment is given a secret."""
    image = PrebuiltImage(image="registry.example/shop:1", check="build")
    stage.cluster.plan = {"builds": (), "images": (image,), "secrets": ("API_KEY",)}
    stage.github.checks["build"] = m.ReadCheckResult(state="pending", word="in_progress")
    await preview.open()
    await preview.says("waiting for check")
    stage.github.checks["build"] = m.ReadCheckResult(state="succeeded")
    await preview.says("waiting for image")
    stage.cluster.images[image.image] = f"sha256:{'0' * 64}"
    snapshot = await preview.reaches(Phase.READY)
    return [preview.id, snapshot.revisions[0].id]


async def unchanged(stage: Stage, preview: Preview) -> list[str]:
    """A push that touches nothing that matters, and then one that does."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.plan = {"unchanged": "No file changed."}
    await preview.push("b")
    snapshot = await preview.reaches(Phase.READY, "b")
    stage.cluster.plan = {}
    await preview.push("c")
    await preview.reaches(Phase.READY, "c")
    return [preview.id, snapshot.revisions[0].id]


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


async def continued(stage: Stage, preview: Preview) -> list[str]:
    """Environment, reporter and removal begin anew, since their histories have become long."""
    stage.control.has_reporter = True
    move(preview, installation=79)
    await preview.open()
    await preview.reaches(Phase.READY)
    await until_continued(stage, preview, preview.id)
    await until_continued(stage, preview, naming.reporter_workflow_id(79))
    stage.controls.fail("delete_namespace", lambda: ClusterError("away"), times=4)
    await preview.close()
    await preview.ends()
    return [preview.id, removal_of(preview), naming.reporter_workflow_id(79)]


async def until_continued(stage: Stage, preview: Preview, workflow_id: str) -> None:
    """Until a new run goes on; the environment hears of one event after the other meanwhile."""
    handle = stage.client.get_workflow_handle(workflow_id)
    first = (await handle.describe()).run_id
    for number in count():
        if (await handle.describe()).run_id != first:
            return
        delivery = f"{workflow_id}-{number}"
        await preview.event("edited", delivery=delivery)
        await preview.decides(delivery)


async def hurried(stage: Stage, preview: Preview) -> list[str]:
    """An environment begins anew although a look is due: each event comes during the look of the one before."""
    await preview.open()
    await preview.reaches(Phase.READY)
    first = (await preview.handle.describe()).run_id
    stage.controls.hold("read_pull_request")
    await preview.event("edited")
    while (await preview.handle.describe()).run_id == first:
        await preview.begins("read_pull_request")
        delivery = await preview.event("edited")
        stage.controls.release("read_pull_request", RepositoryGoneError("gone"))
        stage.controls.hold("read_pull_request")
        await preview.decides(delivery)
    stage.controls.release("read_pull_request")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    return [preview.id]


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        ready,
        superseded,
        failed,
        retried,
        unreadable,
        pushed_while_looking,
        closed,
        closed_while_building,
        reopened,
        reborn,
        commands,
        reported,
        refused,
        reconciled,
        prebuilt,
        unchanged,
        with_services,
        reset,
        backed_up,
        followed,
        in_stages,
        failed_in_a_stage,
        superseded_in_a_stage,
        in_place,
        jobs_on_code,
        on_host,
        degraded,
        asked,
        shared,
    )
}
LONG_SCENES: dict[str, Scene] = {"continued": continued, "hurried": hurried}
"""Played where histories count as long after a few steps."""
