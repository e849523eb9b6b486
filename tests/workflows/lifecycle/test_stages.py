"""One stage after the other: each is ready before the next begins, and a failed one leaves the rest as it serves."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.fakes import Step
from tests.workflows.stage import Preview, Stage, commit
from tests.workflows.staged import LATER, TITLES, staged_plan, with_chart, with_extras
from workflows import naming
from workflows.errors import ClusterError, HelmError, RolloutFailedError
from workflows.models import FailureKind, Phase, RevisionState
from workflows.models import Stage as PlannedStage

pytestmark = pytest.mark.spec("ENV-018")
JOB_FAILED = "the job `migrate` ended with exit code 1 (pod migrate-1)"


async def reaches_rollout(stage: Stage, preview: Preview, number: int) -> None:
    """Until the rollout of that stage is waited for."""
    await stage.until(lambda: len(preview.steps("wait_for_rollout")) == number)


async def test_each_stage_is_ready_before_the_next_begins(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = staged_plan(preview)
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    steps = preview.steps("deploy_release", "wait_for_rollout", "ensure_route", "check_health")
    names = [step.name for step in steps]
    before = ["deploy_release", "wait_for_rollout"] * 2 + ["deploy_release"]
    assert names[:5] == before
    assert sorted(names[5:7]) == ["ensure_route", "wait_for_rollout"]
    assert names[7:] == ["check_health", "deploy_release", "wait_for_rollout"]
    assert _are_apart([*steps[:5], *steps[7:]])
    assert [(each.stage, each.components) for each in stage.cluster.deployed] == [
        (1, ("db",)),
        (2, ("db", "migrate")),
        (3, ("db", "migrate", "web")),
        (4, ()),
    ]
    awaited = [(each.components, each.jobs) for each in stage.cluster.awaited]
    assert awaited == [
        (("db",), ()),
        (("migrate",), ("migrate",)),
        (("web",), ()),
        (("seed",), ("seed",)),
    ]
    revision = snapshot.revisions[0]
    assert {each.revision for each in stage.cluster.awaited} == {revision.id}
    assert [(each.name, each.seconds) for each in revision.jobs] == [("migrate", 3), ("seed", 3)]
    phases = [each.phase for each in revision.timings]
    deploys = [f"deploy: {title}" for title in (*TITLES, LATER)]
    assert phases[-6:] == [*deploys[:3], "route", "health", deploys[3]]
    assert all(each.finished_at for each in revision.timings)


def _are_apart(steps: list[Step]) -> bool:
    return all(one.ended is not None and one.ended < other.begun for one, other in pairwise(steps))


@pytest.mark.spec("FR-018")
async def test_a_stage_has_as_long_as_its_jobs_may_run(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = staged_plan(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    limits = [each.timeout for each in stage.cluster.awaited]
    assert limits == [timedelta(seconds=each) for each in (60, 1860, 60, 660)]


async def test_people_read_which_stage_is_at_work(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = staged_plan(preview)
    stage.controls.hold("wait_for_rollout")
    await preview.open()
    await preview.says("stage 1 of 4: database")
    stage.controls.release("wait_for_rollout")
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.reason == ""


async def test_a_plan_without_stages_is_deployed_as_a_whole(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    [deployed], [awaited] = stage.cluster.deployed, stage.cluster.awaited
    assert (deployed.stage, deployed.components, awaited.components) == (0, (), ())


async def test_services_of_a_project_with_its_own_chart_are_a_second_release(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = with_extras(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    main, extras = naming.release_names(preview.ref.environment)
    found = [(each.release.name, each.components) for each in stage.cluster.deployed]
    assert found == [(extras, ("db",)), (extras, ()), (main, ())]
    assert [each.release for each in stage.cluster.awaited] == [extras, extras, main]
    assert all(each.has_extras for each in stage.cluster.deployed)


@pytest.mark.spec("ENV-017")
async def test_a_service_that_is_a_chart_is_up_with_its_service_before_what_it_is_for(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = with_chart(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    main = naming.release_name(preview.ref.environment)
    search = naming.service_release_name(preview.ref.environment, "search")
    assert [each.release.name for each in stage.cluster.deployed] == [search, main]
    assert {each.service_charts for each in stage.cluster.deployed} == {(search,)}
    found = [(each.release, each.service) for each in stage.cluster.awaited]
    assert found == [(search, search), (main, "")]


@pytest.mark.spec("FR-009", "FR-011")
async def test_a_failed_migration_leaves_the_old_version_serving(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = staged_plan(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("wait_for_rollout")
    await preview.push("b")
    await reaches_rollout(stage, preview, 5)
    stage.controls.release("wait_for_rollout")
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError(JOB_FAILED))
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.failure is not None
    assert (snapshot.failure.phase, snapshot.failure.message) == (
        "deploy: job migrate",
        JOB_FAILED,
    )
    assert snapshot.failure.attempts == 1
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("a")
    assert [each.stage for each in stage.cluster.deployed] == [1, 2, 3, 4, 1, 2]
    assert len(preview.steps("ensure_route")) == 1


@pytest.mark.invariant(6)
async def test_jobs_beside_the_one_that_failed_are_ended(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = staged_plan(preview)
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError(JOB_FAILED))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    [settled] = preview.steps("settle_release")
    assert settled.revision == snapshot.revisions[0].id


@pytest.mark.spec("FR-011")
async def test_a_stage_that_the_platform_failed_is_tried_three_times(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.cluster.plan = staged_plan(preview)
    skipping.controls.fail("wait_for_rollout", lambda: ClusterError("evicted"), times=3)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.failure is not None
    assert (snapshot.failure.phase, snapshot.failure.attempts) == ("deploy: database", 3)
    assert snapshot.failure.kind is FailureKind.PLATFORM
    assert len(skipping.cluster.deployed) == 1


@pytest.mark.spec("FR-011")
async def test_a_second_attempt_of_a_stage_asks_for_the_same(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.cluster.plan = staged_plan(preview)
    skipping.controls.fail("deploy_release", lambda: HelmError("no answer"))
    await preview.open()
    await preview.reaches(Phase.READY, skip=1)
    assert len(preview.steps("deploy_release")) == 5
    assert [each.stage for each in skipping.cluster.deployed] == [1, 2, 3, 4]


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(1, 6)
@pytest.mark.parametrize("step", ["deploy_release", "wait_for_rollout"])
async def test_a_push_during_a_stage_ends_it_before_the_next_revision(
    stage: Stage, preview: Preview, step: str
) -> None:
    stage.cluster.plan = staged_plan(preview)
    stage.controls.hold(step)
    stage.controls.stubborn.add(step)
    await preview.open()
    await stage.until(lambda: preview.steps(step))
    await preview.push("b")
    await stage.until(lambda: len(preview.steps("plan_revision")) == 2)
    stage.controls.release(step)
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.revisions[1].state is RevisionState.SUPERSEDED
    first = [each for each in stage.cluster.deployed if each.commit == commit("a")]
    assert [each.stage for each in first] == ([] if step == "deploy_release" else [1])
    [settled] = [
        each
        for each in preview.steps("settle_release")
        if each.revision == snapshot.revisions[1].id
    ]
    assert settled.ended is not None
    assert settled.ended < preview.steps("plan_revision")[1].begun
    preview.assert_one_after_another()


@pytest.mark.invariant(2)
async def test_a_close_between_stages_begins_no_further_one(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = staged_plan(preview)
    stage.controls.hold("wait_for_rollout")
    await preview.open()
    await reaches_rollout(stage, preview, 1)
    await preview.close()
    await preview.ends()
    assert [each.stage for each in stage.cluster.deployed] == [1]
    assert len(preview.steps("uninstall_release")) == 1


async def test_a_job_that_fails_once_the_url_answers_fails_the_revision(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = staged_plan(preview)
    stage.controls.hold("check_health")
    await preview.open()
    await preview.begins("check_health")
    stage.controls.fail("wait_for_rollout", lambda: RolloutFailedError("the job `seed` failed"))
    stage.controls.release("check_health")
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert snapshot.failure.phase == "deploy: job seed"
    assert snapshot.serving is not None, "it answers all the same, and nothing else does"
    assert snapshot.serving.commit == snapshot.commit


async def test_a_plan_that_contradicts_itself_is_told(stage: Stage, preview: Preview) -> None:
    odd = PlannedStage(title="database", release="nobody's", components=("db",))
    stage.cluster.plan = {**staged_plan(preview), "stages": (odd,)}
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert "the stage database is of release nobody's" in snapshot.failure.message
    assert stage.cluster.deployed == []
