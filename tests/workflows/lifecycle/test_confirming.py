"""What a failure may have left is confirmed stopped before people read of it and before the next revision begins."""

import pytest
from temporalio.exceptions import ApplicationError

from tests.workflows.stage import Preview, Stage
from workflows.errors import (
    BuildFailedError,
    ClusterError,
    HelmError,
    NameTakenError,
)
from workflows.models import Phase, RevisionState


async def test_one_failed_build_stops_the_others_before_the_revision_fails(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.builds = ("web", "worker")
    stage.controls.hold("ensure_namespace")
    stage.controls.stubborn.add("ensure_namespace")
    stage.controls.fail("build_image", lambda: BuildFailedError("no"))
    await preview.open()
    await preview.reaches(Phase.FAILED)
    assert stage.diary.running("ensure_namespace", "build_image") == []
    assert preview.steps("ensure_namespace")[0].outcome == "cancelled"


@pytest.mark.invariant(6)
async def test_what_a_failed_build_may_have_left_is_stopped_before_people_read_of_it(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("build_image", lambda: ClusterError("no answer"), times=3)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    stopped = preview.steps("stop_builds")
    assert stopped[0].revision == snapshot.revisions[0].id


@pytest.mark.invariant(6)
@pytest.mark.parametrize("builds", [("web",), ("web", "worker")])
async def test_builds_beside_one_that_failed_are_confirmed_stopped_and_one_alone_has_ended(
    stage: Stage, preview: Preview, builds: tuple[str, ...]
) -> None:
    stage.cluster.builds = builds
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    stopped = [each.revision for each in preview.steps("stop_builds")]
    assert stopped == [snapshot.revisions[0].id] * (len(builds) - 1)


@pytest.mark.invariant(6)
async def test_a_build_beside_secrets_that_cannot_be_had_is_confirmed_stopped(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    stage.controls.fail("ensure_namespace", lambda: NameTakenError("it is not ours"))
    await preview.open()
    await preview.reaches(Phase.FAILED)
    assert len(preview.steps("stop_builds")) == 1


@pytest.mark.invariant(6)
async def test_what_could_not_be_confirmed_is_confirmed_before_the_next_revision(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("deploy_release", lambda: HelmError("no answer"), times=3)
    skipping.controls.fail("settle_release", lambda: NameTakenError("away"), times=2)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    failed = snapshot.revisions[0].id
    await preview.push("b")
    await preview.reaches(Phase.READY, "b", skip=5)
    settled = [step for step in preview.steps("settle_release") if step.revision == failed]
    assert [step.outcome for step in settled] == ["failed", "failed", "done"]
    assert settled[-1].ended is not None
    assert settled[-1].ended < preview.steps("plan_revision")[1].begun


async def test_a_push_while_a_failure_is_confirmed_supersedes_it(stage: Stage) -> None:
    preview = Preview(stage)
    stage.controls.hold("settle_release")
    stage.controls.fail("deploy_release", lambda: HelmError("no", hint=""), times=1)
    stage.controls.fail(
        "deploy_release",
        lambda: ApplicationError("no", type="Odd", non_retryable=True),
        times=1,
    )
    await preview.open()
    await preview.begins("settle_release")
    await preview.push("b")
    await stage.until(lambda: (found := preview.last()) is not None and "stopping" in found.reason)
    stage.controls.release("settle_release")
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.revisions[1].state is RevisionState.SUPERSEDED
    preview.assert_one_after_another()
