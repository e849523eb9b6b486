"""Real git against the local GitHub: clones, pushes, and what follows from them."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.integration.github.conftest import REPO
from tests.integration.github.receiver import Receiver
from tests.support.github.git import ZERO, GitError
from tests.support.github.server import LocalGitHub


async def test_a_push_moves_the_pull_request_and_says_so(shop: LocalGitHub, door: Receiver) -> None:
    pull = await shop.open_pull_request(REPO, "feature")
    sha = await shop.push(REPO, "feature", {"more.txt": "more\n"}, message="Add more")
    assert (await shop.pull_request(REPO, 1)).head_sha == sha
    moved = door.wait_for("pull_request.synchronize").payload
    assert (moved["before"], moved["after"]) == (pull.head_sha, sha)
    assert moved["pull_request"]["head"]["sha"] == sha
    assert moved["number"] == 1
    await shop.deliveries()
    pushed = door.named("push")[-1].payload
    assert (pushed["before"], pushed["after"], pushed["forced"]) == (pull.head_sha, sha, False)
    assert pushed["head_commit"]["added"] == ["more.txt"]
    assert pushed["pusher"]["name"] == "octocat"


async def test_a_force_push_is_told_apart(shop: LocalGitHub, door: Receiver) -> None:
    old = (await shop.open_pull_request(REPO, "feature")).head_sha
    new = await shop.push(REPO, "feature", {"README.md": "# Other\n"}, force=True)
    await shop.deliveries()
    pushed = door.named("push")[-1].payload
    assert (pushed["forced"], pushed["before"], pushed["after"]) == (True, old, new)
    assert (await shop.pull_request(REPO, 1)).head_sha == new


async def test_a_commit_that_was_force_pushed_away_can_still_be_fetched(shop: LocalGitHub) -> None:
    old = (await shop.open_pull_request(REPO, "feature")).head_sha
    await shop.push(REPO, "feature", {"README.md": "# Other\n"}, force=True)
    async with shop.checkout(REPO, "--depth=1") as checkout:
        for protocol in ("protocol.version=0", "protocol.version=2"):
            await checkout.git("-c", protocol, "fetch", "--depth=1", "origin", old)
            assert await checkout.git("rev-parse", "FETCH_HEAD") == old


async def test_the_head_of_a_pull_request_is_a_ref(shop: LocalGitHub) -> None:
    pull = await shop.open_pull_request(REPO, "feature")
    async with shop.checkout(REPO, "--filter=blob:none", "--no-checkout") as checkout:
        await checkout.git("fetch", "origin", "refs/pull/1/head")
        assert await checkout.git("rev-parse", "FETCH_HEAD") == pull.head_sha
        await checkout.git("fetch", "origin", "refs/pull/1/merge")
        parents = (await checkout.git("log", "-1", "--format=%P", "FETCH_HEAD")).split()
        assert pull.head_sha in parents


async def test_nobody_pushes_to_the_ref_of_a_pull_request(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    async with shop.checkout(REPO) as checkout:
        with pytest.raises(GitError, match="refs/pull/1/head"):
            await checkout.git("push", "--force", "origin", "main:refs/pull/1/head")


async def test_deleting_the_branch_closes_the_pull_request(
    shop: LocalGitHub, door: Receiver
) -> None:
    await shop.open_pull_request(REPO, "feature")
    await shop.delete_branch(REPO, "feature")
    assert (await shop.pull_request(REPO, 1)).state == "closed"
    gone = door.wait_for("delete").payload
    assert (gone["ref"], gone["ref_type"]) == ("feature", "branch")
    await shop.deliveries()
    pushed = door.named("push")[-1].payload
    assert (pushed["deleted"], pushed["after"], pushed["head_commit"]) == (True, ZERO, None)


async def test_a_merge_by_git_counts_as_one(shop: LocalGitHub, door: Receiver) -> None:
    await shop.open_pull_request(REPO, "feature")
    async with shop.checkout(REPO) as checkout:
        await checkout.git("merge", "--no-ff", "--message", "Merge", "origin/feature")
        await checkout.git("push", "origin", "main")
    assert (await shop.pull_request(REPO, 1)).merged
    assert door.wait_for("pull_request.closed").payload["pull_request"]["merged"] is True


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_the_merge_button_moves_the_base_branch(
    shop: LocalGitHub, door: Receiver, method: str
) -> None:
    await shop.open_pull_request(REPO, "feature")
    sha = await shop.merge(REPO, 1, method=method)
    async with shop.checkout(REPO) as checkout:
        assert await checkout.git("rev-parse", "HEAD") == sha
        assert (checkout.tree / "README.md").read_text() == "# Better shop\n"
        parents = (await checkout.git("log", "-1", "--format=%P")).split()
    assert len(parents) == (2 if method == "merge" else 1)
    await shop.deliveries()
    assert door.named("push")[-1].payload["ref"] == "refs/heads/main"


async def test_conflicts_cannot_be_merged(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    await shop.push(REPO, "main", {"README.md": "# Different shop\n"})
    answer = await shop.request("GET", f"/repos/{REPO}/pulls/1")
    assert (answer.json()["mergeable"], answer.json()["mergeable_state"]) == (False, "dirty")
    with pytest.raises(httpx.HTTPStatusError, match="405"):
        await shop.merge(REPO, 1)


async def test_a_branch_pushed_while_closed_is_caught_up_on_reopening(shop: LocalGitHub) -> None:
    old = (await shop.open_pull_request(REPO, "feature")).head_sha
    await shop.close(REPO, 1)
    new = await shop.push(REPO, "feature", {"more.txt": "more\n"})
    assert (await shop.pull_request(REPO, 1)).head_sha == old
    assert (await shop.reopen(REPO, 1)).head_sha == new


async def test_a_branch_forced_while_closed_prevents_reopening(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    await shop.close(REPO, 1)
    await shop.push(REPO, "feature", {"README.md": "# Other\n"}, force=True)
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        await shop.reopen(REPO, 1)


async def test_private_code_needs_credentials(shop: LocalGitHub) -> None:
    url = f"/{REPO}.git/info/refs?service=git-upload-pack"
    assert (await shop.http.get(url)).status_code == 401
    for token, status in (
        (await shop.token("octocat"), 200),
        (await shop.token("stranger"), 404),
        ("ghs_made_up", 401),
    ):
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        answer = await shop.http.get(url, headers={"Authorization": f"Basic {basic}"})
        assert answer.status_code == status, token


async def test_public_code_needs_none(github: LocalGitHub) -> None:
    await github.create_repository("acme/open", {"README.md": "# Open\n"}, private=False)
    answer = await github.http.get("/acme/open.git/info/refs?service=git-upload-pack")
    assert answer.status_code == 200
    push = await github.http.get("/acme/open.git/info/refs?service=git-receive-pack")
    assert push.status_code == 401


async def test_readers_do_not_push(shop: LocalGitHub) -> None:
    await shop.grant(REPO, "hubot", "read")
    with pytest.raises(GitError, match="403"):
        await shop.push(REPO, "theirs", {}, by="hubot")
    await shop.grant(REPO, "hubot", "write")
    assert await shop.push(REPO, "theirs", {}, by="hubot")


async def test_a_large_push_arrives_whole(shop: LocalGitHub) -> None:
    """Git sends packs above its buffer in chunks, and request bodies packed."""
    blob = bytes(range(256)) * 12_000
    await shop.push(REPO, "feature", {"big.bin": blob})
    async with shop.checkout(REPO, "--branch=feature") as checkout:
        assert (checkout.tree / "big.bin").read_bytes() == blob
