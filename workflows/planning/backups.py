"""Backups that people ask for, and those that are to be brought back (ENV-017): wishes, kept until they are fulfilled.

These functions change the state they are given; it is the one model that may change in place.
"""

from collections.abc import Sequence

from workflows.models import BackupRequest, EnvironmentState, Failure, Restore
from workflows.models.messages import BackUpServiceResult


def ask_for_backup(state: EnvironmentState, wish_id: str, service: str, *, by: str) -> None:
    """After those that were asked for before. Only of a service that is backed up."""
    component = next(each.component for each in state.backups if each.service == service)
    wish = BackupRequest(id=wish_id, service=service, component=component, by=by)
    state.backups_wanted = [*state.backups_wanted, wish]


def without_backup(state: EnvironmentState, wish: BackupRequest) -> None:
    """It was made, or has failed, or nobody needs it any more."""
    state.backups_wanted = [each for each in state.backups_wanted if each.id != wish.id]


def told_of_backup(wish: BackupRequest, found: BackUpServiceResult | Failure | None) -> str:
    """How it ended, for people; None: the environment did not last."""
    if found is None:
        return f"no backup of `{wish.service}` for {wish.by}: the environment goes"
    if isinstance(found, BackUpServiceResult):
        return f"backup `{found.backup}` for {wish.by}: {found.bytes:,} bytes"
    last = f" ({found.excerpt[-1]})" if found.excerpt else ""
    return f"no backup of `{wish.service}` for {wish.by}: {found.message}{last}"


def ask_for_restore(state: EnvironmentState, restore: Restore) -> None:
    """A later wish takes the place of an earlier one for the same service, to throw its data away too."""
    others = [each for each in state.restores if each.service != restore.service]
    state.restores = [*others, restore]
    state.resets = [each for each in state.resets if each.service != restore.service]


def without_restores(state: EnvironmentState, ids: Sequence[str]) -> None:
    """These were carried out, or given up for good."""
    state.restores = [each for each in state.restores if each.id not in ids]
    state.after_restore = True


def forget_backups(state: EnvironmentState) -> None:
    """After a removal: they are gone with the environment."""
    state.backups, state.backups_wanted, state.restores = [], [], []
