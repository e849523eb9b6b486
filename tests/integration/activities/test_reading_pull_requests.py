"""What GitHub says of pull requests, read through the real library over HTTP."""

import asyncio

import pytest

from activities.github import pulls
from activities.github.activities import GitHubActivities
from tests.integration.activities.conftest import NAME, Shop
from tests.support.github.faults import Fault, FaultKind
from workflows.errors import GitHubError, RepositoryGoneError
from workflows.models import PullRequest, PullRequestRef
from workflows.models import messages as m
from workflows.rendering import Links

pytestmark = pytest.mark.spec("FR-008")


async def read(shop: Shop, ref: PullRequestRef | None = None) -> PullRequest:
    activities = GitHubActivities(shop.clients, Links())
    request = m.ReadPullRequestInput(pull_request=ref or shop.ref)
    return await asyncio.to_thread(activities.read_pull_request, request)


async def list_open(shop: Shop) -> list[int]:
    activities = GitHubActivities(shop.clients, Links())
    request = m.ListOpenPullRequestsInput(
        installation=shop.installation, repository_id=shop.repo.id, repository=NAME
    )
    found = await asyncio.to_thread(activities.list_open_pull_requests, request)
    return [pull.ref.number for pull in found.pull_requests]


async def open_more(shop: Shop, count: int) -> list[int]:
    """Numbers of `count` further pull requests."""
    numbers = []
    async with shop.server.checkout(NAME, by="octocat") as checkout:
        for index in range(count):
            await checkout.git("checkout", "--quiet", "-B", f"more-{index}", "origin/main")
            await checkout.commit(f"more {index}")
        await checkout.git("push", "--quiet", "origin", "--all")
    for index in range(count):
        made = await shop.server.open_pull_request(NAME, f"more-{index}")
        numbers.append(made.number)
    return numbers


async def test_an_open_pull_request_is_read_with_its_head(shop: Shop) -> None:
    found = await read(shop)
    assert found == PullRequest(
        ref=shop.ref,
        is_open=True,
        head_commit=shop.pull.head_sha,
        head_branch="feature",
        base_branch="main",
        title="Change it",
        author="octocat",
        url=shop.pull.html_url,
    )


async def test_draft_closed_and_merged_are_told_apart(shop: Shop) -> None:
    await shop.server.convert_to_draft(NAME, shop.pull.number)
    assert (await read(shop)).is_draft
    await shop.server.mark_ready(NAME, shop.pull.number)
    await shop.server.close(NAME, shop.pull.number)
    closed = await read(shop)
    assert (closed.is_open, closed.is_merged, closed.is_draft) == (False, False, False)
    await shop.server.reopen(NAME, shop.pull.number)
    await shop.server.merge(NAME, shop.pull.number)
    merged = await read(shop)
    assert (merged.is_open, merged.is_merged) == (False, True)


async def test_a_renamed_repository_is_found_under_its_new_name(shop: Shop) -> None:
    await shop.server.rename_repository(NAME, "store")
    found = await read(shop)
    assert found.ref.repository == "acme/store"
    assert found.ref.repository_id == shop.repo.id


@pytest.mark.invariant(7)
async def test_a_fork_counts_as_a_fork_even_after_it_was_deleted(shop: Shop) -> None:
    await shop.server.create_user("mallory")
    await shop.server.grant(NAME, "mallory", "read")
    fork = await shop.server.fork(NAME, by="mallory")
    await shop.server.push(fork.full_name, "patch", {"x": "y"}, by="mallory")
    pull = await shop.server.open_pull_request(NAME, "mallory:patch", by="mallory")
    ref = shop.ref.model_copy(update={"number": pull.number})
    assert (await read(shop, ref)).is_fork
    await shop.server.delete_repository(fork.full_name, by="mallory")
    gone = await read(shop, ref)
    assert gone.is_fork
    assert gone.head_commit == pull.head_sha


async def test_a_deleted_repository_is_gone(shop: Shop) -> None:
    await read(shop)
    await shop.server.delete_repository(NAME)
    with pytest.raises(RepositoryGoneError):
        await read(shop)


async def test_a_removed_installation_is_gone(shop: Shop) -> None:
    with pytest.raises(RepositoryGoneError):
        await read(shop, shop.ref.model_copy(update={"installation": 999_999}))


async def test_a_missing_pull_request_does_not_make_the_repository_gone(shop: Shop) -> None:
    await shop.server.arm(Fault(kind=FaultKind.NOT_FOUND, path=r"/pulls/\d+"))
    with pytest.raises(GitHubError):
        await read(shop)
    assert (await read(shop)).is_open


@pytest.fixture
def two_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls, "PER_PAGE", 2)


@pytest.mark.spec("EC-5")
@pytest.mark.usefixtures("two_on_a_page")
async def test_all_open_pull_requests_are_listed_over_several_pages(shop: Shop) -> None:
    numbers = await open_more(shop, 4)
    assert await list_open(shop) == [shop.pull.number, *numbers]


@pytest.mark.spec("EC-5")
async def test_none_open_is_an_empty_list(shop: Shop) -> None:
    await shop.server.close(NAME, shop.pull.number)
    assert await list_open(shop) == []


@pytest.mark.spec("EC-5")
async def test_a_page_that_stays_short_is_a_failure_and_never_a_list(shop: Shop) -> None:
    await open_more(shop, 3)
    await shop.server.arm(Fault(kind=FaultKind.SHORT_PAGE, path="per_page=100", count=None))
    with pytest.raises(GitHubError):
        await list_open(shop)


@pytest.mark.spec("EC-5")
async def test_a_page_that_was_short_once_is_read_again(shop: Shop) -> None:
    numbers = await open_more(shop, 3)
    await shop.server.arm(Fault(kind=FaultKind.SHORT_PAGE, path="per_page=100"))
    assert await list_open(shop) == [shop.pull.number, *numbers]


@pytest.mark.spec("EC-5")
@pytest.mark.usefixtures("two_on_a_page")
@pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.DROP_AFTER])
async def test_a_listing_that_fails_half_way_is_a_failure(shop: Shop, kind: FaultKind) -> None:
    await open_more(shop, 4)
    await shop.server.arm(Fault(kind=kind, path=r"[?&]page=2"))
    with pytest.raises(GitHubError):
        await list_open(shop)
