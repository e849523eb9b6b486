"""Pull requests and what people do around them: forks, drafts, labels, buttons, renames."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.github.conftest import REPO
from tests.integration.github.receiver import Receiver
from tests.support.github.server import LocalGitHub


async def fork_with_change(shop: LocalGitHub) -> str:
    await shop.grant(REPO, "hubot", "read")
    await shop.fork(REPO, by="hubot")
    return await shop.push("hubot/shop", "theirs", {"evil.txt": "evil\n"}, by="hubot")


async def test_a_pull_request_from_a_fork_names_both_repositories(
    shop: LocalGitHub, door: Receiver
) -> None:
    sha = await fork_with_change(shop)
    pull = await shop.open_pull_request(REPO, "hubot:theirs", by="hubot")
    assert pull.head_sha == sha
    body = door.wait_for("pull_request.opened").payload["pull_request"]
    assert body["head"]["repo"]["full_name"] == "hubot/shop"
    assert body["head"]["repo"]["fork"] is True
    assert body["base"]["repo"]["full_name"] == REPO
    assert body["author_association"] == "COLLABORATOR"


async def test_the_commits_of_a_fork_are_fetched_from_the_base(shop: LocalGitHub) -> None:
    await fork_with_change(shop)
    await shop.open_pull_request(REPO, "hubot:theirs", by="hubot")
    moved = await shop.push("hubot/shop", "theirs", {"evil.txt": "worse\n"}, by="hubot")
    async with shop.checkout(REPO, "--depth=1") as checkout:
        await checkout.git("fetch", "origin", "refs/pull/1/head")
        assert await checkout.git("rev-parse", "FETCH_HEAD") == moved


async def test_a_deleted_fork_leaves_no_head_repository(shop: LocalGitHub) -> None:
    await fork_with_change(shop)
    await shop.open_pull_request(REPO, "hubot:theirs", by="hubot")
    await shop.delete_repository("hubot/shop", by="hubot")
    body = (await shop.request("GET", f"/repos/{REPO}/pulls/1")).json()
    assert (body["head"]["repo"], body["state"]) == (None, "closed")
    assert body["head"]["user"]["login"] == "hubot"


async def test_draft_and_ready_are_told(shop: LocalGitHub, door: Receiver) -> None:
    await shop.open_pull_request(REPO, "feature", draft=True)
    assert door.wait_for("pull_request.opened").payload["pull_request"]["draft"] is True
    await shop.mark_ready(REPO, 1)
    assert door.wait_for("pull_request.ready_for_review").payload["pull_request"]["draft"] is False
    await shop.convert_to_draft(REPO, 1)
    door.wait_for("pull_request.converted_to_draft")
    with pytest.raises(httpx.HTTPStatusError, match="405"):
        await shop.merge(REPO, 1)


async def test_an_edit_says_what_was_there_before(shop: LocalGitHub, door: Receiver) -> None:
    await shop.push(REPO, "release", {})
    await shop.open_pull_request(REPO, "feature", title="Old", body="Before")
    await shop.edit_pull_request(REPO, 1, title="New", base="release")
    changes = door.wait_for("pull_request.edited").payload["changes"]
    assert changes["title"] == {"from": "Old"}
    assert changes["base"]["ref"] == {"from": "main"}
    assert (await shop.pull_request(REPO, 1)).base_ref == "release"


async def test_labels_arrive_as_events_of_the_pull_request(
    shop: LocalGitHub, door: Receiver
) -> None:
    await shop.open_pull_request(REPO, "feature")
    await shop.add_labels(REPO, 1, ["preview"])
    assert door.wait_for("pull_request.labeled").payload["label"]["name"] == "preview"
    await shop.remove_label(REPO, 1, "preview")
    assert door.wait_for("pull_request.unlabeled").payload["pull_request"]["labels"] == []


async def test_a_comment_on_a_pull_request_says_so(shop: LocalGitHub, door: Receiver) -> None:
    await shop.open_pull_request(REPO, "feature")
    await shop.grant(REPO, "hubot", "read")
    await shop.comment(REPO, 1, "/catalyst deploy", by="hubot")
    body = door.wait_for("issue_comment.created").payload
    assert body["issue"]["pull_request"]["url"].endswith(f"/repos/{REPO}/pulls/1")
    assert (body["comment"]["body"], body["sender"]["login"]) == ("/catalyst deploy", "hubot")


@pytest.mark.parametrize("permission", ["none", "read", "write", "maintain", "admin"])
async def test_a_persons_permission_can_be_asked_for(shop: LocalGitHub, permission: str) -> None:
    await shop.grant(REPO, "hubot", "write")
    await shop.grant(REPO, "hubot", permission)
    path = f"/repos/{REPO}/collaborators/hubot/permission"
    body = (await shop.request("GET", path)).json()
    coarse = "write" if permission == "maintain" else permission
    assert (body["permission"], body["role_name"]) == (coarse, permission)


async def test_a_renamed_repository_keeps_its_id_and_redirects(
    shop: LocalGitHub, door: Receiver
) -> None:
    before = await shop.repository(REPO)
    await shop.rename_repository(REPO, "store")
    changes = door.wait_for("repository.renamed").payload["changes"]
    assert changes == {"repository": {"name": {"from": "shop"}}}
    headers = {"Authorization": f"Bearer {await shop.token('octocat')}"}
    answer = await shop.http.get(f"/repos/{REPO}/pulls", headers=headers)
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{shop.base_url}/repositories/{before.id}/pulls"
    async with shop.checkout(REPO) as checkout:
        assert (checkout.tree / "README.md").exists()


async def test_a_deleted_repository_is_gone(shop: LocalGitHub, door: Receiver) -> None:
    await shop.open_pull_request(REPO, "feature")
    await shop.delete_repository(REPO)
    assert door.wait_for("repository.deleted").payload["repository"]["full_name"] == REPO
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        await shop.pull_request(REPO, 1)


async def test_lists_are_paged_with_links(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    for number in range(5):
        await shop.comment(REPO, 1, f"Comment {number}")
    path = f"/repos/{REPO}/issues/1/comments?per_page=2"
    first = await shop.request("GET", path)
    assert set(first.links) == {"next", "last"}
    assert first.links["next"]["url"].startswith(shop.base_url)
    second = await shop.request("GET", first.links["next"]["url"])
    assert set(second.links) == {"first", "prev", "next", "last"}
    assert [one["body"] for one in second.json()] == ["Comment 2", "Comment 3"]


async def test_pull_requests_are_found_by_state_head_and_base(shop: LocalGitHub) -> None:
    await shop.push(REPO, "other", {"other.txt": "other\n"})
    await shop.open_pull_request(REPO, "feature")
    await shop.open_pull_request(REPO, "other")
    await shop.close(REPO, 1)

    async def numbers(query: str) -> list[int]:
        answer = await shop.request("GET", f"/repos/{REPO}/pulls?{query}")
        return [one["number"] for one in answer.json()]

    assert await numbers("") == [2]
    assert await numbers("state=closed") == [1]
    assert await numbers("state=all&sort=created&direction=asc") == [1, 2]
    assert await numbers("state=all&head=acme:feature") == [1]
    assert await numbers("base=release") == []
