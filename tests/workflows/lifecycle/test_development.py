"""Code that goes into a pod that stays: Helm where the release differs, degraded where the command fails (ENV-005)."""

import pytest

from tests.workflows.developed import TELL, developed_plan
from tests.workflows.stage import Preview, Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.errors import ClusterError, DevelopmentError, RolloutFailedError, UnhealthyError
from workflows.models import EnvironmentSnapshot, Phase, RevisionState
from workflows.models import messages as m
from workflows.rendering import Links, render_comment

pytestmark = pytest.mark.spec("ENV-005")
ENDED = "the development server has ended with exit code 1: `npm run dev`"


async def opened(stage: Stage, preview: Preview, **changes: object) -> EnvironmentSnapshot:
    stage.cluster.plan = developed_plan(preview, **changes)
    await preview.open()
    return await preview.reaches(Phase.READY)


async def test_the_code_follows_the_release_and_comes_before_the_server(
    stage: Stage, preview: Preview
) -> None:
    snapshot = await opened(stage, preview)
    names = [
        step.name
        for step in preview.steps()
        if step.name not in ("wait_for_rollout", "copy_secrets", "ensure_credentials")
    ]
    assert names == [
        *("plan_revision", "ensure_namespace", "deploy_release", "ensure_route"),
        *("sync_code", "await_development", "check_health"),
    ]
    assert stage.cluster.synced[0].is_restart
    assert snapshot.revisions[0].reasons[-1] == f"Code brought in at {commit('a')[:7]}."


@pytest.mark.spec("FR-007")
async def test_a_push_changes_the_code_and_nothing_else(stage: Stage, preview: Preview) -> None:
    await opened(stage, preview)
    await preview.push("b")
    snapshot = await preview.reaches(Phase.READY, "b")
    assert len(preview.steps("deploy_release")) == len(preview.steps("ensure_route")) == 1
    assert [(each.commit, each.is_restart) for each in stage.cluster.synced] == [
        (commit("a"), True),
        (commit("b"), False),
    ]
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.url) == (commit("b"), stage.cluster.url)
    assert f"Code updated in place at {commit('b')[:7]}." in snapshot.revisions[0].reasons


@pytest.mark.spec("FR-013", "ENV-026")
@pytest.mark.invariant(7)
@pytest.mark.parametrize("is_trusted", [True, False])
async def test_only_trusted_code_is_let_to_the_operators_mirrors_and_has_an_owner(
    stage: Stage, preview: Preview, is_trusted: bool
) -> None:
    mirrors = ("https://npm.example.com/",)
    stage.cluster.plan = developed_plan(preview, package_sources=mirrors)
    preview.set(is_fork=not is_trusted)
    await preview.open()
    if not is_trusted:
        snapshot = await preview.reaches(Phase.PENDING)
        approve = m.ApproveCommand(actor="alice", commit=snapshot.commit or "")
        await preview.handle.execute_update(EnvironmentWorkflow.approve, approve)
    await preview.reaches(Phase.READY)
    [asked] = stage.cluster.ensured
    assert asked.package_sources == (mirrors if is_trusted else ())
    assert asked.has_owner is is_trusted


async def test_a_release_that_differs_is_deployed(stage: Stage, preview: Preview) -> None:
    await opened(stage, preview)
    stage.cluster.plan["mark"] = "another-release"
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert len(preview.steps("deploy_release")) == 2


async def test_a_secret_that_has_changed_is_deployed(stage: Stage, preview: Preview) -> None:
    await opened(stage, preview)
    stage.cluster.plan["secrets"] = ("TOKEN",)  # the fake's checksum counts them
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert len(preview.steps("deploy_release")) == 2


async def test_a_server_that_follows_no_changes_is_started_again(
    stage: Stage, preview: Preview
) -> None:
    await opened(stage, preview, follows_changes=False)
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert [each.is_restart for each in stage.cluster.synced] == [True, True]


@pytest.mark.spec("ENV-010")
@pytest.mark.parametrize("step", ["await_development", "check_health"])
async def test_a_command_that_fails_degrades_and_a_push_mends_it(
    stage: Stage, preview: Preview, step: str
) -> None:
    await opened(stage, preview)
    failure = DevelopmentError if step == "await_development" else UnhealthyError
    stage.controls.fail(step, lambda: failure(ENDED, excerpt=("no such module",)))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.DEGRADED, "b")
    assert snapshot.reason == ENDED
    assert snapshot.revisions[0].state is RevisionState.FAILED
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("b"), "nothing older is left that could serve"
    comment = render_comment(snapshot, Links())
    assert "Preview degraded" in comment
    assert "no such module" in comment
    assert "still serves" not in comment
    await preview.decides(await preview.event("edited"))
    assert (await preview.snapshot()).phase is Phase.DEGRADED

    await preview.push("c")
    await preview.reaches(Phase.READY, "c")
    assert stage.cluster.synced[-1].is_restart, "what has ended does not see the change"


@pytest.mark.spec("ENV-010")
async def test_a_retry_runs_the_command_again(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = developed_plan(preview)
    stage.controls.fail("await_development", lambda: DevelopmentError(ENDED))
    await preview.open()
    snapshot = await preview.reaches(Phase.DEGRADED)
    assert snapshot.serving is not None
    stage.cluster.plan = developed_plan(preview, command="npm run serve")
    alice = m.PersonCommand(actor="alice")
    await preview.handle.execute_update(EnvironmentWorkflow.retry, alice)
    await preview.reaches(Phase.READY)
    assert [each.development.command for each in stage.cluster.synced] == [
        "npm run dev",
        "npm run serve",
    ]
    assert stage.cluster.synced[-1].is_restart


@pytest.mark.spec("ENV-018")
async def test_jobs_after_the_deployment_run_once_the_url_answers_and_one_that_fails_degrades(
    stage: Stage, preview: Preview
) -> None:
    await opened(stage, preview, after_health=(TELL,))
    (checked,), (ran,) = preview.steps("check_health"), preview.steps("run_development_jobs")
    assert checked.ended is not None
    assert checked.ended < ran.begun
    failed = "a job `post-deploy` failed with exit code 1"
    stage.controls.fail("run_development_jobs", lambda: DevelopmentError(failed))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.DEGRADED, "b")
    assert snapshot.reason == failed
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.url) == (commit("b"), stage.cluster.url)
    assert "still serves" not in render_comment(snapshot, Links())


async def test_code_that_never_came_leaves_what_serves(stage: Stage, preview: Preview) -> None:
    await opened(stage, preview)
    stage.controls.fail("sync_code", lambda: RolloutFailedError("it cannot be taken in"))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("a")


async def test_a_failure_of_the_platform_is_no_degradation(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.cluster.plan = developed_plan(preview)
    for _ in range(3):
        skipping.controls.fail("await_development", lambda: ClusterError("no answer"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=30)
    assert snapshot.revisions[0].is_degraded is False


async def test_a_degraded_environment_whose_namespace_is_gone_is_made_anew(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = developed_plan(preview)
    stage.controls.fail("await_development", lambda: DevelopmentError(ENDED))
    await preview.open()
    await preview.reaches(Phase.DEGRADED)
    await preview.event("restore", event="reconcile")
    await preview.reaches(Phase.READY)
    assert len(preview.steps("deploy_release")) == 2
