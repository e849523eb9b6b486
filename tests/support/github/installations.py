"""Installing the App on an account and changing what it may do there."""

from __future__ import annotations

from tests.support.github.core import GitHub
from tests.support.github.events import installation_event, installation_repositories
from tests.support.github.models import Account, Installation, Level, now


def install(
    github: GitHub,
    owner: Account,
    repository_ids: list[int] | None,
    *,
    permissions: dict[str, Level] | None = None,
    events: list[str] | None = None,
) -> Installation:
    """Make or change the account's installation; None keeps what is there, else the App's own."""
    found = _find(github, owner)
    if found is None:
        found = Installation(
            id=github.state.new_id(),
            account_id=owner.id,
            permissions=dict(github.app.permissions if permissions is None else permissions),
            events=list(github.app.events if events is None else events),
            repository_ids=repository_ids,
        )
        github.state.installations[found.id] = found
        installation_event(github, found, owner, "created")
        return found
    if events is not None:
        found.events = events
    if permissions is not None and permissions != found.permissions:
        found.permissions, found.updated_at = permissions, now()
        installation_event(github, found, owner, "new_permissions_accepted")
    _choose(github, found, owner, repository_ids)
    return found


def _find(github: GitHub, owner: Account) -> Installation | None:
    found = (i for i in github.state.installations.values() if i.account_id == owner.id)
    return next(found, None)


def _choose(
    github: GitHub, found: Installation, owner: Account, repository_ids: list[int] | None
) -> None:
    """Change the covered repositories and say which came and which went."""
    everything = list(github.state.repositories.values())
    before = {r.id for r in everything if github.state.covers(found, r)}
    found.repository_ids = repository_ids
    after = {r.id for r in everything if github.state.covers(found, r)}
    added = [r for r in everything if r.id in after - before]
    removed = [r for r in everything if r.id in before - after]
    if added:
        installation_repositories(github, found, owner, added=added, removed=[])
    if removed:
        installation_repositories(github, found, owner, added=[], removed=removed)
