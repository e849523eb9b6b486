"""Who we are to GitHub: the App itself, and tokens of its installations that can do no more than asked for.

Tokens live in this process alone: never in a payload, a result, a log line or a failure (invariant 4).
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypedDict

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github import Auth, Github, GithubException, GithubIntegration
from pydantic import AwareDatetime, BaseModel, SecretStr

from activities.github.errors import named, translated
from workflows.errors import ConfigurationError, GitHubPermissionError, RepositoryGoneError

API_VERSION = "2022-11-28"
"""Later versions drop `merge_commit_sha` and others; none is sent unless we do."""
READ_CONTENTS: Mapping[str, str] = {"contents": "read"}
"""All that a clone needs, and the only permission that ever comes near a build."""
PER_PAGE = 100
"""GitHub's maximum."""
_REFRESH = 60.0
"""Seconds before its end at which a token is renewed: longer than any of our requests."""

# At DEBUG PyGithub logs whole answers, and with them every token that GitHub mints: not even when asked to.
logging.getLogger("github.Requester").setLevel(logging.INFO)

_Key = tuple[int, int, tuple[tuple[str, str], ...]]


class _Plain(TypedDict):
    base_url: str
    timeout: int
    retry: None
    lazy: bool
    user_agent: str
    seconds_between_requests: None
    seconds_between_writes: None
    api_version: str
    per_page: int


class _Minted(BaseModel):
    token: SecretStr
    expires_at: AwareDatetime


class _RepositoryAnswer(BaseModel):
    id: int
    full_name: str
    clone_url: str
    default_branch: str = "main"


class _AppAnswer(BaseModel):
    slug: str


class _InstallationAnswer(BaseModel):
    permissions: dict[str, str] = {}
    suspended_at: AwareDatetime | None = None


@dataclass(frozen=True)
class RepositoryAddress:
    """Where a repository is right now; its id never changes, its name may."""

    full_name: str
    clone_url: str
    """Without credentials."""
    default_branch: str


@dataclass(frozen=True)
class _Held:
    token: SecretStr
    until: float


class GitHubClients:
    """Makes clients for one GitHub App. Safe to share between threads; the clients are not.

    `timeout` is seconds per request. `now` is the clock (seconds since the epoch). Raises ConfigurationError
    for a private key that is none.
    """

    def __init__(
        self,
        *,
        base_url: str,
        app_id: int,
        private_key: str,
        timeout: int = 15,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._plain = _Plain(
            base_url=base_url.rstrip("/"),
            timeout=timeout,
            retry=None,  # PyGithub's own would repeat a POST that had taken effect; Temporal retries
            lazy=True,  # one request a write instead of up to three
            user_agent="catalyst",
            seconds_between_requests=None,  # the reporter paces writes, over all processes
            seconds_between_writes=None,
            api_version=API_VERSION,
            per_page=PER_PAGE,
        )
        self._app_id = app_id
        self._key = _checked(private_key)
        self._now = now
        self._held: dict[_Key, _Held] = {}
        self._locks: defaultdict[_Key, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()
        self._login = ""

    @property
    def app_id(self) -> int:
        return self._app_id

    def as_app(self) -> GithubIntegration:
        """A client that speaks for the App itself; the caller closes it."""
        auth = Auth.AppAuth(self._app_id, self._key.get_secret_value())
        return GithubIntegration(auth=auth, **self._plain)

    def token(self, installation: int, repository_id: int, permissions: Mapping[str, str]) -> str:
        """A token for one repository and these permissions, valid for a minute at least.

        Raises GitHubPermissionError, RepositoryGoneError, GitHubRateLimitError, GitHubError.
        """
        key = (installation, repository_id, tuple(sorted(permissions.items())))
        with self._guard:
            lock = self._locks[key]
        with lock:  # one mint at a time for a key; others wait for its token instead of asking too
            held = self._held.get(key)
            if held is None or held.until - _REFRESH <= self._now():
                minted = self._mint(installation, repository_id, permissions)
                held = _Held(minted.token, minted.expires_at.timestamp())
                self._held[key] = held
            return held.token.get_secret_value()

    def drop(self, token: str) -> None:
        """Forget a token that GitHub no longer accepts."""
        with self._guard:
            for key, held in list(self._held.items()):
                if held.token.get_secret_value() == token:
                    self._held.pop(key, None)

    @contextmanager
    def for_installation(
        self,
        installation: int,
        repository_id: int,
        permissions: Mapping[str, str],
        *,
        doing: str,
    ) -> Iterator[Github]:
        """A client for one repository; failures inside the block become ours, as `errors` says.

        A 404 that the block does not handle is looked into: RepositoryGoneError only when the repository
        itself is gone, since one missing object is no reason to remove anything.
        """
        with translated(doing, permissions):
            token = self.token(installation, repository_id, permissions)
            with Github(auth=Auth.Token(token), **self._plain) as github:
                try:
                    yield github
                except GithubException as error:
                    if error.status == HTTPStatus.UNAUTHORIZED:
                        self.drop(token)
                    if error.status == HTTPStatus.NOT_FOUND and _is_gone(github, repository_id):
                        self.drop(token)
                        raise RepositoryGoneError(
                            "the repository does not exist any more, or is not the App's to see"
                        ) from error
                    raise

    def repository(self, installation: int, repository_id: int) -> RepositoryAddress:
        """Name and clone URL as of now, so that a rename does no harm. Raises as `for_installation`."""
        doing = "looking up the repository"
        with self.for_installation(
            installation, repository_id, READ_CONTENTS, doing=doing
        ) as github:
            _, data = github.requester.requestJsonAndCheck("GET", f"/repositories/{repository_id}")
            found = _RepositoryAnswer.model_validate(data)
        return RepositoryAddress(found.full_name, found.clone_url, found.default_branch)

    def login(self) -> str:
        """The account our comments are written by, `{slug}[bot]`; asked for once a process."""
        if not self._login:
            with translated("reading the App", {}), self.as_app() as app:
                _, data = app.requester.requestJsonAndCheck("GET", "/app")
                self._login = f"{_AppAnswer.model_validate(data).slug}[bot]"
        return self._login

    def _mint(
        self, installation: int, repository_id: int, permissions: Mapping[str, str]
    ) -> _Minted:
        with translated(f"asking for a token with {named(permissions)}", permissions):
            try:
                return self._request_token(installation, repository_id, permissions)
            except GithubException as error:
                self._explain(error, installation, permissions)
                raise

    def _request_token(
        self, installation: int, repository_id: int, permissions: Mapping[str, str]
    ) -> _Minted:
        with self.as_app() as app:
            try:
                return _request_token(app, installation, repository_id, permissions)
            except GithubException as error:
                if error.status != HTTPStatus.UNAUTHORIZED:
                    raise
            # A 401 has done nothing, and GitHub's servers do not always agree at once: the second one counts.
            return _request_token(app, installation, repository_id, permissions)

    def _explain(
        self, error: GithubException, installation: int, permissions: Mapping[str, str]
    ) -> None:
        """Raise the reason for which a token was refused; GitHub's own answers tell little of it."""
        if error.status == HTTPStatus.UNAUTHORIZED:
            raise ConfigurationError(
                "GitHub does not accept the App's id and private key",
                hint="An operator has to check the App's id, its private key and the machine's clock.",
            ) from error
        if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
            return
        granted = self._granted(installation)
        missing = {
            name: level
            for name, level in permissions.items()
            if not _covers(granted.get(name, ""), level)
        }
        if missing:
            raise GitHubPermissionError(
                f"the App's installation lacks the permission {named(missing)}"
            ) from error
        raise RepositoryGoneError(
            "the repository does not exist any more, or the App was removed from it"
        ) from error

    def _granted(self, installation: int) -> dict[str, str]:
        with self.as_app() as app:
            try:
                _, data = app.requester.requestJsonAndCheck(
                    "GET", f"/app/installations/{installation}"
                )
            except GithubException as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    raise RepositoryGoneError("the App is not installed any more") from error
                raise
        found = _InstallationAnswer.model_validate(data)
        if found.suspended_at is not None:
            raise GitHubPermissionError("the App's installation is suspended")
        return found.permissions


def _checked(private_key: str) -> SecretStr:
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        # No cause: cryptography's message may quote the text.
        raise ConfigurationError("the App's private key is not an RSA key in PEM") from None
    return SecretStr(private_key)


def _request_token(
    app: GithubIntegration, installation: int, repository_id: int, permissions: Mapping[str, str]
) -> _Minted:
    # PyGithub's own call cannot narrow a token to repositories, and asks for no permission at all.
    _, data = app.requester.requestJsonAndCheck(
        "POST",
        f"/app/installations/{installation}/access_tokens",
        input={"permissions": dict(permissions), "repository_ids": [repository_id]},
    )
    return _Minted.model_validate(data)


def _covers(granted: str, wanted: str) -> bool:
    levels = ("", "read", "write", "admin")
    return granted in levels and levels.index(granted) >= levels.index(wanted)


def _is_gone(github: Github, repository_id: int) -> bool:
    try:
        github.requester.requestJsonAndCheck("GET", f"/repositories/{repository_id}")
    except GithubException as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return True
        raise
    return False
