"""What the golden histories tell: one scene each, played against fakes on a real server.

After a scene was added, `python -m tests.replay.record` plays it and stores its histories. A stored history is never
replaced, since it stands for workflows that run in somebody's Temporal with the code of then; so whoever changes what
a workflow asks for adds a scene beside the older ones, and a `workflow.patched` that tells the two apart.
"""

from collections.abc import Awaitable, Callable

from tests.replay.asked import asked
from tests.replay.developed import degraded, in_place, jobs_on_code, on_host
from tests.replay.long import continued, hurried, wishing
from tests.replay.removed import (
    closed,
    closed_while_building,
    closed_while_deploying,
    reborn,
    reopened,
)
from tests.replay.reporting import refused, reported
from tests.replay.services import backed_up, backed_up_by_another, reset, with_services
from tests.replay.shared import shared
from tests.replay.staged import (
    failed_half_of_the_way,
    failed_in_a_stage,
    followed,
    in_stages,
    superseded_in_a_stage,
)
from tests.replay.wishes import failed_beside, wished_meanwhile
from tests.workflows.stage import Preview, Stage
from tests.workflows.values import PULL_REF, REF, pull
from workflows import wire
from workflows.environment import EnvironmentWorkflow
from workflows.errors import (
    BuildFailedError,
    ClusterError,
    GitHubError,
)
from workflows.models import Phase, PrebuiltImage
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
        closed_while_deploying,
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
        backed_up_by_another,
        followed,
        in_stages,
        failed_half_of_the_way,
        failed_in_a_stage,
        superseded_in_a_stage,
        in_place,
        jobs_on_code,
        on_host,
        degraded,
        asked,
        shared,
        wished_meanwhile,
        failed_beside,
    )
}
LONG_SCENES: dict[str, Scene] = {scene.__name__: scene for scene in (continued, hurried, wishing)}
"""Played where histories count as long after a few steps."""
