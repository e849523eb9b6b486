"""Every way GitHub fails has one name, one wait and one person who can help."""

from datetime import timedelta

import pytest
import requests
from github import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)
from pydantic import BaseModel, ValidationError

from activities.github.clients import GitHubClients
from activities.github.errors import rate_limit_wait, translate, translated
from workflows.errors import (
    CatalystError,
    CommitGoneError,
    ConfigurationError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)

pytestmark = pytest.mark.spec("FR-015")

NOW = 1_000_000.0
CHECKS = {"checks": "write"}
TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"


def answer(
    status: int, message: str = "", headers: dict[str, str] | None = None
) -> GithubException:
    return GithubException(status, {"message": message}, headers or {})


class _Model(BaseModel):
    number: int


def _invalid() -> ValidationError:
    with pytest.raises(ValidationError) as error:
        _Model.model_validate({})
    return error.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answer(403, "Resource not accessible by integration"), GitHubPermissionError),
        (answer(403, "slow down", {"retry-after": "5"}), GitHubRateLimitError),
        (RateLimitExceededException(403, {"message": ""}, {}), GitHubRateLimitError),
        (answer(429), GitHubRateLimitError),
        (BadCredentialsException(401, {"message": "Bad credentials"}, {}), GitHubError),
        (UnknownObjectException(404, {"message": "Not Found"}, {}), GitHubError),
        (answer(409), GitHubError),
        (answer(400), ConfigurationError),
        (answer(410), ConfigurationError),
        (answer(422), ConfigurationError),
        (answer(451, "dmca"), RepositoryGoneError),
        (answer(500), GitHubError),
        (answer(502), GitHubError),
        (GithubException(502, "<html>", None), GitHubError),
        (requests.ReadTimeout(), GitHubError),
        (requests.ConnectTimeout(), GitHubError),
        (requests.ConnectionError(), GitHubError),
        (requests.exceptions.ChunkedEncodingError(), GitHubError),
        (AssertionError("127.0.0.1"), ConfigurationError),
        (RuntimeError("Github server redirected from host a to b"), ConfigurationError),
        (_invalid(), GitHubError),
    ],
)
def test_each_failure_of_the_library_becomes_one_of_ours(
    error: Exception, expected: type[CatalystError]
) -> None:
    assert type(translate(error, "writing", CHECKS)) is expected


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (answer(403, "", {"retry-after": "7"}), 7),
        (answer(429, "", {"retry-after": "soon"}), 60),
        (answer(429), 60),
        (RateLimitExceededException(403, {}, {}), 60),
        (answer(403, "", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000900"}), 900),
        (answer(403, "", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999000"}), 1),
        (answer(403, "", {"x-ratelimit-remaining": "0"}), 1),
        (
            answer(403, "", {"retry-after": "3", "x-ratelimit-remaining": "0"}),
            3,
        ),
        (answer(403, "forbidden", {"x-ratelimit-remaining": "9"}), None),
        (answer(500, "", {"retry-after": "7"}), None),
        (answer(404, "", {"x-ratelimit-remaining": "0"}), None),
    ],
)
def test_a_limit_says_how_long_to_wait(error: GithubException, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert rate_limit_wait(error, NOW) == expected


def test_a_limit_always_carries_its_wait() -> None:
    assert translate(answer(429), "writing", CHECKS).retry_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "lacks checks:write for writing"),
        (
            {"x-accepted-github-permissions": "issues=write; pull_requests=write"},
            "lacks issues:write or pull_requests:write for writing",
        ),
    ],
)
def test_a_missing_permission_is_named(headers: dict[str, str], words: str) -> None:
    failure = translate(answer(403, "Resource not accessible", headers), "writing", CHECKS)
    assert words in str(failure)


@pytest.mark.invariant(4)
@pytest.mark.parametrize("status", [400, 403, 422, 429, 502])
def test_a_token_that_github_repeats_does_not_reach_the_failure(status: int) -> None:
    error = GithubException(
        status, {"message": f"no {TOKEN}", "errors": [{"message": f"bad {TOKEN}"}, TOKEN]}, {}
    )
    assert TOKEN not in str(translate(error, "writing", CHECKS))


def test_a_failure_of_ours_passes_through_untouched() -> None:
    with pytest.raises(CommitGoneError), translated("writing", CHECKS):
        raise CommitGoneError("gone")


@pytest.mark.invariant(4)
@pytest.mark.parametrize("key", ["", "secret words", "-----BEGIN PRIVATE KEY-----\nsecret\n"])
def test_a_key_that_is_none_is_the_operators_to_correct(key: str) -> None:
    with pytest.raises(ConfigurationError) as failure:
        GitHubClients(base_url="https://github.example.com", app_id=1, private_key=key)
    assert "secret" not in str(failure.value)
    assert failure.value.__cause__ is None
