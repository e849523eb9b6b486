"""Who is at fault decides what happens next: people fix, the platform tries again, a lost worker does not count."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from tests.fakes import AT_WORK
from tests.workflows.developed import plan_with
from tests.workflows.lifecycle.test_commands import ALICE
from tests.workflows.stage import Preview, Stage, commit
from workflows import policies
from workflows.environment import EnvironmentWorkflow
from workflows.errors import (
    BuildFailedError,
    ClusterError,
    GitHubRateLimitError,
    HelmError,
    ManifestError,
    NameTakenError,
    PlanError,
    RegistryError,
    RolloutFailedError,
    StoreError,
    UnhealthyError,
)
from workflows.models import FailureKind, HealthCheck, Phase, RevisionState


@pytest.mark.spec("FR-009", "FR-011", "FR-016", "EC-2", "EC-8")
@pytest.mark.parametrize(
    ("step", "error", "phase"),
    [
        ("plan_revision", PlanError, "plan"),
        ("ensure_namespace", NameTakenError, "namespace"),
        ("build_image", BuildFailedError, "build"),
        ("deploy_release", ManifestError, "deploy"),
        ("wait_for_rollout", RolloutFailedError, "rollout"),
        ("ensure_route", ManifestError, "route"),
        ("check_health", UnhealthyError, "health"),
    ],
)
async def test_what_trying_again_cannot_mend_is_tried_once_and_explained(
    stage: Stage,
    preview: Preview,
    step: str,
    error: Callable[..., Exception],
    phase: str,
) -> None:
    stage.controls.fail(
        step, lambda: error("it is wrong", excerpt=["the last line"], hint="do this")
    )
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    failure = snapshot.failure
    assert failure is not None
    assert (failure.phase, failure.attempts, failure.message) == (phase, 1, "it is wrong")
    assert (failure.excerpt, failure.hint) == (("the last line",), "do this")
    assert snapshot.revisions[0].state is RevisionState.FAILED
    assert len(preview.steps(step)) == 1


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize("step", AT_WORK)
async def test_the_platforms_failure_is_tried_three_times_with_a_growing_pause(
    skipping: Stage, step: str
) -> None:
    preview = Preview(skipping)
    plan_with(preview, step)
    began = await skipping.environment.get_current_time()
    skipping.controls.fail(step, lambda: ClusterError("no answer"), times=3)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.failure is not None
    assert snapshot.failure.attempts == 3
    assert snapshot.failure.kind is FailureKind.PLATFORM
    assert len(preview.steps(step)) == 3
    paused = await skipping.environment.get_current_time() - began
    first = policies.FIRST_PAUSE
    assert paused >= first + first * policies.PAUSE_FACTOR


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize("error", [ClusterError, HelmError, RegistryError, StoreError, ValueError])
async def test_a_second_attempt_may_succeed_and_is_told_meanwhile(
    skipping: Stage, error: Callable[[str], Exception]
) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("deploy_release", lambda: error("no answer"))
    await preview.open()
    await skipping.until(lambda: (found := preview.last()) and "next attempt in" in found.reason)
    snapshot = await preview.reaches(Phase.READY, skip=1)
    assert snapshot.reason == ""
    assert len(preview.steps("deploy_release")) == 2


@pytest.mark.spec("FR-011")
async def test_a_failure_without_our_details_counts_as_the_platforms(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("check_health", lambda: ApplicationError("odd", type="Strange"), times=3)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.failure is not None
    assert (snapshot.failure.type, snapshot.failure.attempts) == ("Strange", 3)


@pytest.mark.spec("FR-011")
async def test_stopped_workers_do_not_count_as_attempts(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail(
        "build_image", lambda: ApplicationError("stopped", type="WorkerShutdown"), times=5
    )
    skipping.controls.fail("build_image", lambda: ClusterError("no answer"), times=2)
    await preview.open()
    await preview.reaches(Phase.READY, skip=1)
    assert len(preview.steps("build_image")) == 8


@pytest.mark.spec("FR-011")
async def test_workers_lost_without_end_are_the_platforms_failure(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail(
        "build_image", lambda: ApplicationError("stopped", type="WorkerShutdown"), times=50
    )
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.failure is not None
    assert snapshot.failure.type == "WorkerLostError"
    assert len(preview.steps("build_image")) == policies.MAX_LOSSES + 1


@pytest.mark.spec("FR-015", "FR-011")
async def test_a_limit_is_waited_for_and_does_not_count(skipping: Stage) -> None:
    preview = Preview(skipping)
    wait = timedelta(minutes=30)
    skipping.controls.fail(
        "plan_revision", lambda: GitHubRateLimitError("limit", retry_after=wait), times=4
    )
    began = await skipping.environment.get_current_time()
    await preview.open()
    await preview.reaches(Phase.READY, skip=300)
    assert len(preview.steps("plan_revision")) == 5
    assert await skipping.environment.get_current_time() - began >= 4 * wait


@pytest.mark.spec("FR-018")
async def test_a_used_up_limit_fails_the_revision_naming_the_phase(
    stage: Stage, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "GRACE", timedelta(seconds=-4))
    stage.cluster.health = HealthCheck(timeout_seconds=5)
    stage.controls.hold("check_health")
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert snapshot.failure.type == "PhaseTimeoutError"
    assert snapshot.failure.message == "The health phase failed: it used up its time limit."
    assert len(preview.steps("check_health")) == 1


@pytest.mark.spec("FR-018", "FR-011")
async def test_a_used_up_limit_of_a_short_call_may_be_a_lost_worker_and_is_tried_again(
    stage: Stage, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = policies.limited(policies.ENSURE_ROUTE, attempt=timedelta(seconds=1))
    monkeypatch.setattr(policies, "ENSURE_ROUTE", short)
    monkeypatch.setattr(policies, "FIRST_PAUSE", timedelta(milliseconds=100))
    stage.controls.frozen["ensure_route"] = 1
    await preview.open()
    await preview.reaches(Phase.READY)
    assert len(preview.steps("ensure_route")) == 2


@pytest.mark.spec("FR-011")
async def test_a_worker_that_vanishes_is_noticed_by_its_heartbeat_and_not_counted(
    stage: Stage, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = policies.BUILD.copy()
    build["heartbeat_timeout"] = timedelta(seconds=0.5)
    monkeypatch.setattr(policies, "BUILD", build)
    stage.controls.frozen["build_image"] = 4
    await preview.open()
    await preview.reaches(Phase.READY)
    assert len(preview.steps("build_image")) == 5


@pytest.mark.spec("FR-011")
async def test_a_failed_update_leaves_the_older_version_serving(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError("it crashes"))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("a"), True)
    assert preview.steps("uninstall_release") == []


@pytest.mark.spec("FR-009", "FR-011")
async def test_an_update_that_came_up_unhealthy_is_what_the_url_shows(
    stage: Stage, preview: Preview
) -> None:
    """Its pods have taken the older ones' place; nothing may say that those serve."""
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("check_health", lambda: UnhealthyError("it answers 500"))
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("b"), False)
    await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("b"), True)


@pytest.mark.spec("FR-009", "FR-011")
async def test_an_update_superseded_while_its_health_is_checked_has_taken_the_older_ones_place(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("check_health")
    await preview.push("b")
    await preview.begins("check_health", "b")
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.push("c")
    snapshot = await preview.reaches(Phase.FAILED, "c")
    assert snapshot.serving is not None
    assert (snapshot.serving.commit, snapshot.serving.is_healthy) == (commit("b"), False)


async def test_a_chart_without_images_needs_no_build(stage: Stage, preview: Preview) -> None:
    stage.cluster.builds = ()
    await preview.open()
    await preview.reaches(Phase.READY)
    assert preview.steps("build_image") == []
