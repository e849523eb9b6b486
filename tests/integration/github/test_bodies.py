"""What the local GitHub says has the shape GitHub publishes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import jwt
import pytest

from tests.integration.github.conftest import REPO
from tests.integration.github.receiver import Receiver
from tests.integration.github.schemas import (
    operation,
    operations,
    rest_errors,
    webhook_errors,
)
from tests.support.github.models import Body
from tests.support.github.server import LocalGitHub


def app_jwt(github: LocalGitHub) -> str:
    now = int(time.time())
    claims = {"iat": now - 30, "exp": now + 300, "iss": str(github.app_id)}
    return jwt.encode(claims, github.private_key, algorithm="RS256")


class Api:
    """Calls as the App or its installation, and the problems of every answer."""

    def __init__(self, github: LocalGitHub) -> None:
        self.github = github
        self.problems: list[str] = []
        self.seen: set[str] = set()
        self.token = app_jwt(github)

    async def call(self, method: str, path: str, body: object = None) -> Body:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.github.http.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        self._check(answer)
        found: Body = answer.json() if answer.content else {}
        return found

    def _check(self, answer: httpx.Response) -> None:
        name = operation(answer.request.method, answer.request.url.path)
        assert name, answer.request.url
        self.seen.add(name)
        if answer.content:
            self.problems += rest_errors(name, answer.status_code, answer.json())


@pytest.fixture
def api(shop: LocalGitHub) -> Api:
    return Api(shop)


async def as_installation(api: Api) -> None:
    found = await api.call("GET", f"/repos/{REPO}/installation")
    await api.call("GET", "/orgs/acme/installation")
    await api.call("GET", "/app")
    await api.call("GET", "/app/installations")
    await api.call("GET", f"/app/installations/{found['id']}")
    await api.call("GET", "/app/hook/config")
    await api.call("PATCH", "/app/hook/config", {"content_type": "json"})
    path = f"/app/installations/{found['id']}/access_tokens"
    await api.call("POST", path)
    repo = await api.github.repository(REPO)
    wanted = {"repository_ids": [repo.id], "permissions": found["permissions"]}
    api.token = (await api.call("POST", path, wanted))["token"]


async def write_on_pull_request(api: Api) -> None:
    repo = f"/repos/{REPO}"
    wanted: Body = {"title": "Better", "head": "feature", "base": "main"}
    pull = await api.call("POST", f"{repo}/pulls", wanted)
    sha = pull["head"]["sha"]
    await api.call("PATCH", f"{repo}/pulls/1", {"title": "Much better"})
    comment = await api.call("POST", f"{repo}/issues/1/comments", {"body": "Ready"})
    one = f"{repo}/issues/comments/{comment['id']}"
    await api.call("PATCH", one, {"body": "Readier"})
    await api.call("POST", f"{one}/reactions", {"content": "rocket"})
    await api.call("POST", f"{repo}/issues/1/labels", {"labels": ["preview"]})
    await api.call("POST", f"{repo}/statuses/{sha}", {"state": "pending"})
    wanted = {"ref": sha, "environment": "preview", "required_contexts": []}
    deployment = await api.call("POST", f"{repo}/deployments", wanted)
    statuses = f"{repo}/deployments/{deployment['id']}/statuses"
    await api.call("POST", statuses, {"state": "success", "environment_url": "http://pr.test/"})
    wanted = {"name": "preview", "head_sha": sha, "status": "in_progress"}
    check = await api.call("POST", f"{repo}/check-runs", wanted)
    output = {"title": "Up", "summary": "It answers."}
    wanted = {"conclusion": "success", "output": output}
    await api.call("PATCH", f"{repo}/check-runs/{check['id']}", wanted)
    for path in (
        f"{one}",
        f"{one}/reactions",
        f"{repo}/check-runs/{check['id']}",
        f"{repo}/commits/{sha}/check-runs",
        f"{repo}/commits/{sha}/status",
        f"{repo}/commits/{sha}/statuses",
        f"{repo}/deployments/{deployment['id']}",
        statuses,
    ):
        await api.call("GET", path)


async def read_everything(api: Api) -> None:
    repo = f"/repos/{REPO}"
    for path in (
        "/rate_limit",
        "/installation/repositories",
        "/users/octocat",
        "/orgs/acme",
        repo,
        f"{repo}/branches",
        f"{repo}/branches/main",
        f"{repo}/collaborators/octocat/permission",
        f"{repo}/commits",
        f"{repo}/commits/main",
        f"{repo}/compare/main...feature",
        f"{repo}/contents/README.md",
        f"{repo}/contents/web",
        f"{repo}/deployments",
        f"{repo}/environments",
        f"{repo}/environments/preview",
        f"{repo}/git/ref/heads/main",
        f"{repo}/issues/1",
        f"{repo}/issues/1/comments",
        f"{repo}/issues/1/labels",
        f"{repo}/pulls",
        f"{repo}/pulls/1",
        f"{repo}/pulls/1/commits",
        f"{repo}/pulls/1/files",
    ):
        await api.call("GET", path)


async def deliveries(api: Api, door: Receiver) -> None:
    door.wait_for("pull_request.opened")
    api.token = app_jwt(api.github)
    await api.call("GET", "/app/hook/deliveries")
    first, *_ = await api.github.deliveries()
    path = f"/app/hook/deliveries/{first.id}"
    await api.call("GET", path)
    await api.call("POST", f"{path}/attempts")


async def as_owner(api: Api) -> None:
    await api.github.grant(REPO, "hubot", "read")
    api.token = await api.github.token("hubot")
    fork = await api.call("POST", f"/repos/{REPO}/forks", {})
    await api.call("GET", f"/repos/{fork['full_name']}")
    api.token = await api.github.token("octocat")
    await api.call("PUT", f"/repos/{REPO}/pulls/1/merge", {})
    await api.call("GET", f"/repos/{REPO}/pulls/1")
    await api.call("PATCH", f"/repos/{REPO}", {"description": "Sells things"})
    await api.call("DELETE", f"/repos/{REPO}")


async def test_every_answer_fits_the_published_schema(api: Api, door: Receiver) -> None:
    await as_installation(api)
    await write_on_pull_request(api)
    await read_everything(api)
    await deliveries(api, door)
    await as_owner(api)
    assert api.problems == []
    assert set(operations()) - api.seen == set()


@contextmanager
def all_schema_problems(door: Receiver) -> Iterator[list[str]]:
    problems: list[str] = []
    yield problems
    for arrival in door.arrivals:
        problems += webhook_errors(arrival.event, arrival.payload)


LIFE = (
    "installation.created",
    "push",
    "pull_request.opened",
    "pull_request.synchronize",
    "pull_request.edited",
    "pull_request.converted_to_draft",
    "pull_request.ready_for_review",
    "pull_request.labeled",
    "pull_request.unlabeled",
    "pull_request.closed",
    "pull_request.reopened",
    "issue_comment.created",
    "issue_comment.deleted",
    "check_run.created",
    "check_run.completed",
    "check_run.requested_action",
    "check_run.rerequested",
    "delete",
    "installation_repositories.removed",
    "installation_repositories.added",
    "installation.new_permissions_accepted",
    "repository.renamed",
    "repository.deleted",
)
"""Everything a repository goes through below."""


async def test_every_webhook_fits_the_published_schema(shop: LocalGitHub, door: Receiver) -> None:
    api = Api(shop)
    await as_installation(api)
    pull = await shop.open_pull_request(REPO, "feature", body="Please")
    await shop.push(REPO, "feature", {"old.txt": None, "new.txt": "new\n"})
    await shop.push(REPO, "feature", {"newer.txt": "new\n"}, force=True)
    await shop.push(REPO, "release", {})
    await shop.edit_pull_request(REPO, 1, title="Title", body="Body", base="release")
    await shop.convert_to_draft(REPO, 1)
    await shop.mark_ready(REPO, 1)
    await shop.add_labels(REPO, 1, ["preview"])
    await shop.remove_label(REPO, 1, "preview")
    comment = await shop.comment(REPO, 1, "/catalyst deploy")
    await shop.delete_comment(REPO, comment.id)
    button = {"label": "Retry", "description": "Once more", "identifier": "retry"}
    wanted: Body = {"name": "preview", "head_sha": pull.head_sha}
    check = await api.call("POST", f"/repos/{REPO}/check-runs", wanted)
    wanted = {"conclusion": "failure", "actions": [button]}
    await api.call("PATCH", f"/repos/{REPO}/check-runs/{check['id']}", wanted)
    await shop.press_check_run_button(check["id"], "retry")
    await shop.press_check_run_button(check["id"])
    await shop.close(REPO, 1)
    await shop.reopen(REPO, 1)
    await shop.merge(REPO, 1)
    await shop.delete_branch(REPO, "feature")
    await shop.install_app("acme", [])
    await shop.install_app("acme", ["shop"], permissions={"metadata": "read"})
    await shop.rename_repository(REPO, "store")
    await shop.delete_repository("acme/store")
    door.wait_for("repository.deleted")
    with all_schema_problems(door) as problems:
        for name in LIFE:
            door.wait_for(name)
    assert problems == []
