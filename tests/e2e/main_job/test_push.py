"""Every push is followed, in one comment, and only the newest commit counts."""

import asyncio

import pytest

from tests.e2e.support.faults import fault
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows.models import RevisionState

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]


@pytest.mark.spec("FR-004", "FR-007", "US3")
async def test_a_push_shows_the_new_commit_at_the_same_url_and_in_the_same_comment(
    previews: Previews,
) -> None:
    preview = await previews.create()
    first = await preview.open()
    before = await preview.until_ready(first)
    await preview.until_comment(first[:7])
    second = await preview.push()
    after = await preview.until_ready(second)
    assert before.serving
    assert after.serving
    assert after.serving.url == before.serving.url
    assert second in (await preview.page()).text
    await preview.until_comment(second[:7])
    assert len(await preview.comments()) == 1


@pytest.mark.spec("FR-007")
async def test_the_old_version_serves_until_the_new_one_is_healthy(previews: Previews) -> None:
    preview = await previews.create()
    first = await preview.open()
    await preview.until_ready(first)
    second = await preview.push(preview.with_values(startSeconds=3))
    answers: list[str] = []

    async def new_one_answers() -> bool:
        page = await preview.page()
        assert page.status == 200, f"{page.status} in the middle of an update: {page.text[:200]}"
        answers.append(page.text)
        return second in page.text

    await eventually(new_one_answers, within=180, what="the new commit answers", poll=0.1)
    assert all(first in text or second in text for text in answers)
    assert first in answers[0]


@pytest.mark.spec("EC-4", "FR-007")
@pytest.mark.invariant(1)
async def test_of_five_quick_force_pushes_only_the_last_is_deployed(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    commits = [await preview.push(force=True) for _ in range(5)]
    ready = await preview.until_ready(commits[-1])
    succeeded = [r.commit for r in ready.revisions if r.state is RevisionState.SUCCEEDED]
    assert succeeded[0] == commits[-1]
    assert not set(succeeded) & set(commits[:-1])
    releases = await stack.cluster.releases(await preview.namespace())
    deployed = {release["config"]["global"]["catalyst"]["commit"] for release in releases}
    assert not deployed & set(commits[:-1])
    assert commits[-1] in (await preview.page()).text


@pytest.mark.spec("FR-004")
@pytest.mark.invariant(1)
@pytest.mark.variant
async def test_twenty_pushes_leave_one_comment(previews: Previews) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    commit = ""
    for _ in range(20):
        commit = await preview.push()
    await preview.until_ready(commit, within=300)
    comment = await preview.until_comment(commit[:7])
    assert preview.url in comment
    assert len(await preview.comments()) == 1


@pytest.mark.variant
@pytest.mark.spec("EC-9")
async def test_doubled_and_reordered_webhooks_change_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    await preview.until_ready(await preview.open())
    async with fault(preview, kind="hook_delayed", event="pull_request", seconds=3.0):
        await preview.push()
        async with fault(preview, kind="hook_doubled", event="pull_request"):
            last = await preview.push()
        ready = await preview.until_ready(last)
        await stack.until_deliveries_are_in()
        await asyncio.wait_for(preview.until_settled(), 60)
    again = await preview.snapshot()
    assert again.commit == last
    assert [r.commit for r in again.revisions].count(last) == 1
    assert ready.serving
    assert len(await preview.comments()) == 1
