"""Temporal, registry or GitHub away at the wrong moment: waited for, caught up, nothing lost or doubled."""

import pytest

from tests.e2e.main_job.slow import SLOW_START
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive, pytest.mark.timeout(900)]


@pytest.mark.spec("EC-5", "EC-9")
async def test_a_webhook_while_temporal_is_down_is_refused_and_the_reconcile_catches_up(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with stack.without("temporal"):
        commit = await preview.open()
        await stack.until_deliveries_are_in()
        statuses = [
            delivery.status_code
            for delivery in await stack.github.deliveries("pull_request.opened")
            if delivery.payload["pull_request"]["head"]["sha"] == commit
        ]
        assert statuses == [503]
    await stack.reconcile()
    await preview.until_ready(commit)
    assert len(await preview.comments()) == 1


@pytest.mark.spec("EC-5")
async def test_a_lost_webhook_is_caught_up_by_the_reconcile(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with stack.fault(kind="hook_vanished", event="pull_request", count=None):
        commit = await preview.open()
        await stack.until_deliveries_are_in()
    await stack.reconcile()
    await preview.until_ready(commit)
    async with stack.fault(kind="hook_vanished", event="pull_request", count=None):
        await preview.close()
        await stack.until_deliveries_are_in()
    await stack.reconcile()
    await preview.until_gone()


@pytest.mark.spec("EC-5", "FR-008")
async def test_a_namespace_that_no_workflow_looks_after_is_removed_once_two_rounds_agree(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    namespace = await preview.namespace()
    async with stack.fault(kind="hook_vanished", event="pull_request", count=None):
        await preview.close()
        await stack.until_deliveries_are_in()
    # As if Temporal's database had been brought back from before there was an environment.
    await stack.temporal.get_workflow_handle(preview.workflow_id).terminate("lost")
    found = await stack.reconcile_to_end()
    assert [each for each in found.leftover if each.startswith(f"{namespace} ")]
    assert await stack.cluster.namespace(namespace), "one round alone removes nothing"
    await stack.reconcile_to_end()
    await preview.until_gone()


async def test_temporal_restarting_while_building_changes_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": SLOW_START})
    await preview.until_build_runs()
    await stack.restart("temporal")
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text


@pytest.mark.variant
@pytest.mark.spec("FR-011")
async def test_a_registry_that_hangs_for_a_while_is_waited_for(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with stack.stopped_in_node("docker-registry"):
        commit = await preview.open()
        await preview.until_activity("build_image", commit=commit)
    await preview.until_ready(commit, within=300)
    assert commit in (await preview.page()).text


async def test_github_restarting_while_building_changes_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": SLOW_START})
    await preview.until_build_runs()
    await stack.restart("github")
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text
    await preview.until_comment(preview.url)


@pytest.mark.variant
@pytest.mark.spec("EC-5", "EC-9")
async def test_an_event_heard_before_github_was_away_is_acted_upon_when_it_is_back(
    previews: Previews, stack: Stack
) -> None:
    """Away while the pull request is read: a reason is told, and nothing begins on a guess."""
    preview = await previews.create()
    slow = {"kind": "hang_before", "path": r"/pulls/\d+", "caller": "installation", "seconds": 3.0}
    async with stack.fault(**slow):
        commit = await preview.open()
        await stack.until_fault_happened()
        async with stack.without("github"):
            snapshot = await preview.until(
                lambda s: "GitHub" in s.reason, what="it says whom it waits for"
            )
            assert snapshot.revisions == ()
            assert await preview.leftovers_in_cluster() == []
    await preview.until_ready(commit)
    assert len(await preview.comments()) == 1


@pytest.mark.spec("EC-5", "FR-011")
async def test_github_away_while_a_commit_is_fetched_is_no_failure_of_the_commit(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.push()
    async with stack.fault(kind="hang_before", path="git-upload-pack", seconds=3.0):
        await preview.open_pull()
        await stack.until_fault_happened()
        async with stack.without("github"):
            await preview.until(
                lambda s: "next attempt in" in s.reason, what="the phase is tried again"
            )
    snapshot = await preview.until_ready(commit)
    assert len(snapshot.revisions) == 1
    assert len(await preview.comments()) == 1
