"""The pages show a person what happened, safely, and their buttons work."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.integration.github.conftest import REPO
from tests.integration.github.receiver import Receiver
from tests.integration.github.test_bodies import Api, as_installation
from tests.support.github.pages.markdown import render
from tests.support.github.server import LocalGitHub

PULL = f"/{REPO}/pull/1"
COMMENT = """<!-- catalyst:1:1 -->
### Preview

| commit | result |
| --- | --- |
| `abc` | ready |

<details><summary>Logs</summary>

line <b>one</b>
</details>

<script>alert(1)</script><img src="x" onerror="alert(2)"> <a href="javascript:alert(3)">bad</a>
"""


async def get(github: LocalGitHub, path: str) -> str:
    answer = await github.http.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(github: LocalGitHub, path: str, **fields: str) -> httpx.Response:
    return await github.http.post(path, data=fields, follow_redirects=False)


@pytest.fixture
async def pull(shop: LocalGitHub) -> LocalGitHub:
    await shop.open_pull_request(REPO, "feature", title="Better shop", body="Please **look**.")
    return shop


def test_comments_are_rendered_as_github_does_without_what_is_dangerous() -> None:
    html = render(COMMENT)
    assert "<table>" in html
    assert "<summary>Logs</summary>" in html
    for bad in ("catalyst:1:1", "<script", "onerror", "javascript:", "<!--"):
        assert bad not in html


def test_a_title_cannot_bring_markup() -> None:
    assert render("> [!WARNING]\n> Slow").count("alert-warning") == 1
    assert "<iframe" not in render("<iframe src='http://x'></iframe>")


async def test_the_conversation_shows_what_happened_in_order(pull: LocalGitHub) -> None:
    await pull.comment(REPO, 1, COMMENT)
    await pull.push(REPO, "feature", {"more.txt": "more\n"}, message="Add more <b>text</b>")
    await pull.add_labels(REPO, 1, ["preview"])
    html = await get(pull, PULL)
    marks = ["Better shop", "<strong>look</strong>", "Improve", "<table>", "Add more &lt;b&gt;"]
    places = [html.index(mark) for mark in [*marks, 'class="label">preview']]
    assert places == sorted(places)
    assert "catalyst:1:1" not in html


async def test_deployments_and_checks_are_shown_with_their_links(pull: LocalGitHub) -> None:
    api = Api(pull)
    await as_installation(api)
    repo, url = f"/repos/{REPO}", "http://acme-shop.localhost/"
    wanted = {"ref": "feature", "environment": "preview", "required_contexts": []}
    made = await api.call("POST", f"{repo}/deployments", wanted)
    status = {"state": "success", "environment_url": url, "description": "Ready in 48 s"}
    await api.call("POST", f"{repo}/deployments/{made['id']}/statuses", status)
    sha = (await pull.pull_request(REPO, 1)).head_sha
    check = {"name": "Catalyst", "head_sha": sha, "conclusion": "success"}
    button = {"label": "Redeploy", "description": "Again", "identifier": "redeploy"}
    output = {"title": "It answers", "summary": "| a |\n| - |\n| b |"}
    run = await api.call(
        "POST", f"{repo}/check-runs", check | {"actions": [button], "output": output}
    )
    html = await get(pull, PULL)
    assert html.count(f'href="{url}"') == 2
    assert "Ready in 48 s" in html
    assert "All checks have passed" in html
    page = await get(pull, f"/{REPO}/runs/{run['id']}")
    assert "Redeploy" in page
    assert "<table>" in page
    assert url in await get(pull, f"/{REPO}/deployments")


async def test_the_buttons_of_a_pull_request_do_what_they_say(
    pull: LocalGitHub, door: Receiver
) -> None:
    before = (await pull.pull_request(REPO, 1)).head_sha
    for button, event in (
        ("push", "pull_request.synchronize"),
        ("draft", "pull_request.converted_to_draft"),
        ("ready", "pull_request.ready_for_review"),
        ("close", "pull_request.closed"),
        ("reopen", "pull_request.reopened"),
    ):
        answer = await press(pull, f"{PULL}/{button}")
        assert (answer.status_code, answer.headers["location"]) == (303, PULL)
        door.wait_for(event)
    assert (await pull.pull_request(REPO, 1)).head_sha != before
    await press(pull, f"{PULL}/comment", body="/catalyst stop")
    assert door.wait_for("issue_comment").payload["sender"]["login"] == "octocat"
    await press(pull, f"{PULL}/label", name="preview")
    door.wait_for("pull_request.labeled")
    await press(pull, f"{PULL}/merge")
    assert (await pull.pull_request(REPO, 1)).merged
    assert "Merged" in await get(pull, PULL)


async def test_a_check_runs_button_reaches_the_app(pull: LocalGitHub, door: Receiver) -> None:
    api = Api(pull)
    await as_installation(api)
    sha = (await pull.pull_request(REPO, 1)).head_sha
    button = {"label": "Retry", "description": "Again", "identifier": "retry"}
    wanted = {"name": "preview", "head_sha": sha, "conclusion": "failure", "actions": [button]}
    run = await api.call("POST", f"/repos/{REPO}/check-runs", wanted)
    await press(pull, f"/{REPO}/runs/{run['id']}", identifier="retry")
    pressed = door.wait_for("check_run.requested_action").payload
    assert pressed["requested_action"] == {"identifier": "retry"}
    assert pressed["check_run"]["head_sha"] == sha


async def test_one_acts_as_whom_one_chose_and_may_no_more_than_them(pull: LocalGitHub) -> None:
    await pull.grant(REPO, "hubot", "read")
    await press(pull, "/_as", login="hubot", back=PULL)
    assert (await press(pull, f"{PULL}/merge")).status_code == 403
    await press(pull, f"{PULL}/comment", body="Nice")
    assert [one.author for one in await pull.comments(REPO, 1)] == ["hubot"]
    pull.http.cookies.clear()


async def test_forms_of_other_sites_are_refused(pull: LocalGitHub) -> None:
    headers = {"Origin": "http://evil.test"}
    answer = await pull.http.post(f"{PULL}/close", headers=headers)
    assert answer.status_code == 403
    assert (await pull.pull_request(REPO, 1)).state == "open"


async def test_every_link_on_the_pages_leads_somewhere(pull: LocalGitHub) -> None:
    """Follow all links of our own from the start page."""
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        html = await get(pull, path)
        links = re.findall(r'(?:href|src)="(/[^"#]*)', html)
        waiting += [link for link in links if link not in seen]
        waiting += [
            f"{path}{link}" for link in re.findall(r'href="(\?[^"]*)"', html) if "?" not in path
        ]
    assert {PULL, f"{PULL}/files", f"{PULL}/commits", f"/{REPO}", "/_static/style.css"} <= seen


async def test_an_unknown_page_is_said_in_words(github: LocalGitHub) -> None:
    answer = await github.http.get("/acme/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
