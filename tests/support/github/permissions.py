"""What a caller may do in a repository: the one gate of REST routes and git."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from tests.support.github.errors import GitHubError, not_accessible, not_found
from tests.support.github.models import RANK, Level, Repository
from tests.support.github.state import State
from tests.support.github.tokens import LEVELS, Caller


@dataclass(frozen=True)
class Need:
    """What a route asks for; an App's token needs one of `permissions`, a person needs `person`."""

    permissions: tuple[str, ...]
    level: Level
    person: str
    is_write: bool


def read(*permissions: str, person: str = "read") -> Need:
    return Need(permissions or ("metadata",), "read", person, is_write=False)


def write(*permissions: str, person: str = "write") -> Need:
    return Need(permissions, "write", person, is_write=True)


def authorize(state: State, caller: Caller, repository: Repository, need: Need) -> None:
    """Return when allowed; otherwise raise what GitHub would answer (401, 403 or 404)."""
    if caller.is_app:
        text = "A JSON web token may not be used here: an installation token is needed"
        raise GitHubError(HTTPStatus.FORBIDDEN, text)
    if caller.installation:
        _authorize_installation(state, caller, repository, need)
    elif caller.account:
        has = RANK[state.permission_of(caller.account.id, repository)]
        if not has:
            raise not_found()
        if has < RANK[need.person]:
            text = "Must have admin rights to Repository."
            raise GitHubError(HTTPStatus.FORBIDDEN, text)
    elif repository.private:
        raise not_found()
    elif need.is_write:
        raise GitHubError(HTTPStatus.UNAUTHORIZED, "Requires authentication")


def _authorize_installation(
    state: State, caller: Caller, repository: Repository, need: Need
) -> None:
    if not reaches(state, caller, repository):
        if repository.private:
            raise not_found()
        if need.is_write:
            raise not_accessible()
        return
    if not any(level_of(caller, name) >= LEVELS[need.level] for name in need.permissions):
        raise not_accessible()


def reaches(state: State, caller: Caller, repository: Repository) -> bool:
    """Whether an installation token is for this repository at all."""
    installation, token = caller.installation, caller.token
    if installation is None or token is None or not state.covers(installation, repository):
        return False
    return token.repository_ids is None or repository.id in token.repository_ids


def level_of(caller: Caller, permission: str) -> int:
    """The smaller of what the token was minted with and what the installation has today."""
    if caller.installation is None or caller.token is None:
        return 0
    granted = caller.installation.permissions.get(permission)
    minted = caller.token.permissions.get(permission)
    return min(LEVELS[granted], LEVELS[minted]) if granted and minted else 0
