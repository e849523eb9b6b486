"""PyGithub, the client Catalyst uses, does its whole work on the local GitHub."""

from __future__ import annotations

import asyncio
import io
import tarfile
from contextlib import closing

import httpx
import pytest
from github import Github, UnknownObjectException
from github.Repository import Repository

from tests.integration.github.conftest import REPO
from tests.integration.github.pygithub import as_app, as_installation, mint
from tests.integration.github.receiver import Receiver
from tests.support.github.server import LocalGitHub

PERMISSIONS = {
    "pull_requests": "write",
    "deployments": "write",
    "checks": "write",
    "statuses": "write",
    "contents": "read",
}


def installation_token(github: LocalGitHub) -> str:
    with closing(as_app(github)) as app:
        installation = app.get_repo_installation("acme", "shop")
        repository = app.requester.requestJsonAndCheck("GET", f"/repos/{REPO}/installation")[1]
        assert repository["id"] == installation.id
        return mint(app, installation.id, PERMISSIONS)


def comment_once_and_edit(repo: Repository) -> None:
    pull = repo.get_pull(1)
    comment = pull.create_issue_comment("<!-- catalyst:1:1 -->\nBuilding")
    comment.edit("<!-- catalyst:1:1 -->\nReady")
    (found,) = list(pull.get_issue_comments())
    assert (found.id, found.body) == (comment.id, "<!-- catalyst:1:1 -->\nReady")
    assert found.user.login == "catalyst[bot]"
    found.create_reaction("rocket")
    assert [one.content for one in found.get_reactions()] == ["rocket"]


def deploy(repo: Repository, sha: str) -> None:
    made = repo.create_deployment(
        sha,
        auto_merge=False,
        required_contexts=[],
        environment="preview",
        transient_environment=True,
        production_environment=False,
        payload={"revision": "rev:1"},
    )
    url = "http://acme-shop-pr-shop-1.localhost/"
    made.create_status("success", target_url="http://logs/", environment_url=url)
    (found,) = list(repo.get_deployments(sha=sha, environment="preview"))
    assert found.payload == {"revision": "rev:1"}
    (status,) = list(found.get_statuses())
    assert (status.state, status.environment_url, status.target_url) == (
        "success",
        url,
        "http://logs/",
    )


def check(repo: Repository, sha: str) -> None:
    run = repo.create_check_run("preview", sha, status="in_progress", external_id="rev:1")
    button = {"label": "Retry", "description": "Deploy again", "identifier": "retry"}
    output = {"title": "Ready", "summary": "It answers."}
    run.edit(conclusion="success", output=output, actions=[button])
    (found,) = list(repo.get_commit(sha).get_check_runs())
    assert (found.status, found.conclusion, found.external_id) == ("completed", "success", "rev:1")
    repo.get_commit(sha).create_status("success", context="catalyst")
    assert repo.get_commit(sha).get_combined_status().state == "success"


def whole_flow(github: LocalGitHub, token: str) -> None:
    with closing(as_installation(github, token)) as client:
        repo = client.get_repo(REPO)
        pull = repo.get_pull(1)
        sha = pull.head.sha
        comment_once_and_edit(repo)
        deploy(repo, sha)
        check(repo, sha)
        assert repo.get_collaborator_permission("octocat") == "admin"
        pull.add_to_labels("preview")
        assert [label.name for label in pull.get_labels()] == ["preview"]
        pull.edit(state="closed")
        pull.edit(state="open")
        assert [one.number for one in repo.get_pulls(state="open")] == [1]
        assert not repo.get_pull(1).merged


async def test_pygithub_follows_a_pull_request_from_token_to_reopening(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    token = await asyncio.to_thread(installation_token, shop)
    await asyncio.to_thread(whole_flow, shop, token)
    (deployment,) = await shop.deployments(REPO)
    assert (deployment.state, deployment.transient_environment) == ("success", True)


async def test_a_merge_by_pygithub_reaches_the_base_branch(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    token = await shop.token("octocat")

    def merge() -> str:
        with closing(as_installation(shop, token)) as client:
            result = client.get_repo(REPO).get_pull(1).merge()
            return str(result.sha)

    sha = await asyncio.to_thread(merge)
    pull = await shop.pull_request(REPO, 1)
    assert (pull.merged, pull.state, pull.merge_commit_sha) == (True, "closed", sha)


async def test_a_lazy_write_is_exactly_one_request(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    token = await asyncio.to_thread(installation_token, shop)

    def used(client: Github) -> int:
        return int(client.get_rate_limit().resources.core.used)

    def count() -> int:
        with closing(as_installation(shop, token)) as client:
            before = used(client)
            client.get_repo(REPO).get_issue(1).create_comment("Ready")
            return used(client) - before

    assert await asyncio.to_thread(count) == 1


async def test_failed_deliveries_are_listed_and_delivered_again(
    shop: LocalGitHub, door: Receiver
) -> None:
    door.status = 503
    await shop.open_pull_request(REPO, "feature")
    first = door.wait_for("pull_request.opened")
    assert len(await shop.deliveries("pull_request.opened")) == 1
    door.status = 202

    def redeliver() -> None:
        with closing(as_app(shop)) as app:
            path = "/app/hook/deliveries"
            _, found = app.requester.requestJsonAndCheck("GET", f"{path}?status=failure")
            (failed,) = [one for one in found if one["event"] == "pull_request"]
            assert (failed["guid"], failed["status_code"]) == (first.guid, 503)
            app.requester.requestJsonAndCheck("POST", f"{path}/{failed['id']}/attempts")

    await asyncio.to_thread(redeliver)
    again = door.wait_for("pull_request.opened", 2)
    assert (again.guid, again.raw) == (first.guid, first.raw)


async def test_deliveries_are_paged_by_cursor_newest_first(
    shop: LocalGitHub, door: Receiver
) -> None:
    await shop.open_pull_request(REPO, "feature")
    known = [one.id for one in await shop.deliveries()]
    assert len(known) == len(door.arrivals) == 4

    def ids() -> list[int]:
        found: list[int] = []
        with closing(as_app(shop)) as app:
            url: str | None = "/app/hook/deliveries?per_page=2"
            while url:
                headers, page = app.requester.requestJsonAndCheck("GET", url)
                found += [one["id"] for one in page]
                links = httpx.Response(200, headers={"link": headers.get("link", "")}).links
                url = links.get("next", {}).get("url")
        return found

    listed = await asyncio.to_thread(ids)
    assert listed == sorted(known, reverse=True)


async def test_the_tarball_of_a_commit_comes_by_redirect(shop: LocalGitHub) -> None:
    token = await shop.token("octocat")

    def link() -> str:
        with closing(as_installation(shop, token)) as client:
            return str(client.get_repo(REPO).get_archive_link("tarball", "feature"))

    answer = await shop.http.get(await asyncio.to_thread(link))
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
    top = names[0].split("/")[0]
    assert top.startswith("acme-shop-")
    assert f"{top}/README.md" in names


async def test_what_was_not_changed_costs_nothing(shop: LocalGitHub) -> None:
    token = await shop.token("octocat")

    def updates() -> tuple[bool, int]:
        with closing(as_installation(shop, token)) as client:
            repo = client.get_repo(REPO)
            assert repo.full_name == REPO
            assert repo.description is None
            before = client.get_rate_limit().resources.core.used
            changed = repo.update()
            return changed, client.get_rate_limit().resources.core.used - before

    changed, cost = await asyncio.to_thread(updates)
    assert (changed, cost) == (False, 0)


async def test_a_comment_that_a_person_deleted_is_gone(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    token = await asyncio.to_thread(installation_token, shop)

    def write() -> int:
        with closing(as_installation(shop, token)) as client:
            return int(client.get_repo(REPO).get_issue(1).create_comment("Ready").id)

    def edit(comment_id: int) -> None:
        with closing(as_installation(shop, token)) as client:
            client.get_repo(REPO).get_issue(1).get_comment(comment_id).edit("Still ready")

    comment_id = await asyncio.to_thread(write)
    await shop.delete_comment(REPO, comment_id)
    with pytest.raises(UnknownObjectException):
        await asyncio.to_thread(edit, comment_id)
