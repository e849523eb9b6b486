"""Bad days on request: each fault does what GitHub does on such a day, as often as asked."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing

import httpx
import pytest
import requests
from github import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)

from tests.integration.github.conftest import REPO
from tests.integration.github.pygithub import as_installation
from tests.integration.github.receiver import Receiver
from tests.support.github.faults import Fault, FaultKind
from tests.support.github.server import LocalGitHub

COMMENTS = r"/issues/\d+/comments"
POST = f"/repos/{REPO}/issues/1/comments"


@pytest.fixture
async def pull(shop: LocalGitHub) -> LocalGitHub:
    await shop.open_pull_request(REPO, "feature")
    return shop


async def comment(github: LocalGitHub) -> None:
    """As Catalyst writes: PyGithub, one request, no retry."""
    token = await github.token("octocat")

    def write() -> None:
        with closing(as_installation(github, token)) as client:
            client.get_repo(REPO).get_issue(1).create_comment("Ready")

    await asyncio.to_thread(write)


async def count(github: LocalGitHub) -> int:
    return len(await github.comments(REPO, 1))


@pytest.mark.parametrize(
    ("kind", "written"), [(FaultKind.ERROR_AFTER, 1), (FaultKind.ERROR_BEFORE, 0)]
)
async def test_a_502_may_come_before_or_after_the_write(
    pull: LocalGitHub, kind: FaultKind, written: int
) -> None:
    await pull.arm(Fault(kind=kind, method="POST", path=COMMENTS))
    with pytest.raises(GithubException) as failed:
        await comment(pull)
    assert failed.value.status == 502
    assert await count(pull) == written
    await comment(pull)
    assert await count(pull) == written + 1


async def test_an_answer_may_not_come_in_time(pull: LocalGitHub) -> None:
    fault = Fault(kind=FaultKind.HANG_AFTER, method="POST", path=COMMENTS, seconds=60)
    await pull.arm(fault)
    headers = {"Authorization": f"Bearer {await pull.token('octocat')}"}
    with pytest.raises(httpx.ReadTimeout):
        await pull.http.post(POST, json={"body": "Ready"}, headers=headers, timeout=0.5)
    assert await count(pull) == 1


async def test_a_connection_may_break_in_the_middle_of_the_answer(pull: LocalGitHub) -> None:
    await pull.arm(Fault(kind=FaultKind.DROP_AFTER, method="POST", path=COMMENTS))
    with pytest.raises(requests.exceptions.RequestException):
        await comment(pull)
    assert await count(pull) == 1


async def test_the_primary_limit_names_its_end(pull: LocalGitHub) -> None:
    await pull.arm(Fault(kind=FaultKind.PRIMARY_LIMIT, path=COMMENTS, seconds=120))
    with pytest.raises(RateLimitExceededException) as failed:
        await comment(pull)
    headers = failed.value.headers or {}
    assert headers["x-ratelimit-remaining"] == "0"
    assert 100 < int(headers["x-ratelimit-reset"]) - time.time() < 140


@pytest.mark.parametrize("retry_after", [None, 60])
async def test_the_secondary_limit_may_say_when_to_come_back(
    pull: LocalGitHub, retry_after: int | None
) -> None:
    fault = Fault(kind=FaultKind.SECONDARY_LIMIT, path=COMMENTS, retry_after=retry_after)
    await pull.arm(fault)
    with pytest.raises(RateLimitExceededException) as failed:
        await comment(pull)
    headers = failed.value.headers or {}
    assert headers.get("retry-after") == (None if retry_after is None else "60")
    assert "x-ratelimit-remaining" not in headers


async def test_too_many_requests_may_carry_no_header(pull: LocalGitHub) -> None:
    await pull.arm(Fault(kind=FaultKind.TOO_MANY, path=COMMENTS))
    with pytest.raises(GithubException) as failed:
        await comment(pull)
    assert failed.value.status == 429
    assert "retry-after" not in (failed.value.headers or {})


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.BAD_CREDENTIALS, BadCredentialsException),
        (FaultKind.FORBIDDEN, GithubException),
        (FaultKind.NOT_FOUND, UnknownObjectException),
    ],
)
async def test_access_may_be_lost(
    pull: LocalGitHub, kind: FaultKind, error: type[Exception]
) -> None:
    await pull.arm(Fault(kind=kind, path=COMMENTS))
    with pytest.raises(error):
        await comment(pull)
    assert await count(pull) == 0


async def test_a_used_up_hour_is_refused_until_its_end(pull: LocalGitHub) -> None:
    await pull.set_rate_limit(2)
    await comment(pull)
    await comment(pull)
    with pytest.raises(RateLimitExceededException, match="API rate limit exceeded"):
        await comment(pull)


async def test_a_fault_hits_as_often_as_asked_and_only_its_route(pull: LocalGitHub) -> None:
    await pull.arm(Fault(kind=FaultKind.ERROR_BEFORE, path=COMMENTS, count=2, skip=1))
    assert await count(pull) == 0
    for _ in range(2):
        with pytest.raises(httpx.HTTPStatusError):
            await count(pull)
        assert (await pull.pull_request(REPO, 1)).number == 1
    assert await count(pull) == 0
    (spent,) = await pull.spent_faults()
    assert (spent.kind, spent.fired) == (FaultKind.ERROR_BEFORE, 2)


async def test_chance_is_seeded(pull: LocalGitHub) -> None:
    async def run() -> list[int]:
        await pull.clear_faults()
        fault = Fault(kind=FaultKind.ERROR_BEFORE, path="/users/", count=None, chance=0.5, seed=7)
        await pull.arm(fault)
        return [(await pull.http.get("/users/octocat")).status_code for _ in range(12)]

    first, second = await run(), await run()
    assert first == second
    assert set(first) == {200, 502}


async def test_a_list_may_come_up_short(pull: LocalGitHub) -> None:
    for text in ("one", "two"):
        await pull.comment(REPO, 1, text)
    await pull.arm(Fault(kind=FaultKind.SHORT_PAGE, path=COMMENTS))
    assert await count(pull) == 1
    assert await count(pull) == 2


async def test_a_list_may_fail_half_way(pull: LocalGitHub) -> None:
    await pull.arm(Fault(kind=FaultKind.ERROR_BEFORE, path=COMMENTS + ".*page=2"))
    for text in ("one", "two"):
        await pull.comment(REPO, 1, text)
    first = await pull.request("GET", f"{POST}?per_page=1")
    with pytest.raises(httpx.HTTPStatusError, match="502"):
        await pull.request("GET", first.links["next"]["url"])


async def test_a_clone_may_fail_too(shop: LocalGitHub) -> None:
    await shop.arm(Fault(kind=FaultKind.ERROR_BEFORE, path="git-upload-pack", count=None))
    with pytest.raises(Exception, match="502"):
        await shop.push(REPO, "feature", {})


async def test_a_fault_can_be_for_the_app_alone(pull: LocalGitHub) -> None:
    await pull.arm(Fault(kind=FaultKind.FORBIDDEN, caller="installation", count=None))
    assert await pull.push(REPO, "feature", {})
    assert await count(pull) == 0
    for scheme in ("Bearer", "token"):
        headers = {"Authorization": f"{scheme} ghs_any"}
        assert (await pull.http.get(f"/repos/{REPO}", headers=headers)).status_code == 403


async def opened(github: LocalGitHub, kind: FaultKind, **more: float) -> None:
    await github.arm(Fault(kind=kind, event="pull_request.opened", **more))
    await github.open_pull_request(REPO, "feature")


async def test_a_lost_delivery_is_listed_as_failed_and_can_be_sent_again(
    shop: LocalGitHub, door: Receiver
) -> None:
    await opened(shop, FaultKind.HOOK_LOST)
    (lost,) = await shop.deliveries("pull_request.opened")
    assert (lost.status_code, door.named("pull_request.opened")) == (502, [])


async def test_a_vanished_delivery_is_not_listed(shop: LocalGitHub, door: Receiver) -> None:
    await opened(shop, FaultKind.HOOK_VANISHED)
    assert await shop.deliveries("pull_request.opened") == []
    assert door.named("pull_request.opened") == []


async def test_a_doubled_delivery_has_one_guid(shop: LocalGitHub, door: Receiver) -> None:
    await opened(shop, FaultKind.HOOK_DOUBLED)
    second = door.wait_for("pull_request.opened", 2)
    assert second.guid == door.wait_for("pull_request.opened").guid


async def test_a_delayed_delivery_comes_after_those_that_follow_it(
    shop: LocalGitHub, door: Receiver
) -> None:
    await opened(shop, FaultKind.HOOK_DELAYED, seconds=0.7)
    await shop.close(REPO, 1)
    door.wait_for("pull_request.opened")
    names = [one.name for one in door.arrivals if one.event == "pull_request"]
    assert names == ["pull_request.closed", "pull_request.opened"]


async def test_a_forged_delivery_has_another_signature(shop: LocalGitHub, door: Receiver) -> None:
    await opened(shop, FaultKind.HOOK_FORGED)
    await shop.close(REPO, 1)
    assert not door.wait_for("pull_request.opened").is_signed_with(shop.webhook_secret)
    assert door.wait_for("pull_request.closed").is_signed_with(shop.webhook_secret)


async def test_a_fault_of_one_repository_spares_the_others(pull: LocalGitHub) -> None:
    repository = await pull.repository(REPO)
    other = Fault(kind=FaultKind.NOT_FOUND, count=None, repository_id=repository.id + 1)
    await pull.arm(other)
    await comment(pull)
    asked = (f"/repos/{REPO}", f"/repositories/{repository.id}", f"/{REPO}.git/info/refs")
    await pull.arm(Fault(kind=FaultKind.ERROR_BEFORE, count=None, repository_id=repository.id))
    headers = {"Authorization": f"Bearer {await pull.token('octocat')}"}
    for path in asked:
        assert (await pull.http.get(path, headers=headers)).status_code == 502, path
    await pull.clear_faults()


async def test_a_fault_is_withdrawn_by_whoever_armed_it(pull: LocalGitHub) -> None:
    mine = Fault(kind=FaultKind.NOT_FOUND, path="/rate_limit", count=None)
    spent = Fault(kind=FaultKind.ERROR_BEFORE, path="/user")
    for fault in (mine, spent):
        await pull.arm(fault)
    assert (await pull.http.get("/user")).status_code == 502
    assert [fault.id for fault in await pull.spent_faults()] == [spent.id]
    await pull.disarm(mine)
    assert (await pull.http.get("/rate_limit")).status_code != 404
    await pull.disarm(spent)
    assert await pull.spent_faults() == []
