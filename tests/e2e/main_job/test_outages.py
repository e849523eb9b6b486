"""Temporal, registry or GitHub away at the wrong moment: waited for, caught up, nothing lost or doubled."""

import json
import secrets

import httpx
import pytest

from deploy.local.control.github import webhook_url
from tests.e2e.main_job.slow import SLOW_START
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from tests.support.github.faults import Fault, FaultKind
from workflows.models import Phase

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


async def test_temporal_restarting_while_building_changes_nothing(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": SLOW_START})
    await preview.until_build_runs()
    await stack.restart("temporal")
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text


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


@pytest.mark.spec("FR-015")
async def test_a_failing_surface_of_github_never_fails_the_deployment(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    surfaces = r"/(issues/\d+/comments|issues/comments/\d+|deployments.*|check-runs.*)\?"
    for method in ("POST", "PATCH"):
        await stack.github.arm(
            Fault(kind=FaultKind.ERROR_BEFORE, method=method, path=surfaces, count=None)
        )
    commit = await preview.open()
    await preview.until_ready(commit)
    assert commit in (await preview.page()).text
    assert await preview.comments() == []
    await stack.github.clear_faults()
    await preview.until_comment(preview.url, within=240)
    assert len(await preview.comments()) == 1


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


@pytest.mark.spec("FR-015")
async def test_a_write_that_was_done_although_it_failed_is_not_repeated(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    fault = {"kind": "error_after", "method": "POST", "path": r"/(comments|deployments)\?"}
    async with stack.fault(**fault, count=2):
        commit = await preview.open()
        await preview.until_ready(commit)
        await stack.until_fault_happened()
        await preview.until_comment(preview.url, within=120)
    assert len(await preview.comments()) == 1
    deployments = await stack.github.deployments(preview.repository.full_name, sha=commit)
    assert len(deployments) == 1


@pytest.mark.spec("EC-9", "FR-007")
async def test_a_head_commit_that_vanished_before_it_was_fetched_gives_way_to_the_new_head(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    await preview.push()
    async with stack.fault(kind="hang_before", path="git-upload-pack", seconds=4.0):
        await preview.open_pull()
        await stack.until_fault_happened()
        last = await preview.push(force=True)
        await preview.until_ready(last)
    assert last in (await preview.page()).text


@pytest.mark.spec("FR-001")
async def test_a_foreign_namespace_of_the_same_name_is_never_touched(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    name = preview.expected_namespace
    foreign = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    before = await stack.cluster.apply(foreign)
    try:
        commit = await preview.open()
        ready = await preview.until_ready(commit)
        assert ready.ref.namespace != name
        assert ready.serving
        assert ready.serving.url != preview.url
        await preview.close()

        async def is_removed() -> bool:
            return await stack.cluster.namespace(ready.ref.namespace) is None

        await eventually(is_removed, within=300, what="our namespace is gone")
        after = await stack.cluster.namespace(name)
        assert after
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
        assert after["metadata"].get("labels") == before["metadata"].get("labels")
    finally:
        await stack.cluster.delete(f"/api/v1/namespaces/{name}")


@pytest.mark.spec("EC-9")
async def test_a_forged_webhook_starts_nothing(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    async with stack.fault(kind="hook_forged", event="pull_request", count=1):
        commit = await preview.open()
        await stack.until_deliveries_are_in()
        statuses = [
            delivery.status_code
            for delivery in await stack.github.deliveries("pull_request.opened")
            if delivery.payload["pull_request"]["head"]["sha"] == commit
        ]
    assert statuses == [401]
    assert await stack.catalyst.environment(preview.project, preview.environment) is None
    assert not await stack.has_workflow(preview.workflow_id)


@pytest.mark.spec("EC-9")
async def test_a_webhook_without_a_signature_is_refused(stack: Stack) -> None:
    body = json.dumps({"action": "opened", "number": 1}).encode()
    headers = {"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": secrets.token_hex(16)}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(webhook_url(stack.instance), content=body, headers=headers)
    assert answer.status_code == 401


async def test_a_draft_is_skipped_visibly_and_deployed_when_ready(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open(draft=True)
    await preview.until_comment("draft")
    assert (await preview.snapshot()).phase is not Phase.READY
    await stack.github.mark_ready(preview.repository.full_name, preview.number)
    await preview.until_ready(commit)
