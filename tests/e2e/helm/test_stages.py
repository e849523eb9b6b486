"""Stages on the real cluster: in order, without harm to what serves, and stopped without a trace."""

import asyncio

import pytest

from activities import kube
from tests.e2e.helm.conftest import Release
from tests.e2e.helm.staged import FAIL, HANG, Application, revision_of
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.errors import RolloutFailedError
from workflows.models import ReleasePlan
from workflows.models import messages as m
from workflows.values import Values

pytestmark = [pytest.mark.cluster, pytest.mark.spec("ENV-018")]


@pytest.fixture
def application(release: Release) -> Application:
    return Application(release)


async def test_a_first_installation_comes_up_in_the_order_of_its_stages(
    application: Application,
) -> None:
    await application.deploy("a", 1)
    assert await application.jobs() == {}
    assert await application.roll_out("a", 1) == ()
    assert await application.page("db") == "db 1"
    await application.deploy("a", 2)
    jobs = await application.roll_out("a", 2)
    assert sorted(each.name for each in jobs) == ["migrate", "seed"]
    assert not any(each.is_earlier for each in jobs)
    assert await application.log("migrate") == "migrating db 1\n"
    assert await application.pods("web") == []
    await application.deploy("a", 3)
    await application.roll_out("a", 3)
    assert await application.page() == f"page {'a' * 40} 1"
    assert await application.log("seed") == "seeding\n"


@pytest.mark.spec("FR-007", "OPS-7")
@pytest.mark.invariant(3)
async def test_an_update_leaves_what_it_has_not_reached_yet_as_it_serves(
    application: Application,
) -> None:
    await application.bring_up("a")
    web, seed = await application.uid("web"), (await application.jobs())["seed"]
    application.version = "2"
    async with application.watched_page() as answers:
        jobs = await application.bring_up("b", stages=2)
    assert set(answers) == {f"page {'a' * 40} 1"}
    assert len(answers) > 5
    assert await application.uid("web") == web
    assert await application.page("db") == "db 2"
    assert await application.log("migrate") == "migrating db 2\n"
    assert [each.name for each in jobs if each.is_earlier] == ["seed"]
    kept = await application.release.named("apps/v1", "deployments", f"{application.name}-web")
    assert kept["metadata"]["labels"][naming.COMMIT_LABEL] == "a" * 40

    await application.deploy("b", 3)
    await application.roll_out("b", 3)
    assert await application.page() == f"page {'b' * 40} 2"
    left = await application.jobs()
    assert left["seed"]["metadata"]["uid"] == seed["metadata"]["uid"]
    assert left["migrate"]["metadata"]["labels"][naming.REVISION_LABEL] == naming.short_hash(
        revision_of("b")
    )


@pytest.mark.variant
async def test_an_attempt_that_is_repeated_runs_no_job_again(application: Application) -> None:
    await application.bring_up("a", stages=2)
    before = {name: job["metadata"]["uid"] for name, job in (await application.jobs()).items()}
    versions = len(await application.release.statuses())
    result = await application.deploy("a", 2)
    assert result.release_revision == versions
    # Its record may be lost, with the worker that would have written it.
    await _forget_newest_record(application)
    await application.deploy("a", 2)
    await application.roll_out("a", 2)
    after = {name: job["metadata"]["uid"] for name, job in (await application.jobs()).items()}
    assert after == before


async def _forget_newest_record(application: Application) -> None:
    [*_, newest] = await application.release.cluster.releases(application.namespace)
    name = f"sh.helm.release.v1.{application.name}.v{newest['version']}"
    path = f"/api/v1/namespaces/{application.namespace}/secrets/{name}"
    await kube.request(application.release.cluster.api, "DELETE", path)


@pytest.mark.spec("FR-009", "FR-011")
@pytest.mark.variant
async def test_a_failed_migration_leaves_the_old_version_serving(application: Application) -> None:
    await application.bring_up("a")
    web = await application.uid("web")
    application.version, application.migrate = "2", FAIL
    await application.deploy("b", 1)
    await application.roll_out("b", 1)
    await application.deploy("b", 2)
    with pytest.raises(RolloutFailedError) as failure:
        await application.roll_out("b", 2)
    assert "the job `migrate` ended with exit code 3 (pod " in str(failure.value)
    assert "no such table" in failure.value.excerpt
    assert await application.page() == f"page {'a' * 40} 1"
    assert await application.uid("web") == web
    assert await application.log("migrate") == "no such table\n"
    # The next push mends it.
    application.migrate = "print('mended', flush=True)"
    await application.bring_up("c")
    assert await application.page() == f"page {'c' * 40} 2"
    assert await application.log("migrate") == "mended\n"


@pytest.mark.variant
@pytest.mark.spec("FR-018")
async def test_a_job_that_hangs_fails_at_its_own_limit_with_its_last_lines(
    application: Application,
) -> None:
    application.migrate, application.job = HANG, {"activeDeadlineSeconds": 4}
    await application.bring_up("a", stages=1)
    await application.deploy("a", 2)
    with pytest.raises(RolloutFailedError) as failure:
        await application.roll_out("a", 2)
    assert "the job `migrate` did not end within 4 s (pod " in str(failure.value)
    assert "waiting for a lock" in failure.value.excerpt
    assert await application.log("migrate") == "waiting for a lock\n", "it can still be read"


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_revision_cancelled_during_a_job_leaves_no_pod_of_it(
    application: Application,
) -> None:
    await application.bring_up("a")
    application.migrate = HANG
    await application.bring_up("b", stages=1)
    await application.deploy("b", 2)
    waiting = asyncio.create_task(application.roll_out("b", 2))
    await eventually(lambda: application.runs("migrate"), within=30, what="the job runs")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await application.stop("b")
    assert await application.pods("migrate") == []
    assert set(await application.jobs()) == {"seed"}
    assert await application.page() == f"page {'a' * 40} 1"
    # What was stopped does not come back with the next revision's first stage.
    application.migrate = "print('run', flush=True)"
    await application.deploy("c", 1)
    assert set(await application.jobs()) == {"seed"}
    await application.bring_up("c")
    assert await application.log("migrate") == "run\n"


@pytest.mark.variant
@pytest.mark.spec("FR-011")
async def test_a_job_whose_pod_the_cluster_evicts_runs_in_another(application: Application) -> None:
    application.migrate = "import time; time.sleep(6); print('done', flush=True)"
    await application.bring_up("a", stages=1)
    await application.deploy("a", 2)
    await eventually(lambda: application.runs("migrate"), within=30, what="the job runs")
    [pod] = await application.pods("migrate")
    path = f"/api/v1/namespaces/{application.namespace}/pods/{pod['metadata']['name']}"
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod["metadata"]["name"], "namespace": application.namespace},
    }
    await kube.request(application.release.cluster.api, "POST", f"{path}/eviction", body=eviction)
    [migrate] = [each for each in await application.roll_out("a", 2) if each.name == "migrate"]
    assert migrate.seconds
    done = [each for each in await application.pods("migrate") if _has_succeeded(each)]
    assert [each["metadata"]["uid"] == pod["metadata"]["uid"] for each in done] == [False]


def _has_succeeded(pod: dict[str, dict[str, str]]) -> bool:
    return pod["status"].get("phase") == "Succeeded"


@pytest.mark.invariant(6)
async def test_a_second_release_is_settled_and_removed_with_the_main_one(
    application: Application,
) -> None:
    release = application.release
    main, extras = naming.release_names(release.ref.environment)
    second = ReleasePlan(name=extras, chart="", source="catalyst", values=application.values())
    request = application.request("a", 1, is_last=False).model_copy(
        update={"release": second, "has_extras": True}
    )
    await release.activities.deploy_release(request)
    await release.deploy("a" * 40, source="catalyst", values=_small(application))
    assert await _releases(application) == {main}, "no longer planned"

    await release.activities.deploy_release(request.model_copy(update={"revision": "rev:2"}))
    keeping = application.request("a", 3, is_last=True).model_copy(
        update={"revision": "rev:2", "has_extras": True}
    )
    small = keeping.release.model_copy(update={"values": _small(application)})
    await release.activities.deploy_release(keeping.model_copy(update={"release": small}))
    assert await _releases(application) == {main, extras}
    await release.activities.uninstall_release(m.RemoveInput(ref=release.ref, release=main))
    assert await _releases(application) == set()


def _small(application: Application) -> Values:
    values = application.values()
    components = values["components"]
    assert isinstance(components, dict)
    return {**values, "components": {"web": components["web"]}}


async def _releases(application: Application) -> set[str]:
    records = await application.release.cluster.releases(application.namespace)
    return {str(record["name"]) for record in records}
