"""Kubernetes or the registry away in the middle: waited for, told truthfully, nothing lost or doubled."""

import pytest

from tests.e2e.main_job.slow import BRIEF_BUILD, SLOW_START, SLOW_STEP, hook, ill_at_first
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.printed import until_app_prints, until_build_prints
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows.models import EnvironmentSnapshot, HealthCheck, Phase, RevisionState

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.disruptive,
    pytest.mark.timeout(600),
    pytest.mark.spec("FR-011"),
]

API = "kube-apiserver"
REGISTRY = "docker-registry"


async def assert_one_of_each(stack: Stack, preview: Preview, ready: EnvironmentSnapshot) -> None:
    """One revision that went well, one finished release, one comment, deployment and check, and nobody waits."""
    commit = ready.commit
    assert commit
    assert [revision.state for revision in ready.revisions] == [RevisionState.SUCCEEDED]
    assert "attempt" not in ready.reason
    releases = await stack.cluster.releases(await preview.namespace())
    statuses = [release["info"]["status"] for release in releases]
    assert statuses.count("deployed") == 1
    assert not [status for status in statuses if status.startswith("pending")]
    comment = await preview.until_comment(preview.url, "Preview ready")
    assert "attempt" not in comment
    assert len(await preview.comments()) == 1
    assert await preview.until_deployment_state(commit, "success")
    assert await preview.until_check_conclusion(commit, "success")
    repository = preview.repository.full_name
    assert len(await stack.github.deployments(repository, sha=commit)) == 1

    async def answers() -> bool:
        """The ingress hears of the pods from the API, and so a moment after it."""
        return commit in (await preview.page()).text

    await eventually(answers, within=20, what="the page shows the commit")


async def test_an_api_server_away_while_building_and_while_helm_runs_costs_only_time(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": SLOW_START, **hook(seconds=6)})
    await preview.until_build_runs()
    async with stack.stopped_in_node(API):
        await preview.until_heartbeat("the Kubernetes API did not answer", commit=commit)
        assert (await preview.snapshot()).phase is Phase.BUILDING
    await preview.until_release("pending-install")
    await stack.kill_in_node(API)
    ready = await preview.until_ready(commit)
    await assert_one_of_each(stack, preview, ready)
    assert len(await stack.cluster.build_jobs(preview.environment)) == 1


@pytest.mark.variant
@pytest.mark.spec("FR-008", "FR-016")
async def test_an_api_server_away_while_health_is_checked_and_while_all_is_removed(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create(health=HealthCheck(timeout_seconds=20))
    commit = await preview.open(ill_at_first(preview.sample["app.py"], seconds=8))
    await until_app_prints(preview, '"GET / ')
    async with stack.stopped_in_node(API):
        ready = await preview.until_ready(commit, within=60)
    await assert_one_of_each(stack, preview, ready)

    namespace = await preview.namespace()

    async def is_terminating() -> bool:
        found = await stack.cluster.namespace(namespace)
        return bool(found and "deletionTimestamp" in found["metadata"])

    await preview.close()
    await eventually(is_terminating, within=60, what="the namespace is on its way out", poll=0.05)
    async with stack.stopped_in_node(API):
        removing = await preview.until(lambda s: bool(s.blockers), what="the outage is told")
        assert removing.phase is Phase.DELETING
        await preview.until_comment("the Kubernetes API did not answer", "being removed")
    await preview.until_gone()
    comment = await preview.until_comment("cleaned up")
    assert "Waiting for" not in comment
    assert len(await preview.comments()) == 1


@pytest.mark.spec("FR-008")
async def test_a_registry_away_while_an_image_is_pushed_and_while_images_are_removed(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": BRIEF_BUILD})
    await until_build_prints(preview, SLOW_STEP)
    async with stack.without_in_node(REGISTRY):
        waiting = await preview.until(lambda s: "next attempt" in s.reason, what="the push failed")
        assert waiting.phase is Phase.BUILDING
    ready = await preview.until_ready(commit)
    await assert_one_of_each(stack, preview, ready)
    async with stack.stopped_in_node(REGISTRY):
        await preview.close()
        removing = await preview.until(lambda s: bool(s.blockers), what="the outage is told")
        assert removing.phase is Phase.DELETING
        await preview.until_comment("the registry cannot be reached")
        assert await stack.cluster.namespace(ready.ref.namespace) is None
    await preview.until_gone()
    await preview.until_comment("cleaned up")
