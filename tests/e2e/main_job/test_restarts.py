"""A worker that is killed in the middle loses nothing: its successor brings the same result."""

import pytest

from tests.e2e.main_job.slow import SLOW_BUILD, SLOW_START, hook
from tests.e2e.support.previews import Previews
from tests.e2e.support.sightings import helm_processes, watching
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows.models import RevisionState

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.disruptive,
    pytest.mark.timeout(600),
    pytest.mark.invariant(5),
]


@pytest.mark.spec("FR-011")
async def test_a_worker_killed_while_building_is_taken_over(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        commit = await preview.open({"Dockerfile": SLOW_START})
        await preview.until_build_runs()
        await stack.restart("worker")
        ready = await preview.until_ready(commit)
        builds = seen.builds_of((await preview.revision_of(commit)).id)
    assert commit in (await preview.page()).text
    assert [r.state for r in ready.revisions] == [RevisionState.SUCCEEDED]
    assert len(builds) == 1, "the running build is found again and not repeated"


@pytest.mark.spec("FR-011")
async def test_a_worker_killed_while_helm_runs_is_taken_over(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open(hook(seconds=12))
    await preview.until_release("pending-install")
    await stack.kill("worker")

    async def helm_is_gone() -> bool:
        helm = str(stack.connection.helm)
        return not helm_processes(helm, preview.expected_namespace)

    await eventually(helm_is_gone, within=10, what="Helm ends with its worker")
    await stack.start("worker")
    ready = await preview.until_ready(commit)
    assert commit in (await preview.page()).text
    assert [r.state for r in ready.revisions] == [RevisionState.SUCCEEDED]
    releases = await stack.cluster.releases(preview.expected_namespace)
    assert [r["info"]["status"] for r in releases].count("deployed") == 1
    assert not [r for r in releases if r["info"]["status"].startswith("pending")]


@pytest.mark.spec("FR-008")
async def test_a_close_while_no_worker_runs_is_caught_up(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    await preview.open({"Dockerfile": SLOW_BUILD})
    await preview.until_build_runs()
    async with stack.without("worker"):
        await preview.close()
        await stack.until_deliveries_are_in()
    await preview.until_gone()
    await preview.until_comment("cleaned up")


@pytest.mark.variant
@pytest.mark.spec("FR-007")
async def test_a_push_while_no_worker_runs_is_caught_up(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    async with stack.without("worker"):
        commit = await preview.push()
        await stack.until_deliveries_are_in()
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text
    assert len(await preview.comments()) == 1
