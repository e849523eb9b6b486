"""Who is calling: App JWTs, installation tokens and people's tokens."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import jwt

from tests.support.github.errors import GitHubError, bad_credentials, unprocessable
from tests.support.github.models import (
    Account,
    Installation,
    InstallationToken,
    Level,
    Repository,
    now,
)
from tests.support.github.state import State

TOKEN_LIFE = timedelta(hours=1)
"""GitHub's; a control route can shorten it for tokens minted from then on."""

MAX_JWT_LIFE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(seconds=60)
LEVELS: dict[str, int] = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True)
class Caller:
    """The identity behind one request; exactly one of the three, or nobody."""

    account: Account | None = None
    """The person, or the App's bot for an installation token."""
    installation: Installation | None = None
    token: InstallationToken | None = None
    is_app: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.account is None and not self.is_app

    @property
    def key(self) -> str:
        """Whose rate limit this request counts against."""
        if self.installation:
            return f"installation:{self.installation.id}"
        return "app" if self.is_app else f"account:{self.account.id if self.account else 0}"

    def actor(self) -> Account:
        """The account that signs what is written; raises 401 for nobody and for a bare App JWT."""
        if self.account is None:
            raise GitHubError(HTTPStatus.UNAUTHORIZED, "Requires authentication")
        return self.account


class Tokens:
    """Mints and checks credentials against the state."""

    def __init__(self, state: State, public_key: bytes) -> None:
        self._state = state
        self._public_key = public_key
        self.token_life = TOKEN_LIFE

    def caller(self, authorization: str | None) -> Caller:
        """Read an `Authorization` header; raises 401 for anything unknown or expired."""
        credential = _credential(authorization)
        if not credential:
            return Caller()
        return self._app(credential) if _is_jwt(credential) else self._token(credential)

    def kind(self, authorization: str | None) -> str:
        """Whose credential it looks like, valid or not: app, installation, person or nobody."""
        try:
            credential = _credential(authorization)
        except GitHubError:
            return "nobody"
        if not credential:
            return "nobody"
        if _is_jwt(credential):
            return "app"
        return "installation" if credential.startswith("ghs_") else "person"

    def _app(self, credential: str) -> Caller:
        app = self._state.the_app()
        try:
            claims = jwt.decode(
                credential,
                self._public_key,
                algorithms=["RS256"],
                leeway=CLOCK_SKEW,
                options={"require": ["exp", "iat", "iss"], "verify_iss": False},
            )
        except jwt.ExpiredSignatureError:
            text = "'Expiration time' claim ('exp') is in the past"
            raise GitHubError(HTTPStatus.UNAUTHORIZED, text) from None
        except jwt.InvalidTokenError:
            text = "A JSON web token could not be decoded"
            raise GitHubError(HTTPStatus.UNAUTHORIZED, text) from None
        limit = now() + MAX_JWT_LIFE + CLOCK_SKEW
        if claims["exp"] > limit.timestamp():
            text = "'Expiration time' claim ('exp') is too far in the future"
            raise GitHubError(HTTPStatus.UNAUTHORIZED, text)
        if str(claims["iss"]) not in (str(app.id), app.client_id):
            raise GitHubError(HTTPStatus.UNAUTHORIZED, "Integration not found")
        return Caller(is_app=True)

    def _token(self, credential: str) -> Caller:
        person = self._state.user_tokens.get(credential)
        if person is not None:
            return Caller(account=self._state.accounts[person])
        token = self._state.installation_tokens.get(credential)
        if token is None or _is_expired(token):
            raise bad_credentials()
        installation = self._state.installations.get(token.installation_id)
        if installation is None:
            raise bad_credentials()
        if installation.suspended_at:
            text = "This installation has been suspended"
            raise GitHubError(HTTPStatus.FORBIDDEN, text)
        bot = self._state.accounts[self._state.the_app().bot_id]
        return Caller(account=bot, installation=installation, token=token)

    def mint(
        self,
        installation: Installation,
        permissions: dict[str, Level] | None,
        repositories: list[Repository] | None,
    ) -> InstallationToken:
        """An installation token; None means all that the installation has, `{}` means nothing."""
        granted = installation.permissions
        wanted = dict(granted if permissions is None else permissions)
        for name, level in wanted.items():
            if LEVELS[granted.get(name, "read")] < LEVELS[level] or name not in granted:
                raise unprocessable(
                    "The permissions requested are not granted to this installation."
                )
        if wanted:
            wanted.setdefault("metadata", "read")
        if any(not self._state.covers(installation, r) for r in repositories or []):
            raise unprocessable(
                "There is at least one repository that does not exist or is not accessible to "
                "the parent installation."
            )
        token = InstallationToken(
            # The length differs from token to token: GitHub promises none, and clients must not care.
            token=f"ghs_{self._state.the_app().id}_{secrets.token_hex(20 + secrets.randbelow(20))}",
            installation_id=installation.id,
            permissions=wanted,
            repository_ids=None if repositories is None else [r.id for r in repositories],
            expires_at=now() + self.token_life,
        )
        self._forget_expired()
        self._state.installation_tokens[token.token] = token
        return token

    def user_token(self, account: Account) -> str:
        """A token with which that person pushes and calls the API; it never expires."""
        token = f"ghp_{secrets.token_hex(18)}"
        self._state.user_tokens[token] = account.id
        return token

    def revoke(self, token: InstallationToken) -> None:
        self._state.installation_tokens.pop(token.token, None)

    def expire_all(self) -> int:
        """Every installation token stops working now, before the time its owner was told."""
        count = len(self._state.installation_tokens)
        self._state.installation_tokens.clear()
        return count

    def _forget_expired(self) -> None:
        tokens = self._state.installation_tokens
        for gone in [t for t, value in tokens.items() if _is_expired(value)]:
            del tokens[gone]


def _is_expired(token: InstallationToken) -> bool:
    return token.expires_at <= datetime.now(UTC)


def _credential(authorization: str | None) -> str:
    scheme, _, credential = (authorization or "").partition(" ")
    return _password(credential) if scheme.lower() == "basic" else credential.strip()


def _is_jwt(credential: str) -> bool:
    """A token of GitHub's may hold dots too, but begins with its kind."""
    return credential.count(".") == 2 and not credential.startswith("gh")


def _password(credential: str) -> str:
    """The password of a Basic header; git sends `x-access-token:TOKEN`, some send TOKEN alone."""
    try:
        user, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise bad_credentials() from None
    return password if password and password != "x-oauth-basic" else user
