"""GitHub misbehaving towards one repository, names already taken, forged deliveries: nothing lost or doubled."""

import json
import secrets

import httpx
import pytest

from deploy.local.control.github import github_data, webhook_url
from tests.e2e.support.faults import fault, until_happened
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from tests.support.github.git import Git, GitError
from workflows.models import Phase, RevisionState

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


async def forget(preview: Preview, commit: str) -> None:
    """Let GitHub's store have no such commit any more, which is unreachable, as its housekeeping does one day."""
    git = Git(github_data(preview.stack.instance) / "git")
    repository = preview.repository.id
    await git.run(repository, "reflog", "expire", "--expire=now", "--all")
    await git.run(repository, "gc", "--quiet", "--prune=now")
    with pytest.raises(GitError):
        await git.run(repository, "cat-file", "-e", commit)


@pytest.mark.spec("FR-015")
async def test_a_failing_surface_of_github_never_fails_the_deployment(previews: Previews) -> None:
    preview = await previews.create()
    surfaces = r"/(issues/\d+/comments|issues/comments/\d+|deployments.*|check-runs.*)\?"
    away = {"kind": "error_before", "path": surfaces, "count": None}
    async with fault(preview, method="POST", **away), fault(preview, method="PATCH", **away):
        commit = await preview.open()
        await preview.until_ready(commit)
        assert commit in (await preview.page()).text
        assert await preview.comments() == []
    await preview.until_comment(preview.url, within=240)
    assert len(await preview.comments()) == 1


@pytest.mark.spec("FR-015")
async def test_a_write_that_was_done_although_it_failed_is_not_repeated(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    cut = {"kind": "error_after", "method": "POST", "path": r"/(comments|deployments)\?"}
    async with fault(preview, **cut, count=2) as armed:
        commit = await preview.open()
        await preview.until_ready(commit)
        await until_happened(preview, armed)
        await preview.until_comment(preview.url, within=120)
    assert len(await preview.comments()) == 1
    deployments = await stack.github.deployments(preview.repository.full_name, sha=commit)
    assert len(deployments) == 1


@pytest.mark.spec("EC-4", "EC-9", "FR-007")
async def test_a_head_commit_that_vanished_before_it_was_fetched_gives_way_to_the_new_head(
    previews: Previews,
) -> None:
    """Nobody tells of the new head: that the old one is gone is all there is to go by."""
    preview = await previews.create()
    first = await preview.push()
    slow = {"kind": "hang_before", "path": "git-upload-pack", "seconds": 10.0}
    silent = {"kind": "hook_vanished", "event": "synchronize", "count": None}
    async with fault(preview, **silent), fault(preview, **slow) as armed:
        await preview.open_pull()
        await until_happened(preview, armed)
        last = await preview.push(force=True)
        await forget(preview, first)
        await preview.until_ready(last)
    gone = await preview.revision_of(first)
    assert gone.state is RevisionState.SUPERSEDED
    assert gone.failure is not None
    assert gone.failure.type == "CommitGoneError"
    assert last in (await preview.page()).text
    assert len(await preview.comments()) == 1


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
    async with fault(preview, kind="hook_forged", event="pull_request"):
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
