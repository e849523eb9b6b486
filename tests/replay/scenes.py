"""What the golden histories tell: one scene each, played against fakes on a real server.

`python -m tests.replay.record` plays them again and stores what was new; a stored history is never replaced, since
it stands for workflows that run in somebody's Temporal with the code of then.
"""

from collections.abc import Awaitable, Callable

from tests.workflows.stage import Preview, Stage
from tests.workflows.values import PULL_REF, REF, pull
from workflows import naming, wire
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError, ClusterError, GitHubError, GitHubRateLimitError
from workflows.models import Phase
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


async def unreadable(stage: Stage, preview: Preview) -> list[str]:
    stage.controls.fail("read_pull_request", lambda: GitHubError("502"))
    await preview.open()
    await preview.reaches(Phase.READY)
    return [preview.id]


async def closed(stage: Stage, preview: Preview) -> list[str]:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.blockers = [("Certificate `shop`",)]
    await preview.close()
    await preview.ends()
    return [preview.id, naming.teardown_workflow_id(preview.ref.project, preview.ref.environment)]


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
    preview.pull_request = preview.pull_request.model_copy(update={"installation": 77})
    preview.state = preview.state.model_copy(update={"pull_request": preview.pull_request})
    preview.set(ref=preview.pull_request)
    await preview.open()
    await preview.reaches(Phase.READY)
    await stage.until(lambda: stage.diary.count("write_surface"))
    return [naming.reporter_workflow_id(77)]


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


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        ready,
        superseded,
        failed,
        unreadable,
        closed,
        closed_while_building,
        reopened,
        commands,
        reported,
        reconciled,
    )
}
