"""A body that is too large, no JSON, or cannot be kept is refused on every route, before anything is done."""

from collections.abc import AsyncIterator

import pytest

from api.rest.json_route import MAX_BODY
from api.rest.routes import PREFIX
from api.schemas import Problem
from tests.api.conftest import Catalyst
from tests.support.examples import make_project

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"
JSON = {"content-type": "application/json"}
pytestmark = pytest.mark.spec("OPS-5")


@pytest.fixture
async def shop(running: Catalyst) -> Catalyst:
    await running.store.projects.put(make_project())
    return running


async def assert_nothing_happened(shop: Catalyst) -> None:
    assert shop.gateway.commands == []
    assert (await shop.store.overrides.get("web-shop", "pr-shop-12")).set_at is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", f"{ONE}/overrides"),
        ("PUT", f"{PREFIX}/projects/web-shop"),
        ("PUT", f"{PREFIX}/projects/web-shop/templates/development"),
        ("POST", f"{ONE}/redeploy"),
    ],
)
@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_that_is_too_large_is_refused_unread(
    shop: Catalyst, method: str, path: str, is_announced: bool
) -> None:
    taken = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 64:
            taken += 1
            yield b" " * 65_536

    headers = JSON | ({"content-length": str(64 * 65_536)} if is_announced else {})
    answer = await shop.http.request(method, path, content=chunks(), headers=headers)
    assert (answer.status_code, Problem.model_validate(answer.json()).code) == (413, "TOO_LARGE")
    assert taken <= (0 if is_announced else MAX_BODY // 65_536 + 1)
    await assert_nothing_happened(shop)


async def test_the_largest_body_is_taken(shop: Catalyst) -> None:
    body = b'{"start": "node ."}'.ljust(MAX_BODY)
    answer = await shop.http.patch(f"{ONE}/overrides", content=body, headers=JSON)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"start": "\\ud800"}', "not valid JSON in UTF-8"),
        (b'{"start": "\xff"}', "not valid JSON in UTF-8"),
        (b'{"start": NaN}', "not valid JSON in UTF-8"),
        (b'{"start": "x"', "not valid JSON in UTF-8"),
        (b"[" * 100_000, "not valid JSON in UTF-8"),
        (b"[]", ""),
        (b'"start"', ""),
        (b"null", ""),
    ],
    ids=lambda value: str(value[:20]),
)
async def test_what_is_no_object_of_json_is_refused(shop: Catalyst, body: bytes, told: str) -> None:
    answer = await shop.http.patch(f"{ONE}/overrides", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert told in answer.json()["detail"]
    await assert_nothing_happened(shop)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_what_does_not_call_itself_json_is_refused_rather_than_ignored(
    shop: Catalyst, kind: str
) -> None:
    answer = await shop.http.patch(
        f"{ONE}/overrides", content=b'{"start": "node ."}', headers={"content-type": kind}
    )
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["hint"]
    await assert_nothing_happened(shop)


async def test_numbers_that_are_no_json_do_not_reach_the_values_of_a_chart(shop: Catalyst) -> None:
    body = b'{"settings": {"values": {"replicas": Infinity}}}'
    answer = await shop.http.put(
        f"{PREFIX}/projects/web-shop/templates/development", content=body, headers=JSON
    )
    assert answer.status_code == 422
    assert await shop.store.projects.get("web-shop") == make_project()


async def test_a_misspelt_field_of_any_change_is_told(shop: Catalyst) -> None:
    answer = await shop.http.post(f"{ONE}/redeploy", json={"force": True})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "force", "message": "is unknown"}]
    await assert_nothing_happened(shop)
