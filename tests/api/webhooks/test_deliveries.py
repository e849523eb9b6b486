"""The door for GitHub: 202, 401, 413, 503, and a recorded reason for everything that leads to nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api import body as body_module
from api.webhooks.github_events import MAX_BODY
from tests.api.conftest import SECRET, Catalyst
from tests.api.webhooks.deliveries import GUID, make_headers, published, pull_request
from tests.support.examples import make_project
from workflows.errors import StoreError

DOOR = "/webhooks/github"


async def deliver(
    catalyst: Catalyst, payload: Any, event: str = "pull_request", *, secret: str = SECRET
) -> httpx.Response:
    body = json.dumps(payload).encode()
    return await catalyst.http.post(DOOR, content=body, headers=make_headers(body, event, secret))


async def decisions(catalyst: Catalyst) -> list[tuple[str, str]]:
    return [(each.decision, each.reason) for each in await catalyst.store.decisions.list()]


@pytest.fixture
async def registered(catalyst: Catalyst) -> Catalyst:
    await catalyst.store.projects.put(make_project())
    return catalyst


@pytest.mark.spec("US1", "EC-9")
async def test_an_opened_pull_request_starts_its_environment(registered: Catalyst) -> None:
    answer = await deliver(registered, pull_request("opened"))
    assert answer.status_code == 202
    assert answer.json()["decision"] == "accepted"
    ((ref, told_pull_request),) = registered.gateway.started
    assert (ref.team, ref.project, ref.environment) == ("web", "web-shop", "pr-shop-12")
    assert told_pull_request.model_dump() == {
        "installation": 7,
        "repository_id": 1001,
        "repository": "acme/shop",
        "number": 12,
        "branch": "",
    }
    ((_, event),) = registered.gateway.told
    assert (event.delivery, event.event, event.action) == (GUID, "pull_request", "opened")


@pytest.mark.spec("US3")
@pytest.mark.parametrize(
    "action", ["reopened", "synchronize", "ready_for_review", "converted_to_draft"]
)
async def test_whatever_changes_what_is_wanted_reaches_the_environment(
    registered: Catalyst, action: str
) -> None:
    assert (await deliver(registered, pull_request(action))).status_code == 202
    ((_, event),) = registered.gateway.told
    assert event.action == action
    assert event.head_commit == pull_request(action)["pull_request"]["head"]["sha"]


@pytest.mark.parametrize(("drafts", "told"), [("skip", False), ("deploy", True)])
async def test_the_environment_learns_whether_its_project_deploys_drafts(
    catalyst: Catalyst, drafts: str, told: bool
) -> None:
    project = make_project().model_copy(update={"drafts": drafts})
    await catalyst.store.projects.put(project)
    await deliver(catalyst, pull_request("opened"))
    ((_, event),) = catalyst.gateway.told
    assert event.deploy_drafts is told


@pytest.mark.spec("US4")
@pytest.mark.invariant(2)
async def test_a_close_reaches_a_running_environment_and_starts_none(registered: Catalyst) -> None:
    answer = await deliver(registered, pull_request("closed"))
    assert (answer.status_code, answer.json()["decision"]) == (202, "nothing to do")
    assert registered.gateway.started == []
    assert await decisions(registered) == [("nothing to do", "pr-shop-12 does not run")]

    await deliver(registered, pull_request("opened"))
    answer = await deliver(registered, pull_request("closed"))
    assert answer.json()["decision"] == "accepted"
    assert [event.action for _, event in registered.gateway.told] == ["opened", "closed"]


@pytest.mark.invariant(7)
async def test_a_forks_pull_request_starts_the_environment_which_refuses_where_people_see_it(
    registered: Catalyst,
) -> None:
    # Published for no fork: derived from `opened`.
    payload = pull_request("opened")
    payload["pull_request"]["head"]["repo"] |= {"id": 999, "fork": True}
    assert (await deliver(registered, payload)).json()["decision"] == "accepted"
    assert len(registered.gateway.started) == 1


@pytest.mark.spec("EC-9")
async def test_a_forged_delivery_starts_nothing_and_leaves_no_trace(registered: Catalyst) -> None:
    answer = await deliver(registered, pull_request("opened"), secret="another")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    unsigned = await registered.http.post(DOOR, json=pull_request("opened"))
    assert unsigned.status_code == 401
    assert registered.gateway.told == []
    assert await decisions(registered) == []


@pytest.mark.spec("EC-9")
async def test_while_temporal_is_down_github_hears_of_a_failure(registered: Catalyst) -> None:
    registered.gateway.is_down = True
    for action in ("opened", "closed"):
        answer = await deliver(registered, pull_request(action))
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    assert await decisions(registered) == []


async def test_while_the_database_is_down_github_hears_of_a_failure(
    registered: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: int) -> None:
        raise StoreError("reading from the database failed: disk I/O error")

    monkeypatch.setattr(registered.store.projects, "of_repository", fail)
    assert (await deliver(registered, pull_request("opened"))).status_code == 503


async def test_an_unknown_repository_is_recorded_with_its_name(catalyst: Catalyst) -> None:
    answer = await deliver(catalyst, pull_request("opened"))
    assert (answer.status_code, answer.json()["decision"]) == (202, "unknown repository")
    assert await decisions(catalyst) == [
        ("unknown repository", "acme/shop (id 1001) belongs to no project")
    ]
    assert catalyst.gateway.told == []


async def test_an_event_we_do_not_act_on_is_recorded_with_the_reason(registered: Catalyst) -> None:
    answer = await deliver(registered, published()["push"][0], "push")
    assert answer.status_code == 202
    answer = await deliver(registered, pull_request("labeled"))
    assert answer.json() == {
        "decision": "nothing to do",
        "reason": "`labeled` changes nothing about a preview",
    }
    assert registered.gateway.told == []


async def test_githubs_hello_is_answered(catalyst: Catalyst) -> None:
    answer = await deliver(catalyst, published()["ping"][0], "ping")
    assert (answer.status_code, answer.json()["decision"]) == (202, "pong")


@pytest.mark.spec("EC-9")
async def test_a_redelivery_is_recorded_once(catalyst: Catalyst) -> None:
    for _ in range(3):
        assert (await deliver(catalyst, pull_request("opened"))).status_code == 202
    assert len(await decisions(catalyst)) == 1


async def test_an_event_without_installation_uses_the_one_the_project_knows(
    registered: Catalyst,
) -> None:
    payload = pull_request("opened")
    del payload["installation"]
    assert (await deliver(registered, payload)).json()["decision"] == "accepted"
    assert registered.gateway.started[0][1].installation == 7


async def test_an_event_that_nobody_knows_an_installation_for_is_recorded(
    catalyst: Catalyst,
) -> None:
    project = make_project()
    source = project.sources[0].model_copy(update={"installation": 0})
    await catalyst.store.projects.put(project.model_copy(update={"sources": (source,)}))
    payload = pull_request("opened")
    del payload["installation"]
    assert (await deliver(catalyst, payload)).status_code == 202
    assert [decision for decision, _ in await decisions(catalyst)] == ["refused"]
    assert catalyst.gateway.told == []


async def test_a_renamed_repository_is_followed_by_its_id(registered: Catalyst) -> None:
    payload = pull_request("synchronize")
    payload["repository"]["full_name"] = "acme/store"
    assert (await deliver(registered, payload)).json()["decision"] == "accepted"
    ((ref, told),) = registered.gateway.started
    assert (ref.environment, told.repository) == ("pr-shop-12", "acme/store")
    project = await registered.store.projects.get("web-shop")
    assert project is not None
    assert project.sources[0].repository == "acme/store"


async def test_a_signed_body_that_cannot_be_read_is_refused_with_the_field(
    registered: Catalyst,
) -> None:
    payload = pull_request("opened")
    payload["pull_request"]["head"]["sha"] = "main"
    answer = await deliver(registered, payload)
    assert answer.status_code == 400
    assert "pull_request.head.sha" in answer.json()["detail"]


@pytest.mark.spec("EC-9")
async def test_a_body_that_announces_too_much_is_refused_before_it_is_read(
    catalyst: Catalyst,
) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {"content-length": str(MAX_BODY + 1)}
    answer = await catalyst.http.post(DOOR, content=never(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.spec("EC-9")
async def test_a_body_without_length_is_cut_off_at_the_limit(catalyst: Catalyst) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * MAX_BODY:
            sent += 1024 * 1024
            yield b"x" * (1024 * 1024)

    answer = await catalyst.http.post(DOOR, content=endless())
    assert answer.status_code == 413
    assert sent <= MAX_BODY + 2 * 1024 * 1024


async def test_a_body_of_the_largest_size_is_taken(registered: Catalyst) -> None:
    payload = json.dumps(pull_request("opened")).encode()
    payload += b" " * (MAX_BODY - len(payload))
    headers = make_headers(payload, "pull_request", SECRET)
    answer = await registered.http.post(DOOR, content=payload, headers=headers)
    assert answer.status_code == 202


async def test_a_body_that_trickles_is_given_up(
    catalyst: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "READ_SECONDS", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()  # and nothing more for ever

    assert (await catalyst.http.post(DOOR, content=slow())).status_code == 408
