"""From what PyGithub and requests raise to failures with a name: the only place that knows both.

Decided by class and status, not by text, save where GitHub tells cases apart in no other way.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus

import requests
from github import BadAttributeException, GithubException, RateLimitExceededException
from pydantic import ValidationError

from activities.masking import mask
from workflows.errors import (
    CatalystError,
    ConfigurationError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)

WAIT_WITHOUT_WORD = timedelta(seconds=60)
"""GitHub: without any header, wait at least a minute
(https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api)."""
LIBRARY_ERRORS = (
    GithubException,
    BadAttributeException,
    requests.RequestException,
    ValidationError,
    AssertionError,
    RuntimeError,
)
"""Everything that PyGithub, requests and our reading of answers raise."""
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY)
_MAX_MESSAGE = 300


@contextmanager
def translated(doing: str, permissions: Mapping[str, str]) -> Iterator[None]:
    """Raise the library's failures of this block as ours.

    `doing` completes "while …"; `permissions` are what the block's token was asked for.
    """
    try:
        yield
    except CatalystError:
        raise
    except LIBRARY_ERRORS as error:
        raise translate(error, doing, permissions) from error


def translate(error: Exception, doing: str, permissions: Mapping[str, str]) -> CatalystError:
    """Ours for one failure of the library. Texts are masked."""
    if isinstance(error, GithubException):
        return _of_answer(error, doing, permissions)
    if isinstance(error, AssertionError | RuntimeError):
        return ConfigurationError(
            f"GitHub answered from another address than the configured one while {doing}",
            hint="Host and port in GitHub's answers must be those of the configured base URL.",
        )
    if isinstance(error, requests.Timeout):
        return GitHubError(f"GitHub did not answer in time while {doing}")
    if isinstance(error, requests.RequestException):
        return GitHubError(f"GitHub could not be reached while {doing} ({type(error).__name__})")
    return GitHubError(f"GitHub's answer could not be understood while {doing}")


def _of_answer(error: GithubException, doing: str, permissions: Mapping[str, str]) -> CatalystError:
    status, said = error.status, said_by(error)
    wait = rate_limit_wait(error, time.time())
    if wait is not None:
        return GitHubRateLimitError(
            f"GitHub limits requests for {wait.total_seconds():.0f} s: {said}", retry_after=wait
        )
    if status == HTTPStatus.FORBIDDEN:
        return GitHubPermissionError(
            f"the App lacks {_missing(error, permissions)} for {doing}: {said}"
        )
    if status == HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS:
        return RepositoryGoneError(f"the repository is blocked: {said}")
    if status in _REFUSED:
        return ConfigurationError(
            f"GitHub refused while {doing} ({status}): {said}",
            hint="This is a fault of Catalyst or of its configuration; its operator can tell.",
        )
    return GitHubError(f"GitHub answered {status} while {doing}: {said}")


def rate_limit_wait(error: GithubException, now: float) -> timedelta | None:
    """How long GitHub wants us to wait; None when the failure is no limit. `now` is seconds since the epoch."""
    if error.status not in (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS):
        return None
    headers = error.headers or {}  # keys are lower case
    if after := _number(headers.get("retry-after")):
        return timedelta(seconds=after)
    if headers.get("x-ratelimit-remaining") == "0":
        reset = _number(headers.get("x-ratelimit-reset")) or now
        return timedelta(seconds=max(1.0, reset - now))
    is_limit = error.status == HTTPStatus.TOO_MANY_REQUESTS or isinstance(
        error, RateLimitExceededException
    )
    return WAIT_WITHOUT_WORD if is_limit else None


def said_by(error: GithubException) -> str:
    """GitHub's own words, masked and cut; the exception's own message is often empty."""
    data: object = error.data
    text = data.get("message") if isinstance(data, Mapping) else None
    details = data.get("errors") if isinstance(data, Mapping) else None
    words = [str(text or f"status {error.status}")]
    if isinstance(details, list):
        words += [
            str(one.get("message") or one.get("code") or "")
            if isinstance(one, Mapping)
            else str(one)
            for one in details
        ]
    return mask("; ".join(word for word in words if word))[:_MAX_MESSAGE]


def _missing(error: GithubException, permissions: Mapping[str, str]) -> str:
    """The permission by name: what GitHub says it would have accepted, else what we asked for."""
    accepted = (error.headers or {}).get("x-accepted-github-permissions", "")
    if accepted:
        return " or ".join(
            part.strip().replace("=", ":") for part in accepted.split(";") if part.strip()
        )
    return named(permissions)


def named(permissions: Mapping[str, str]) -> str:
    """`checks:write, contents:read`: the words of the App's settings page."""
    return ", ".join(f"{name}:{level}" for name, level in sorted(permissions.items())) or "access"


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
