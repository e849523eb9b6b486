"""Tokens are narrow, shared by threads, renewed in time, and never seen."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import timedelta

import pytest

from activities.github import READ_CONTENTS, GitHubClients
from tests.integration.activities.conftest import NAME, Shop, clients_of
from tests.support.github.faults import Fault, FaultKind
from workflows.errors import (
    CatalystError,
    ConfigurationError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)

pytestmark = pytest.mark.spec("FR-015", "ENV-020")

MINT = r"/access_tokens"


async def token(
    shop: Shop, permissions: Mapping[str, str] = READ_CONTENTS, clients: GitHubClients | None = None
) -> str:
    chosen = clients or shop.clients
    return await asyncio.to_thread(chosen.token, shop.installation, shop.repo.id, permissions)


async def read(shop: Shop, clients: GitHubClients | None = None) -> str:
    """The repository's name, over the API."""
    chosen = clients or shop.clients
    found = await asyncio.to_thread(chosen.repository, shop.installation, shop.repo.id)
    return found.full_name


async def may(shop: Shop, bearer: str, method: str, path: str) -> int:
    answer = await shop.server.http.request(
        method, path, headers={"Authorization": f"Bearer {bearer}"}, json={"body": "x"}
    )
    return answer.status_code


async def test_a_token_does_what_was_asked_for_and_nothing_else(shop: Shop) -> None:
    other = await shop.server.create_repository("acme/other", {"a": "b"})
    bearer = await token(shop)
    assert await may(shop, bearer, "GET", f"/repositories/{shop.repo.id}") == 200
    assert (
        await may(shop, bearer, "POST", f"/repos/{NAME}/issues/{shop.pull.number}/comments") == 403
    )
    assert await may(shop, bearer, "GET", f"/repositories/{other.id}") == 404


async def test_threads_that_need_the_same_token_share_one(shop: Shop) -> None:
    found = await asyncio.gather(*(token(shop) for _ in range(8)))
    assert len(set(found)) == 1
    assert await token(shop, {"checks": "write"}) not in found


async def test_a_token_is_renewed_before_it_ends(shop: Shop) -> None:
    ahead = 0.0
    clients = GitHubClients(
        base_url=shop.server.base_url,
        app_id=shop.server.app_id,
        private_key=shop.server.private_key,
        now=lambda: time.time() + ahead,
    )
    first = await token(shop, clients=clients)
    ahead = 3500.0
    assert await token(shop, clients=clients) == first
    ahead = 3545.0
    assert await token(shop, clients=clients) != first


async def test_a_token_that_ended_early_is_dropped(shop: Shop) -> None:
    first = await token(shop)
    await shop.server.expire_tokens()
    with pytest.raises(GitHubError):
        await read(shop)
    assert await read(shop) == NAME
    assert await token(shop) != first


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        (Fault(kind=FaultKind.PRIMARY_LIMIT, seconds=600), 590, 600),
        (Fault(kind=FaultKind.SECONDARY_LIMIT, retry_after=7), 7, 7),
        (Fault(kind=FaultKind.SECONDARY_LIMIT), 60, 60),
        (Fault(kind=FaultKind.TOO_MANY, retry_after=11), 11, 11),
        (Fault(kind=FaultKind.TOO_MANY), 60, 60),
    ],
)
@pytest.mark.parametrize("path", [MINT, "/repositories/"])
async def test_a_limit_is_named_with_its_wait(
    shop: Shop, fault: Fault, least: int, most: int, path: str
) -> None:
    await shop.server.arm(fault.model_copy(update={"path": path}))
    with pytest.raises(GitHubRateLimitError) as failure:
        await read(shop)
    assert failure.value.retry_after is not None
    assert timedelta(seconds=least) <= failure.value.retry_after <= timedelta(seconds=most)
    assert await read(shop) == NAME


async def test_an_hour_of_requests_used_up_says_when_it_ends(shop: Shop) -> None:
    await read(shop)
    await shop.server.set_rate_limit(2)
    await read(shop)
    await read(shop)
    with pytest.raises(GitHubRateLimitError) as failure:
        await read(shop)
    assert failure.value.retry_after is not None
    assert failure.value.retry_after > timedelta(minutes=50)


async def test_a_permission_that_was_not_granted_is_named(shop: Shop) -> None:
    await shop.server.install_app("acme", permissions={"contents": "read", "checks": "read"})
    with pytest.raises(GitHubPermissionError, match=r"lacks the permission checks:write$"):
        await token(shop, {"checks": "write", "contents": "read"})


async def test_a_permission_that_was_taken_away_is_named(shop: Shop) -> None:
    await token(shop)
    await shop.server.arm(Fault(kind=FaultKind.FORBIDDEN, path="/repositories/"))
    with pytest.raises(GitHubPermissionError, match="contents:read"):
        await read(shop)


async def test_a_suspended_installation_is_the_owners_to_correct(shop: Shop) -> None:
    with shop.clients.as_app() as app:
        path = f"/app/installations/{shop.installation}/suspended"
        await asyncio.to_thread(app.requester.requestJsonAndCheck, "PUT", path)
    with pytest.raises(GitHubPermissionError, match="suspended"):
        await read(shop)


async def test_a_repository_taken_out_of_the_installation_is_gone(shop: Shop) -> None:
    await shop.server.create_repository("acme/other", {"a": "b"})
    await shop.server.install_app("acme", ["other"])
    with pytest.raises(RepositoryGoneError):
        await token(shop)


async def test_one_stray_refusal_of_the_apps_key_does_no_harm(shop: Shop) -> None:
    await shop.server.arm(Fault(kind=FaultKind.BAD_CREDENTIALS, path=MINT))
    assert await token(shop)


async def test_another_key_than_the_apps_is_the_operators_to_correct(shop: Shop) -> None:
    clients = GitHubClients(
        base_url=shop.server.base_url, app_id=12345, private_key=shop.server.private_key
    )
    with pytest.raises(ConfigurationError, match="id and private key"):
        await token(shop, clients=clients)


async def test_the_apps_own_name_is_asked_for_once(shop: Shop) -> None:
    await shop.server.arm(Fault(kind=FaultKind.ERROR_BEFORE, path=r"^/app\?", skip=1))
    for _ in range(3):
        assert await asyncio.to_thread(shop.clients.login) == shop.server.bot_login


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.ERROR_BEFORE),
        Fault(kind=FaultKind.DROP_AFTER),
        Fault(kind=FaultKind.HANG_BEFORE, seconds=30),
    ],
)
async def test_a_github_that_does_not_answer_is_a_failure_of_github(
    shop: Shop, fault: Fault
) -> None:
    await shop.server.arm(fault.model_copy(update={"path": "/repositories/"}))
    with pytest.raises(GitHubError):
        await read(shop)


async def test_a_github_that_is_not_there_is_a_failure_of_github(shop: Shop) -> None:
    clients = GitHubClients(
        base_url="http://127.0.0.1:9", app_id=1, private_key=shop.server.private_key, timeout=2
    )
    with pytest.raises(GitHubError, match="could not be reached"):
        await token(shop, clients=clients)


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.BAD_CREDENTIALS,
        FaultKind.FORBIDDEN,
        FaultKind.ERROR_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.SECONDARY_LIMIT,
    ],
)
async def test_no_token_and_no_key_is_in_a_failure_or_a_log(
    shop: Shop, kind: FaultKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="github")
    clients = clients_of(shop.server)
    bearer = await token(shop, clients=clients)
    await shop.server.arm(Fault(kind=kind, path="/repositories/"))
    with pytest.raises(CatalystError) as failure:
        await read(shop, clients)
    causes: list[BaseException | None] = [failure.value, failure.value.__cause__]
    secret = shop.server.private_key.splitlines()[3]
    for text in [*map(repr, causes), *map(str, causes), caplog.text, repr(clients.__dict__)]:
        assert bearer not in text
        assert secret not in text
