"""Closing removes everything, in whatever phase; reopening starts anew, also during the removal."""

import asyncio

import pytest

from tests.e2e.main_job.slow import SLOW_BUILD, slow_helm
from tests.e2e.support.faults import fault
from tests.e2e.support.previews import Previews
from tests.e2e.support.sightings import watching
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows.models import Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("FR-008", "US4")]


@pytest.mark.spec("SC-004")
async def test_closing_leaves_nothing_in_cluster_registry_and_github(previews: Previews) -> None:
    preview = await previews.create()
    commit = await preview.open()
    await preview.until_ready(commit)
    await preview.until_comment(preview.url)
    await preview.close()
    await preview.until_gone()
    comment = await preview.until_comment("cleaned up")
    assert preview.url not in comment
    assert len(await preview.comments()) == 1
    assert (await preview.page()).status == 404


@pytest.mark.invariant(2)
async def test_closing_while_building_leaves_nothing_and_creates_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        commit = await preview.open({"Dockerfile": SLOW_BUILD})
        await preview.until_build_runs()
        revision = (await preview.revision_of(commit)).id
        await preview.close()
        await preview.until_gone()
        assert seen.builds_of(revision)
        assert not seen.all("helm")
    run = await stack.run_of(revision)
    assert run.is_cancelled
    assert not run.of("deploy_release")
    await preview.until_comment("cleaned up")


@pytest.mark.variant
async def test_closing_while_helm_runs_leaves_nothing(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        await preview.open(slow_helm())
        await preview.until_release("pending-install")
        await preview.close()
        await preview.until_gone()
        assert seen.all("helm")


async def test_reopening_deploys_the_same_commit_again_in_the_same_comment(
    previews: Previews,
) -> None:
    preview = await previews.create()
    commit = await preview.open()
    await preview.until_ready(commit)
    await preview.close()
    await preview.until_gone()
    await preview.until_comment("cleaned up")
    await preview.reopen()
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text
    await preview.until_comment(preview.url)
    assert len(await preview.comments()) == 1


async def test_reopening_during_the_removal_starts_when_it_has_ended(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open()
    await preview.until_ready(commit)
    namespace = await preview.namespace()
    first = await stack.cluster.namespace(namespace)
    assert first
    await preview.close()

    async def is_terminating() -> bool:
        found = await stack.cluster.namespace(namespace)
        return found is None or "deletionTimestamp" in found["metadata"]

    await eventually(is_terminating, within=60, what="the removal has begun", poll=0.05)
    await preview.reopen()

    async def has_new_life() -> bool:
        found = await stack.cluster.namespace(namespace)
        return bool(found and found["metadata"]["uid"] != first["metadata"]["uid"])

    await eventually(has_new_life, within=180, what="a new namespace of the same name")
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text
    await preview.until_comment(preview.url)
    assert len(await preview.comments()) == 1


@pytest.mark.variant
async def test_merging_removes_the_environment_too(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    await stack.github.merge(preview.repository.full_name, preview.number)
    await preview.until_gone()
    await preview.until_comment("cleaned up")


@pytest.mark.variant
@pytest.mark.spec("EC-9")
@pytest.mark.invariant(2)
async def test_a_push_event_that_arrives_after_the_close_creates_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    late = {"kind": "hook_delayed", "event": "pull_request.synchronize", "seconds": 8.0}
    async with fault(preview, **late):
        await preview.push()
        await preview.close()
        await preview.until_gone()
        await stack.until_deliveries_are_in()

    async def has_ended() -> bool:
        handle = stack.temporal.get_workflow_handle(preview.workflow_id)
        return (await handle.describe()).close_time is not None

    await asyncio.wait_for(eventually(has_ended, within=60, what="the entity has ended"), 90)
    assert not await preview.leftovers()


@pytest.mark.spec("FR-008")
async def test_a_deleted_environment_says_so_on_every_face(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    await preview.close()
    await preview.until_gone()

    async def is_shown() -> bool:
        found = await stack.catalyst.environment(preview.project, preview.environment)
        return found is not None and found.phase is Phase.DELETED

    await eventually(is_shown, within=60, what="REST says deleted")
