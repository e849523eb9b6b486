"""Tokens can do what they were minted for, and nothing else."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing

import httpx
import jwt
import pytest

from tests.integration.github.conftest import REPO
from tests.integration.github.pygithub import as_app, mint
from tests.support.github.server import LocalGitHub

NOT_ACCESSIBLE = "Resource not accessible by integration"


async def token(
    github: LocalGitHub,
    permissions: dict[str, str] | None = None,
    repositories: list[int] | None = None,
) -> str:
    def make() -> str:
        with closing(as_app(github)) as app:
            installation = app.get_org_installation("acme")
            return mint(app, installation.id, permissions, repositories)

    return await asyncio.to_thread(make)


async def ask(
    github: LocalGitHub, credential: str, method: str, path: str, body: object = None
) -> httpx.Response:
    headers = {"Authorization": f"token {credential}"}
    return await github.http.request(method, path, json=body, headers=headers)


WRITES = (
    ("issues/1/comments", {"body": "Ready"}, "pull_requests"),
    ("deployments", {"ref": "feature", "required_contexts": []}, "deployments"),
    ("check-runs", {"name": "preview", "head_sha": "feature"}, "checks"),
    ("statuses/feature", {"state": "success"}, "statuses"),
)


@pytest.mark.parametrize(("path", "body", "permission"), WRITES)
async def test_a_write_needs_its_permission(
    shop: LocalGitHub, path: str, body: dict[str, object], permission: str
) -> None:
    await shop.open_pull_request(REPO, "feature")
    for level, status in (("write", 201), ("read", 403)):
        credential = await token(shop, {permission: level})
        answer = await ask(shop, credential, "POST", f"/repos/{REPO}/{path}", body)
        assert answer.status_code == status
    assert answer.json()["message"] == NOT_ACCESSIBLE


async def test_a_token_without_permissions_reads_nothing(shop: LocalGitHub) -> None:
    answer = await ask(shop, await token(shop, {}), "GET", f"/repos/{REPO}")
    assert (answer.status_code, answer.json()["message"]) == (403, NOT_ACCESSIBLE)


async def test_a_token_for_one_repository_does_not_know_others(shop: LocalGitHub) -> None:
    other = await shop.create_repository("acme/other", {"README.md": "# Other\n"})
    credential = await token(shop, {"contents": "read"}, [other.id])
    assert (await ask(shop, credential, "GET", "/repos/acme/other")).status_code == 200
    assert (await ask(shop, credential, "GET", f"/repos/{REPO}")).status_code == 404
    listed = (await ask(shop, credential, "GET", "/installation/repositories")).json()
    assert [one["full_name"] for one in listed["repositories"]] == ["acme/other"]


async def test_a_repository_is_found_by_its_id(shop: LocalGitHub) -> None:
    repo = await shop.repository(REPO)
    credential = await token(shop, {"pull_requests": "read"}, [repo.id])
    answer = await ask(shop, credential, "GET", f"/repositories/{repo.id}")
    assert answer.json()["full_name"] == REPO
    assert (await ask(shop, credential, "GET", f"/repositories/{repo.id}/pulls")).json() == []


async def test_more_than_the_installation_has_is_not_minted(shop: LocalGitHub) -> None:
    with pytest.raises(Exception, match="422"):
        await token(shop, {"contents": "write"})
    with pytest.raises(Exception, match="422"):
        await token(shop, {"administration": "write"})


async def test_taking_a_permission_back_binds_tokens_that_exist(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    credential = await token(shop)
    await shop.install_app("acme", permissions={"metadata": "read", "contents": "read"})
    path = f"/repos/{REPO}/issues/1/comments"
    answer = await ask(shop, credential, "POST", path, {"body": "Ready"})
    assert (answer.status_code, answer.json()["message"]) == (403, NOT_ACCESSIBLE)


async def test_an_expired_token_is_refused(shop: LocalGitHub) -> None:
    credential = await token(shop)
    await shop.expire_tokens()
    answer = await ask(shop, credential, "GET", f"/repos/{REPO}")
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    await shop.set_token_life(0.001)
    answer = await ask(shop, await token(shop), "GET", f"/repos/{REPO}")
    assert answer.status_code == 401


async def test_a_suspended_installation_answers_nothing(shop: LocalGitHub) -> None:
    credential = await token(shop)

    def suspend() -> None:
        with closing(as_app(shop)) as app:
            number = app.get_org_installation("acme").id
            app.requester.requestJsonAndCheck("PUT", f"/app/installations/{number}/suspended")

    await asyncio.to_thread(suspend)
    answer = await ask(shop, credential, "GET", f"/repos/{REPO}")
    assert answer.status_code == 403
    assert "suspended" in answer.json()["message"]


async def test_repositories_outside_the_installation_are_unknown(shop: LocalGitHub) -> None:
    await shop.create_repository("octocat/private", {"README.md": "# Mine\n"})
    answer = await ask(shop, await token(shop), "GET", "/repos/octocat/private")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iss": "999"}, "Integration not found"),
        ({"exp": -60 * 20}, "'exp') is in the past"),
        ({"exp": 60 * 30}, "too far in the future"),
    ],
)
async def test_a_jwt_must_be_ours_and_short_lived(
    shop: LocalGitHub, changes: dict[str, str | int], message: str
) -> None:
    now = int(time.time())
    claims: dict[str, str | int] = {"iat": now - 60 * 30, "exp": now + 300, "iss": str(shop.app_id)}
    for name, value in changes.items():
        claims[name] = now + value if isinstance(value, int) else value
    credential = jwt.encode(claims, shop.private_key, algorithm="RS256")
    answer = await ask(shop, credential, "GET", "/app")
    assert answer.status_code == 401
    assert message in answer.json()["message"]


async def test_strangers_get_the_answers_github_gives(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    assert (await shop.http.get(f"/repos/{REPO}")).status_code == 404
    assert (await shop.http.get("/nothing/of/the/kind")).status_code == 404
    wrong = {"title": "", "head": "feature", "base": "main"}
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await shop.request("POST", f"/repos/{REPO}/pulls", wrong)
    body = refused.value.response.json()
    assert (refused.value.response.status_code, body["message"]) == (422, "Validation Failed")
    assert body["errors"][0]["field"] == "title"


async def test_one_branch_has_one_open_pull_request(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await shop.open_pull_request(REPO, "feature")
    assert "already exists" in refused.value.response.json()["errors"][0]["message"]


async def test_an_app_edits_its_own_comments_only(shop: LocalGitHub) -> None:
    await shop.open_pull_request(REPO, "feature")
    comment = await shop.comment(REPO, 1, "Mine")
    path = f"/repos/{REPO}/issues/comments/{comment.id}"
    answer = await ask(shop, await token(shop), "PATCH", path, {"body": "Ours"})
    assert answer.status_code == 403
