"""Throwing away what a service keeps: done once, whatever comes in between, and then everything comes back (ENV-017)."""

import pytest

from tests.workflows.developed import developed_plan
from tests.workflows.lifecycle.test_commands import ALICE, refused
from tests.workflows.stage import Preview, Stage
from tests.workflows.staged import with_chart
from workflows import naming
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BuildFailedError, ClusterError
from workflows.models import Phase, ReleasePlan, VolumePlan
from workflows.models import Stage as PlannedStage
from workflows.models import messages as m

pytestmark = pytest.mark.spec("ENV-017")


def plan_with(preview: Preview, *services: str) -> dict[str, object]:
    """Fields of a plan with these services in a stage before the application."""
    release = naming.release_name(preview.ref.environment)
    before = PlannedStage(title="services", release=release, components=services)
    application = PlannedStage(title="application", release=release)
    return {"services": services, "stages": (before, application) if services else (application,)}


async def reset(preview: Preview, service: str = "db") -> m.CommandResult:
    command = m.ResetServiceCommand(actor="alice", service=service)
    return await preview.handle.execute_update(EnvironmentWorkflow.reset_service, command)


async def test_the_data_is_thrown_away_before_anything_is_deployed_and_the_application_starts_anew(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db", "cache")
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.services == ("db", "cache")
    assert (await reset(preview)).message == "reset accepted"
    await stage.until(lambda: preview.steps("restart_workloads"))
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "reset of `db` by alice"
    assert snapshot.revisions[0].commit == snapshot.revisions[1].commit
    assert any("`db` was thrown away" in each for each in snapshot.revisions[0].reasons)
    release = naming.release_name(preview.ref.environment)
    [asked] = stage.cluster.reset
    assert (asked.release, asked.services) == (release, ("db",))
    [thrown] = preview.steps("reset_services")
    assert thrown.ended is not None
    built, deployed = preview.steps("build_image")[-1], preview.steps("deploy_release")[-2:]
    made = preview.steps("ensure_credentials")[-1]
    assert (built.ended or 0) < thrown.begun, "a build that fails leaves everything as it is"
    assert thrown.ended < made.begun < deployed[0].begun
    [restarted] = stage.cluster.restarted
    assert (restarted.release, restarted.kept) == (release, ("db", "cache"))
    assert deployed[1].begun < preview.steps("restart_workloads")[0].begun


@pytest.mark.spec("ENV-012")
async def test_volumes_of_the_application_are_thrown_away_with_all_who_share_them(
    stage: Stage, preview: Preview
) -> None:
    volume = VolumePlan(component="store", claims=("web-store--data",), users=("store", "reader"))
    release = ReleasePlan(
        name=naming.release_name(preview.ref.environment),
        chart="",
        source="catalyst",
        values={"components": {"web": {"imageFrom": "web"}, "store": {"image": "redis:7"}}},
    )
    stage.cluster.plan = {"volumes": (volume,), "release": release}
    await preview.open()
    assert (await preview.reaches(Phase.READY)).services == ("store",)
    await reset(preview, "store")
    await stage.until(lambda: preview.steps("restart_workloads"))
    snapshot = await preview.reaches(Phase.READY)
    [asked] = stage.cluster.reset
    assert (asked.release, asked.services, asked.volumes) == (release.name, (), (volume,))
    assert [each.kept for each in stage.cluster.restarted] == [("store",)]
    assert any("kept together with `reader`" in each for each in snapshot.revisions[0].reasons)


async def test_a_volume_that_nobody_shares_is_told_of_once(stage: Stage, preview: Preview) -> None:
    volume = VolumePlan(component="store", claims=("web-store--data",), users=("store",))
    stage.cluster.plan = {"volumes": (volume,)}
    await preview.open()
    await preview.reaches(Phase.READY)
    await reset(preview, "store")
    await stage.until(lambda: len(preview.steps("check_health")) == 2)
    snapshot = await preview.reaches(Phase.READY)
    assert any("`store` was thrown away" in each for each in snapshot.revisions[0].reasons)
    assert not any("kept together" in each for each in snapshot.revisions[0].reasons)


async def test_what_was_thrown_away_once_is_left_alone_afterwards(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("deploy_release", lambda: BuildFailedError("it does not render"))
    await reset(preview)
    await preview.reaches(Phase.FAILED)
    assert stage.cluster.restarted == []
    await preview.handle.execute_update(EnvironmentWorkflow.retry, ALICE)
    await preview.reaches(Phase.READY)
    assert len(stage.cluster.restarted) == 1, "its programs know nothing of it before that"
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert len(stage.cluster.reset) == 1
    assert len(stage.cluster.restarted) == 1


@pytest.mark.spec("ENV-005")
async def test_a_development_server_begins_anew_too_whichever_revision_comes_so_far(
    stage: Stage, preview: Preview
) -> None:
    """What ran once for the old data runs once more for the new."""
    stage.cluster.plan = {**developed_plan(preview), **plan_with(preview, "db")}
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("wait_for_rollout")
    await reset(preview)
    await stage.until(lambda: stage.diary.running("wait_for_rollout"))
    assert len(stage.cluster.reset) == 1
    await preview.push("b")
    stage.controls.release("wait_for_rollout")
    await preview.reaches(Phase.READY, "b")
    assert len(stage.cluster.reset) == 1
    await preview.push("c")
    await preview.reaches(Phase.READY, "c")
    assert [each.is_anew for each in stage.cluster.synced] == [False, True, False]


async def test_a_push_in_between_begins_it_anew(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("reset_services")
    await reset(preview)
    await preview.begins("reset_services")
    await preview.push("b")
    await stage.until(lambda: len(preview.steps("reset_services")) == 2)
    stage.controls.release("reset_services")
    await preview.reaches(Phase.READY, "b")
    preview.assert_one_after_another()


async def test_a_build_that_fails_first_leaves_the_wish_to_the_next_revision(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await reset(preview)
    await preview.reaches(Phase.FAILED)
    assert stage.cluster.reset == []
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert stage.cluster.planned[-1].serving == "", "whatever the commit changes"
    assert len(stage.cluster.reset) == 1


async def test_a_service_that_the_next_commit_has_not_any_more_goes_with_its_release(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.plan = plan_with(preview)
    stage.cluster.credentials = ()
    await reset(preview)
    await stage.until(lambda: preview.steps("restart_workloads"))
    snapshot = await preview.reaches(Phase.READY)
    assert stage.cluster.reset == []
    assert snapshot.services == ()
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert len(preview.steps("restart_workloads")) == 1, "the wish is forgotten"


async def test_beside_a_chart_of_the_projects_own_everything_of_it_starts_anew(
    stage: Stage, preview: Preview
) -> None:
    extras = naming.extras_release_name(preview.ref.environment)
    main = naming.release_name(preview.ref.environment)
    stage.cluster.plan = {
        "services": ("db",),
        "extras": ReleasePlan(name=extras, chart="", source="catalyst"),
        "stages": (
            PlannedStage(title="db", release=extras, components=("db",)),
            PlannedStage(title="application", release=main),
        ),
    }
    await preview.open()
    await preview.reaches(Phase.READY)
    await reset(preview)
    await stage.until(lambda: preview.steps("restart_workloads"))
    await preview.reaches(Phase.READY)
    assert stage.cluster.reset[0].release == extras
    assert (stage.cluster.restarted[0].release, stage.cluster.restarted[0].kept) == (main, ())


async def test_a_service_that_is_a_chart_is_reset_by_its_release(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = with_chart(preview)
    await preview.open()
    await preview.reaches(Phase.READY)
    await reset(preview, "search")
    await stage.until(lambda: preview.steps("restart_workloads"))
    await preview.reaches(Phase.READY)
    [asked] = stage.cluster.reset
    release = naming.service_release_name(preview.ref.environment, "search")
    assert (asked.services, asked.charts) == ((), (release,))


async def test_a_reset_that_makes_no_sense_is_refused_with_what_there_is(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    error = await refused(reset(preview))
    assert error.type == "Conflict"
    assert "no services of its own" in error.message
    stage.cluster.plan = plan_with(preview, "db", "cache")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    error = await refused(reset(preview, "dbb"))
    assert error.message == "there is no service `dbb`; there are: `db`, `cache`"


async def test_a_cluster_that_does_not_answer_is_asked_again(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("reset_services", lambda: ClusterError("no answer"))
    await reset(preview)
    await stage.until(lambda: preview.steps("restart_workloads"))
    await preview.reaches(Phase.READY)
    assert len(preview.steps("reset_services")) == 2


async def test_an_environment_that_is_removed_forgets_the_wish(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = plan_with(preview, "db")
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.hold("reset_services")
    await reset(preview)
    await preview.begins("reset_services")
    await preview.handle.execute_update(EnvironmentWorkflow.delete, ALICE)
    stage.controls.release("reset_services")
    assert (await preview.reaches(Phase.DELETED)).services == ()
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, ALICE)
    await preview.reaches(Phase.READY)
    assert len(preview.steps("reset_services")) == 1
