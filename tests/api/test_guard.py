"""Without a sign-in, pages and API are for this machine alone; GitHub gets its door and nothing else."""

import httpx
import pytest

from api.guard import host_name, is_same_origin
from tests.api.conftest import Catalyst

FOREIGN = "10.88.0.5"


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1/environments", "/api/v1/openapi.json", "/static/catalyst.css", "/unknown"],
)
async def test_a_foreign_address_gets_neither_page_nor_api(catalyst: Catalyst, path: str) -> None:
    async with catalyst.client(FOREIGN) as foreign:
        answer = await foreign.get(path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "UNAUTHORIZED"


@pytest.mark.invariant(8)
async def test_a_pod_may_not_delete_an_environment(catalyst: Catalyst) -> None:
    async with catalyst.client(FOREIGN) as pod:
        answer = await pod.delete("/api/v1/environments/web-shop/pr-shop-12")
    assert answer.status_code == 403
    assert await catalyst.store.audit.list() == ()


async def test_the_webhook_door_and_the_probes_are_open_to_everybody(catalyst: Catalyst) -> None:
    async with catalyst.client(FOREIGN, "http://10.88.0.1:8080") as foreign:
        assert (await foreign.post("/webhooks/github", content=b"{}")).status_code == 401
        assert (await foreign.get("/healthz")).status_code == 200
        assert (await foreign.get("/readyz")).status_code == 200


@pytest.mark.parametrize("forged", ["x-forwarded-for", "x-real-ip", "forwarded"])
async def test_a_header_does_not_make_a_caller_local(catalyst: Catalyst, forged: str) -> None:
    async with catalyst.client(FOREIGN) as foreign:
        answer = await foreign.get("/api/v1/environments", headers={forged: "127.0.0.1"})
    assert answer.status_code == 403


async def test_a_foreign_name_that_points_here_is_refused(catalyst: Catalyst) -> None:
    async with catalyst.client(base="http://rebound.example:8080") as browser:
        answer = await browser.get("/api/v1/environments")
    assert answer.status_code == 403
    assert "rebound.example" in answer.json()["detail"]


@pytest.mark.parametrize("base", ["http://localhost:8080", "http://[::1]:8080"])
async def test_every_name_of_this_machine_works(catalyst: Catalyst, base: str) -> None:
    async with catalyst.client("::1", base) as browser:
        assert (await browser.get("/api/v1/environments")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8080"},
    ],
)
async def test_another_sites_page_can_change_nothing(
    catalyst: Catalyst, headers: dict[str, str]
) -> None:
    for path in ("/environments/web-shop/pr-shop-12/delete", "/api/v1/environments/a/b/retry"):
        answer = await catalyst.http.post(path, headers=headers)
        assert answer.status_code == 403
    assert catalyst.gateway.commands == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://127.0.0.1:8080"}, True),
        ({"origin": "http://127.0.0.1:8080.evil.example"}, False),
    ],
)
def test_our_own_pages_and_programs_may(headers: dict[str, str], expected: bool) -> None:
    request = httpx.Headers({"host": "127.0.0.1:8080"} | headers)
    assert is_same_origin(request) is expected  # type: ignore[arg-type]  # reads alike


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:8080", "127.0.0.1"),
        ("LOCALHOST", "localhost"),
        ("[::1]:8080", "::1"),
        ("user@evil.example", "evil.example"),
        ("[::1", ""),
        ("", ""),
    ],
)
def test_a_host_header_is_read_as_a_browser_means_it(host: str, name: str) -> None:
    assert host_name(host) == name


async def test_every_answer_forbids_foreign_scripts_and_frames(catalyst: Catalyst) -> None:
    for path in ("/", "/api/v1/environments", "/healthz", "/nowhere"):
        headers = (await catalyst.http.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
