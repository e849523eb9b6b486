"""Where commits come from: GitHub is asked once in a while, and an outage of its API stops nothing."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from activities.origin import FRESH_FOR, RememberingAccess, origin_in_thread, origin_of
from tests.support.wait import eventually
from workflows.errors import (
    CatalystError,
    CommitGoneError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)
from workflows.models import PullRequestRef

PULL = PullRequestRef(installation=1, repository_id=2, repository="acme/shop", number=7)


@dataclass(frozen=True)
class Address:
    clone_url: str


@dataclass
class GitHub:
    """What `GitHubAccess` asks of GitHub, and how often."""

    url: str = "https://git.test/acme/shop.git"
    failure: CatalystError | None = None
    asked: int = 0
    dropped: list[str] = field(default_factory=list)
    answers: threading.Event | None = None

    def repository(self, installation: int, repository_id: int) -> Address:
        self.asked += 1
        if self.answers is not None:
            self.answers.wait(10)
        if self.failure is not None:
            raise self.failure
        return Address(self.url)

    def token(self, installation: int, repository_id: int, permissions: Mapping[str, str]) -> str:
        return "token"

    def drop(self, token: str) -> None:
        self.dropped.append(token)


@dataclass
class Clock:
    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(github: GitHub, clock: Clock) -> RememberingAccess:
    return RememberingAccess(github, now=clock)


@pytest.mark.spec("FR-015")
def test_an_address_is_asked_for_once_in_a_while(
    access: RememberingAccess, github: GitHub, clock: Clock
) -> None:
    assert {access.repository(1, 2).clone_url for _ in range(5)} == {github.url}
    assert github.asked == 1
    access.repository(1, 3)
    assert github.asked == 2
    github.url = "https://git.test/acme/renamed.git"
    clock.seconds += FRESH_FOR
    assert access.repository(1, 2).clone_url == github.url


@pytest.mark.spec("FR-015")
@pytest.mark.parametrize(
    "failure", [GitHubError("down"), GitHubRateLimitError("wait", retry_after=timedelta(hours=1))]
)
def test_the_last_address_does_while_github_gives_none(
    access: RememberingAccess, github: GitHub, clock: Clock, failure: CatalystError
) -> None:
    access.repository(1, 2)
    clock.seconds += FRESH_FOR
    github.failure = failure
    assert access.repository(1, 2).clone_url == github.url
    with pytest.raises(type(failure)):
        access.repository(1, 3)


@pytest.mark.parametrize("failure", [RepositoryGoneError("gone"), GitHubPermissionError("no")])
def test_githubs_word_that_it_is_gone_counts_at_once_and_after(
    access: RememberingAccess, github: GitHub, clock: Clock, failure: CatalystError
) -> None:
    access.repository(1, 2)
    clock.seconds += FRESH_FOR
    github.failure = failure
    with pytest.raises(type(failure)):
        access.repository(1, 2)
    github.failure = GitHubError("down")
    with pytest.raises(GitHubError):
        access.repository(1, 2)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (GitHubError("git failed"), GitHubError),
        (RepositoryGoneError("not found"), GitHubError),
        (CommitGoneError("not our ref"), CommitGoneError),
    ],
)
async def test_a_failure_of_git_makes_token_and_address_be_asked_for_anew(
    access: RememberingAccess,
    github: GitHub,
    raised: CatalystError,
    expected: type[CatalystError],
) -> None:
    with pytest.raises(expected):
        async with origin_of(access, PULL):
            raise raised
    assert github.dropped == ["token"]
    with origin_in_thread(access, PULL) as origin:
        assert origin.url == github.url
    assert github.asked == 2


async def test_the_origin_is_the_base_repositorys_ref(access: RememberingAccess) -> None:
    async with origin_of(access, PULL) as origin:
        assert (origin.url, origin.ref, origin.token) == (
            "https://git.test/acme/shop.git",
            "refs/pull/7/head",
            "token",
        )


@pytest.mark.spec("FR-015")
async def test_a_github_that_hangs_leaves_the_processs_threads_to_others(github: GitHub) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    github.answers = threading.Event()

    async def fetch() -> None:
        async with origin_of(github, PULL):
            pass

    async def is_asked() -> bool:
        return github.asked > 0

    hanging = [asyncio.create_task(fetch()) for _ in range(4)]
    try:
        await eventually(is_asked)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 5) == "done"
    finally:
        github.answers.set()
        await asyncio.gather(*hanging)


@pytest.mark.spec("ENV-022")
@pytest.mark.parametrize(
    ("changes", "ref"),
    [
        ({}, "refs/pull/7/head"),
        ({"number": 0, "branch": "feature/cart"}, "refs/heads/feature/cart"),
        ({"number": 0}, ""),
    ],
)
async def test_a_branch_is_fetched_where_there_is_no_pull_request(
    changes: dict[str, object], ref: str
) -> None:
    async with origin_of(GitHub(), PULL.model_copy(update=changes)) as origin:
        assert origin.ref == ref
