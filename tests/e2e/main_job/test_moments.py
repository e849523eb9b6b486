"""Closes, deletions, renames and events that come at an odd moment, or from an odd place."""

import pytest

from activities.store import Store
from api.webhooks.github_events import MAX_BODY
from deploy.local.control.worker import database_url
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from tests.e2e.support.webhooks import deliver, pour
from workflows.models import HealthCheck, Phase, RevisionState

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

BUFFERS = 16 * 1024 * 1024
"""Bytes that may be under way between the two ends of a connection on this machine."""


async def assert_stopped_and_gone(stack: Stack, preview: Preview, commit: str) -> None:
    """The commit's revision was cancelled in the middle, and nothing of it is left anywhere."""
    revision = await preview.revision_of(commit)
    await preview.close()
    await preview.until_comment("cleaned up")
    await preview.until_gone(within=20)
    assert (await stack.run_of(revision.id)).is_cancelled
    assert await preview.until_check_conclusion(commit, "cancelled")
    assert len(await preview.comments()) == 1


@pytest.mark.spec("FR-008")
@pytest.mark.invariant(2)
@pytest.mark.disruptive
async def test_closing_while_planning_creates_nothing(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    commit = await preview.push()
    async with stack.fault(kind="hang_before", path="git-upload-pack", seconds=120.0):
        await preview.open_pull()
        await preview.until_activity("plan_revision", commit=commit)
        await stack.until_fault_happened()
        await preview.until_deployment_state(commit, "queued")
        await preview.until_check_conclusion(commit, None)
        revision = await preview.revision_of(commit)
        await assert_stopped_and_gone(stack, preview, commit)
    run = await stack.run_of(revision.id)
    assert {record.name for record in run.activities} == {"plan_revision"}


@pytest.mark.spec("FR-008")
@pytest.mark.invariant(2)
async def test_closing_while_health_is_checked_leaves_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create(health=HealthCheck(timeout_seconds=120))
    commit = await preview.open(preview.with_values(fault="error"))
    await preview.until_phase(Phase.CHECKING)
    # What GitHub was never shown has no end there either, and reports are paced.
    await preview.until_check_conclusion(commit, None)
    await assert_stopped_and_gone(stack, preview, commit)


@pytest.mark.spec("EC-5")
async def test_a_namespace_deleted_by_hand_is_restored_with_the_same_commit(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open()
    namespace = (await preview.until_ready(commit)).ref.namespace
    before = await stack.cluster.namespace(namespace)
    assert before
    await stack.cluster.delete(f"/api/v1/namespaces/{namespace}")

    async def is_gone() -> bool:
        return await stack.cluster.namespace(namespace) is None

    await eventually(is_gone, within=60, what="the namespace is gone")
    await stack.reconcile_to_end()
    await stack.reconcile_to_end()  # only what two rounds agree upon is done

    await preview.until(lambda s: len(s.revisions) > 1, what="it is deployed again")
    restored = await preview.until_ready(commit)
    after = await stack.cluster.namespace(namespace)
    assert after
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert [r.commit for r in restored.revisions] == [commit, commit]
    assert restored.revisions[0].state is RevisionState.SUCCEEDED
    assert commit in (await preview.page()).text
    await preview.until_comment(preview.url, "namespace was gone")
    assert len(await preview.comments()) == 1


@pytest.mark.variant
async def test_a_draft_is_deployed_where_its_project_says_so(previews: Previews) -> None:
    preview = await previews.create(drafts="deploy")
    commit = await preview.open(draft=True)
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text


@pytest.mark.spec("FR-004")
@pytest.mark.invariant(1)
async def test_a_renamed_repository_keeps_its_preview_and_a_deleted_one_leaves_it_in_doubt(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    old = preview.repository.full_name
    await preview.until_ready(await preview.open())
    new = f"{old}-renamed"
    await stack.github.rename_repository(old, new.partition("/")[2])
    preview.repository = await stack.github.repository(new)
    commit = await preview.push()
    ready = await preview.until_ready(commit)
    assert ready.pull_request.repository == new
    assert commit in (await preview.page()).text
    await preview.until_comment(commit[:7], preview.url)
    assert len(await preview.comments()) == 1

    await stack.github.delete_repository(new)
    preview.number = 0  # nothing to close is left
    await stack.catalyst.command("redeploy", preview.project, preview.environment)
    doubtful = await preview.until(lambda s: "what runs is kept" in s.reason, what="the doubt")
    assert doubtful.phase is Phase.READY
    assert commit in (await preview.page()).text
    await stack.catalyst.command("delete", preview.project, preview.environment)

    async def is_removed() -> bool:
        return not await preview.leftovers_in_cluster()

    await eventually(is_removed, within=120, what="cluster and registry are empty")


@pytest.mark.spec("EC-9")
async def test_a_body_without_end_is_refused_before_it_is_held(stack: Stack) -> None:
    status, sent = await pour(stack, most=MAX_BODY + BUFFERS)
    assert status == 413
    assert sent > MAX_BODY


@pytest.mark.spec("EC-9")
async def test_an_event_without_an_installation_is_refused_with_a_recorded_reason(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create(installation=0)
    told = await deliver(
        stack,
        {
            "action": "opened",
            "number": 1,
            "repository": {"id": preview.repository.id, "full_name": preview.repository.full_name},
            "pull_request": {"head": {"sha": "1" * 40}},
        },
    )
    assert (told.status, told.answer["decision"]) == (202, "refused")
    async with Store.open(database_url(stack.instance)) as store:
        decisions = await store.decisions.list(repository_id=preview.repository.id)
    [recorded] = [each for each in decisions if each.delivery == told.guid]
    assert (recorded.decision, recorded.reason) == ("refused", told.answer["reason"])
    assert "installation" in recorded.reason
    assert not await stack.has_workflow(preview.workflow_id)
