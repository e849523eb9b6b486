"""A force-push stops the old commit's work, wherever it is, before the new commit's work begins."""

from datetime import timedelta

import pytest

from tests.e2e.main_job.slow import SLOW_BUILD, slow_helm
from tests.e2e.support.faults import fault, until_happened
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.sightings import Sightings, watching
from tests.e2e.support.stack import Stack
from workflows.models import Phase, RevisionState

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(600),
    pytest.mark.spec("FR-007"),
    pytest.mark.invariant(6),
]

LOOKING = timedelta(milliseconds=500)
"""A sighting may be that much older than the thing's end: the time of one look."""


async def assert_old_ended_before_new(
    stack: Stack, preview: Preview, old: str, new: str, sightings: Sightings
) -> None:
    """The old revision's workflow, pods and Helm have ended before the new revision's workflow began."""
    revisions = {r.commit: r for r in (await preview.snapshot()).revisions}
    assert revisions[old].state is RevisionState.SUPERSEDED
    before = await stack.run_of(revisions[old].id)
    after = await stack.run_of(revisions[new].id)
    assert before.is_cancelled
    assert before.closed
    assert before.closed <= after.started
    for record in before.activities:
        assert record.ended, f"{record.name} of the old revision never ended"
        assert record.ended <= after.started
    for build in sightings.builds_of(revisions[old].id):
        assert build.last <= after.started + LOOKING, f"{build.name} outlived its revision"
    for helm in sightings.helm_before(after.started):
        assert helm.last <= after.started + LOOKING, "Helm outlived its revision"
    statuses = [
        r["info"]["status"] for r in await stack.cluster.releases(preview.expected_namespace)
    ]
    assert not [status for status in statuses if status.startswith("pending")]


async def test_a_force_push_while_planning(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        old = await preview.push()
        slow = {"kind": "hang_before", "path": "git-upload-pack", "seconds": 20.0}
        async with fault(preview, **slow) as armed:
            await preview.open_pull()
            await preview.until_activity("plan_revision", commit=old)
            await until_happened(preview, armed)
            new = await preview.push(force=True)
            await preview.until_ready(new)
        await assert_old_ended_before_new(stack, preview, old, new, seen)
        assert not seen.builds_of((await preview.revision_of(old)).id)


async def test_a_force_push_while_building(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        old = await preview.open({"Dockerfile": SLOW_BUILD})
        await preview.until_phase(Phase.BUILDING)
        await preview.until_build_runs()
        new = await preview.push({"Dockerfile": preview.sample["Dockerfile"]}, force=True)
        await preview.until_ready(new)
        assert seen.builds_of((await preview.revision_of(old)).id)
        await assert_old_ended_before_new(stack, preview, old, new, seen)


async def test_a_force_push_while_helm_runs(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    first = await preview.open()
    await preview.until_ready(first)
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        old = await preview.push(slow_helm(), force=True)
        await preview.until_release("pending-upgrade")
        assert first in (await preview.page()).text
        new = await preview.push(force=True)
        await preview.until_ready(new)
        assert seen.all("helm")
        await assert_old_ended_before_new(stack, preview, old, new, seen)


@pytest.mark.variant
async def test_a_force_push_while_the_very_first_helm_runs(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        old = await preview.open(slow_helm())
        await preview.until_release("pending-install")
        new = await preview.push(force=True)
        await preview.until_ready(new)
        await assert_old_ended_before_new(stack, preview, old, new, seen)


async def test_a_force_push_while_health_is_checked(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    async with watching(stack.cluster, preview.environment, preview.expected_namespace) as seen:
        old = await preview.open(preview.with_values(fault="error"))
        await preview.until_phase(Phase.CHECKING)
        new = await preview.push(preview.with_values(fault=""), force=True)
        await preview.until_ready(new)
        await assert_old_ended_before_new(stack, preview, old, new, seen)
