"""Backups of databases that an environment has of its own: when, how many, which, and what people ask of them (ENV-017)."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from workflows.models.base import Label, Payload
from workflows.models.schedules import checked_schedule

Schedule = Annotated[str, Field(max_length=100), AfterValidator(checked_schedule)]
"""A cron expression in UTC, a word such as `@daily`, or `never`."""
BackupName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}-[0-9]{8}T[0-9]{6}Z$")
]
"""The service's name and the time (UTC) at which it was finished: `db-20260302T030000Z`."""


class BackupSettings(Payload):
    """How a database is backed up."""

    schedule: Schedule = "0 3 * * *"
    """`never`: only when somebody asks for one."""
    keep: int = Field(default=7, ge=1, le=100)
    """So many of the newest stay; an older one goes once a newer one is whole."""
    size: str = "5Gi"
    """Of the volume that holds them."""


class BackupPlan(Payload):
    """Which component of Catalyst's chart makes the backups of a service."""

    service: Label
    component: Label


class BackupRequest(Payload):
    """A person's wish for a backup of now; kept until it has been made, or has failed."""

    id: str
    service: Label
    component: Label
    by: str = ""


class Restore(Payload):
    """A person's wish that a service has again what it had when a backup was made; kept until that is so."""

    id: str
    service: Label
    backup: BackupName
