"""Bytes and headers in, a verified and typed event out. Pure: no framework, no clock, no look-up.

The signature is checked over the raw bytes before anything is parsed, with sha256 alone:
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from workflows.models import Commit, Payload

MAX_BODY = 25 * 1024 * 1024
"""Bytes. GitHub sends no larger payload: https://docs.github.com/en/webhooks/webhook-events-and-payloads"""

_ACTED_UPON = {
    "opened",
    "reopened",
    "synchronize",
    "closed",
    "ready_for_review",
    "converted_to_draft",
    "edited",
}
_GUID = re.compile(r"[A-Za-z0-9-]{1,64}")
_WORD = re.compile(r"[a-z0-9_]{1,64}")


class SignatureError(Exception):
    """The delivery is not GitHub's, or the two secrets differ: nothing may start."""


class UnreadableEventError(Exception):
    """Signed, but not what GitHub sends."""


class _Event(Payload):
    delivery: str
    """GUID; the same on a redelivery."""
    event: str
    action: str = ""
    sender: str = ""
    repository: str = ""
    """`owner/name`; empty where the event is about no repository."""
    repository_id: int = 0
    installation: int | None = None
    number: int = 0


class _PullRequestTold(_Event):
    head_branch: str = ""
    is_fork: bool = True
    """Its head repository is another one than its base repository, was deleted, or is not told."""


class PullRequestChanged(_PullRequestTold):
    """Look at this pull request again."""

    kind: Literal["changed"] = "changed"
    head_commit: Commit


class PullRequestClosed(_PullRequestTold):
    """Closed or merged: an environment that runs is told, none is started."""

    kind: Literal["closed"] = "closed"


class NothingToDo(_Event):
    """Understood, and nothing follows from it."""

    kind: Literal["nothing"] = "nothing"
    reason: str


class Ping(_Event):
    """GitHub's hello when a webhook is set up."""

    kind: Literal["ping"] = "ping"


Event = PullRequestChanged | PullRequestClosed | NothingToDo | Ping


def read_event(body: bytes, headers: Mapping[str, str], secret: bytes) -> Event:
    """The event that GitHub sent. `headers` are looked up in lower case.

    Raises SignatureError or UnreadableEventError.
    """
    verify(body, headers.get("x-hub-signature-256"), secret)
    event, delivery = headers.get("x-github-event", ""), headers.get("x-github-delivery", "")
    if not _WORD.fullmatch(event) or not _GUID.fullmatch(delivery):
        raise UnreadableEventError("the headers X-GitHub-Event and X-GitHub-Delivery are needed")
    try:
        return _typed(event, delivery, json.loads(body))
    except (
        ValueError,
        RecursionError,
    ) as error:  # ValidationError, JSONDecodeError, UnicodeDecodeError
        raise UnreadableEventError(_describe(event, error)) from error


def verify(body: bytes, signature: str | None, secret: bytes) -> None:
    """Raise SignatureError unless `signature` is `sha256=<HMAC of the body>`. An empty secret never matches."""
    if not secret or not signature:
        raise SignatureError("the delivery carries no signature (X-Hub-Signature-256)")
    wanted = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
        raise SignatureError("the delivery's signature does not match; do the two secrets differ?")


# --- what we read of GitHub's payloads: a few fields, everything else ignored ----------------------------


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Repository(_Part):
    id: int
    full_name: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$", max_length=200)]


class _Sender(_Part):
    login: str


class _Installation(_Part):
    id: int


class _Envelope(_Part):
    action: Annotated[str, StringConstraints(max_length=64)] = ""
    number: int = 0
    repository: _Repository | None = None
    sender: _Sender | None = None
    installation: _Installation | None = None


class _HeadRepository(_Part):
    id: int


class _Head(_Part):
    sha: Commit
    ref: Annotated[str, StringConstraints(max_length=255)] = ""
    repo: _HeadRepository | None = None
    """None once a fork was deleted."""


class _PullRequest(_Part):
    head: _Head


class _PullRequestEvent(_Envelope):
    number: int
    repository: _Repository
    pull_request: _PullRequest
    changes: dict[str, object] = {}


def _typed(event: str, delivery: str, payload: object) -> Event:
    envelope = _Envelope.model_validate(payload)
    common = {
        "delivery": delivery,
        "event": event,
        "action": envelope.action,
        "number": envelope.number,
        "sender": envelope.sender.login if envelope.sender else "",
        "repository": envelope.repository.full_name if envelope.repository else "",
        "repository_id": envelope.repository.id if envelope.repository else 0,
        "installation": envelope.installation.id if envelope.installation else None,
    }
    if event == "ping":
        return Ping.model_validate(common)
    if event != "pull_request":
        reason = f"Catalyst does not act on `{event}` events"
        return NothingToDo.model_validate(common | {"reason": reason})
    if envelope.action not in _ACTED_UPON:
        reason = f"`{envelope.action}` changes nothing about a preview"
        return NothingToDo.model_validate(common | {"reason": reason})
    change = _PullRequestEvent.model_validate(payload)
    head = change.pull_request.head
    common |= {
        "head_branch": head.ref,
        "is_fork": head.repo is None or head.repo.id != change.repository.id,
    }
    if change.action == "closed":
        return PullRequestClosed.model_validate(common)
    if change.action == "edited" and "base" not in change.changes:
        reason = "title or description were edited, the base branch was not"
        return NothingToDo.model_validate(common | {"reason": reason})
    return PullRequestChanged.model_validate(common | {"head_commit": head.sha})


def _describe(event: str, error: Exception) -> str:
    """Which field is wrong; never the value, which nobody has vouched for."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        return f"{event}: {where}: {first['msg']}"
    return f"{event}: the body is not JSON; set the webhook's content type to application/json"
