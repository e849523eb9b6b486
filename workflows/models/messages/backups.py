"""Backups of an environment's databases: one made now, and one that is brought back."""

from workflows.models.backups import BackupName, BackupRequest, Restore
from workflows.models.base import Label, Payload
from workflows.models.environment import EnvironmentRef


class BackUpServiceInput(Payload):
    ref: EnvironmentRef
    request: BackupRequest


class BackUpServiceResult(Payload):
    backup: BackupName
    bytes: int


class RestoreBackupInput(Payload):
    ref: EnvironmentRef
    restore: Restore
    component: Label
    """That makes the backups of the service."""
    release: str
    """Of the application, which stands still while the data is exchanged."""
    kept: tuple[Label, ...] = ()
    """Components of that release that go on: services."""


class RestoreBackupResult(Payload):
    was_done: bool = False
    """An earlier attempt had done it."""


class BackupsRestored(Payload):
    """Sent by a revision to its environment once a wish is fulfilled, or is given up for good."""

    ids: tuple[str, ...]
