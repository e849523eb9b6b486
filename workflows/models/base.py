"""What every payload shares: frozen, tolerant of unknown fields, so that old and new workers run side by side."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]
"""A DNS-1123 label (RFC 1123, section 2.1): what Kubernetes takes as a namespace's name."""
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
"""A full commit hash: 40 hexadecimal digits."""


class Payload(BaseModel):
    """Crosses a process border. Fields are only ever added, each with a default."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Phase(StrEnum):
    """Phase of an environment, the one vocabulary of every face (spec section 1)."""

    PENDING = "pending"
    QUEUED = "queued"
    BUILDING = "building"
    DEPLOYING = "deploying"
    CHECKING = "checking"
    READY = "ready"
    DEGRADED = "degraded"
    FAILED = "failed"
    SLEEPING = "sleeping"
    DELETING = "deleting"
    DELETED = "deleted"


class RevisionState(StrEnum):
    """State of one revision; the last four are final."""

    PENDING = "pending"
    BUILDING = "building"
    DEPLOYING = "deploying"
    CHECKING = "checking"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class FailureKind(StrEnum):
    """What the product does next about a failure."""

    USER = "user"
    """The person's to fix: not retried."""
    PLATFORM = "platform"
    """Ours, or unknown: retried."""
    LIMIT = "limit"
    """A quota or rate: waits and says so."""
    GONE = "gone"
    """The subject vanished: ends quietly."""
