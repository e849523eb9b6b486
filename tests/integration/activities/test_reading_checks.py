"""The check that an image waits for: a check run or a commit status, read through the real library over HTTP."""

import asyncio

import pytest
from github.GithubObject import NotSet

from activities.github.activities import GitHubActivities
from tests.integration.activities.conftest import NAME, Shop
from tests.support.github.faults import Fault, FaultKind
from tests.support.github.models import Level
from workflows.errors import GitHubError
from workflows.models import messages as m
from workflows.rendering import Links

pytestmark = pytest.mark.spec("ENV-013")


async def read(shop: Shop, name: str = "docker") -> m.ReadCheckResult:
    activities = GitHubActivities(shop.clients, Links())
    request = m.ReadCheckInput(pull_request=shop.ref, commit=shop.pull.head_sha, name=name)
    return await asyncio.to_thread(activities.read_check, request)


async def run_check(
    shop: Shop, name: str = "docker", *, status: str = "", conclusion: str = ""
) -> None:
    """A check run as an App makes it: `status` while it runs, `conclusion` once it has ended."""

    def write() -> None:
        with shop.clients.for_installation(
            shop.installation, shop.repo.id, {"checks": "write"}, doing="a test"
        ) as github:
            github.get_repo(shop.repo.id).create_check_run(
                name,
                shop.pull.head_sha,
                status=status or NotSet,
                conclusion=conclusion or NotSet,
            )

    await asyncio.to_thread(write)


async def set_status(shop: Shop, state: str, context: str = "docker") -> None:
    """A commit status as older services make it."""
    path = f"/repos/{NAME}/statuses/{shop.pull.head_sha}"
    body = {"state": state, "context": context, "target_url": "http://ci.test/1"}
    await shop.server.request("POST", path, body)


async def test_a_check_that_nobody_has_begun_is_missing(shop: Shop) -> None:
    await run_check(shop, "other", conclusion="success")
    await set_status(shop, "success", "another")
    assert await read(shop) == m.ReadCheckResult(state="missing")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"status": "queued"}, ("pending", "queued")),
        ({"status": "in_progress"}, ("pending", "in_progress")),
        ({"conclusion": "success"}, ("succeeded", "success")),
        ({"conclusion": "neutral"}, ("succeeded", "neutral")),
        ({"conclusion": "skipped"}, ("succeeded", "skipped")),
        ({"conclusion": "failure"}, ("failed", "failure")),
        ({"conclusion": "timed_out"}, ("failed", "timed_out")),
        ({"conclusion": "cancelled"}, ("failed", "cancelled")),
    ],
)
async def test_a_check_run_is_as_far_as_github_says(
    shop: Shop, state: dict[str, str], expected: tuple[str, str]
) -> None:
    await run_check(shop, **state)
    found = await read(shop)
    assert (found.state, found.word) == expected
    assert found.url.startswith(f"{shop.server.base_url}/{NAME}/runs/")


async def test_a_check_that_is_run_again_counts_as_it_is_now(shop: Shop) -> None:
    await run_check(shop, conclusion="failure")
    await run_check(shop, status="in_progress")
    assert (await read(shop)).state == "pending"


@pytest.mark.parametrize(
    ("state", "expected"),
    [("pending", "pending"), ("success", "succeeded"), ("failure", "failed"), ("error", "failed")],
)
async def test_a_commit_status_will_do_as_well(shop: Shop, state: str, expected: str) -> None:
    await set_status(shop, "pending")
    await set_status(shop, state)
    found = await read(shop)
    assert (found.state, found.word, found.url) == (expected, state, "http://ci.test/1")


async def test_an_app_that_may_not_read_statuses_sees_none(shop: Shop) -> None:
    await set_status(shop, "success")
    permissions: dict[str, Level] = {"checks": "write", "contents": "read", "metadata": "read"}
    await shop.server.install_app("acme", permissions=permissions)
    assert (await read(shop)).state == "missing"
    await run_check(shop, conclusion="success")
    assert (await read(shop)).state == "succeeded"


async def test_a_github_that_is_away_is_the_platforms(shop: Shop) -> None:
    await shop.server.arm(Fault(kind=FaultKind.ERROR_BEFORE, path=r"/check-runs", times=9))
    with pytest.raises(GitHubError):
        await read(shop)
