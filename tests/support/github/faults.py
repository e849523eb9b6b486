"""Misbehaviour on request: what GitHub does on a bad day, switched on by count, per route.

A fault is armed through a control route and fires on the next matching requests or deliveries. The
registry is pure: it decides which fault applies, the middleware and the hooks carry it out.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field, PrivateAttr


class FaultKind(StrEnum):
    """What happens. Names ending in AFTER let the request take effect first."""

    ERROR_AFTER = "error_after"
    """The write is done and the answer is `status` (502): the client cannot know."""
    ERROR_BEFORE = "error_before"
    """The answer is `status` (502) and nothing was done."""
    HANG_AFTER = "hang_after"
    """The write is done and the answer comes after `seconds`."""
    HANG_BEFORE = "hang_before"
    """The request is carried out after `seconds`, if the client still listens."""
    DROP_AFTER = "drop_after"
    """The write is done and the connection is cut in the middle of the answer."""
    PRIMARY_LIMIT = "primary_limit"
    """403 with `x-ratelimit-remaining: 0` and a reset time `seconds` ahead."""
    SECONDARY_LIMIT = "secondary_limit"
    """403 with `retry-after` when `retry_after` is set, without any header otherwise."""
    TOO_MANY = "too_many"
    """429, with `retry-after` when `retry_after` is set."""
    BAD_CREDENTIALS = "bad_credentials"
    """401, as if the token had expired early."""
    FORBIDDEN = "forbidden"
    """403 Resource not accessible by integration."""
    NOT_FOUND = "not_found"
    """404, as if it had been deleted, or as a permission problem looks."""
    SHORT_PAGE = "short_page"
    """A list with its second half and its `Link` header left out, silently."""
    HOOK_LOST = "hook_lost"
    """The delivery fails with a 502 and is listed as failed."""
    HOOK_VANISHED = "hook_vanished"
    """The delivery neither arrives nor is listed."""
    HOOK_DOUBLED = "hook_doubled"
    """The delivery arrives twice, with one GUID."""
    HOOK_DELAYED = "hook_delayed"
    """The delivery arrives `seconds` later, after those that follow it (reordering)."""
    HOOK_FORGED = "hook_forged"
    """The delivery's signature is wrong."""


HOOK_KINDS = frozenset(kind for kind in FaultKind if kind.value.startswith("hook_"))


class Fault(BaseModel):
    """One armed fault; `path` and `event` are regular expressions searched for."""

    kind: FaultKind
    id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    """By which whoever armed it finds it again."""
    repository_id: int = 0
    """Only requests and deliveries about this one; 0 means any."""
    method: str = ""
    """Empty means any method."""
    path: str = ""
    """Of the request target with its query, such as `/issues/\\d+/comments` or `page=2`."""
    caller: Literal["", "app", "installation", "person", "nobody"] = ""
    """Whose requests: `installation` spares what the test itself asks; empty means everybody's."""
    event: str = ""
    """Of `event.action` of a delivery, such as `pull_request.closed`."""
    count: int | None = Field(default=1, ge=1)
    """How often it fires; None means until it is removed."""
    skip: int = 0
    """How many matching requests pass first."""
    chance: float = Field(default=1.0, ge=0.0, le=1.0)
    seed: int = 0
    """Of the chance, so that a failing run can be repeated."""
    status: int = 502
    seconds: float = 0.0
    retry_after: int | None = None
    fired: int = 0
    _random: random.Random | None = PrivateAttr(default=None)

    def fires(self) -> bool:
        """Count this match and say whether the fault happens now."""
        if self.skip:
            self.skip -= 1
            return False
        self._random = self._random or random.Random(self.seed)  # noqa: S311 - not a secret
        if self._random.random() >= self.chance:
            return False
        self.fired += 1
        return True

    @property
    def is_spent(self) -> bool:
        return self.count is not None and self.fired >= self.count


class Faults:
    """All armed faults, in the order they were added."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.spent: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.armed.append(fault)

    def clear(self) -> None:
        self.armed.clear()
        self.spent.clear()

    def remove(self, fault_id: str) -> None:
        """Spent or not; nothing when there is none of that id."""
        self.armed = [fault for fault in self.armed if fault.id != fault_id]
        self.spent = [fault for fault in self.spent if fault.id != fault_id]

    def for_request(
        self, method: str, target: str, caller: str = "", repository_id: int = 0
    ) -> Fault | None:
        """The fault that hits this request, if any; asking counts as a hit."""
        return self._take(
            fault
            for fault in self.armed
            if fault.kind not in HOOK_KINDS
            and fault.repository_id in (0, repository_id)
            and fault.method.upper() in ("", method)
            and fault.caller in ("", caller)
            and re.search(fault.path, target)
        )

    def for_delivery(self, event: str, action: str | None, repository_id: int = 0) -> Fault | None:
        """The fault that hits this webhook delivery, if any."""
        name = f"{event}.{action}" if action else event
        return self._take(
            fault
            for fault in self.armed
            if fault.kind in HOOK_KINDS
            and fault.repository_id in (0, repository_id)
            and re.search(fault.event, name)
        )

    def _take(self, candidates: Iterable[Fault]) -> Fault | None:
        fault = next((found for found in candidates if found.fires()), None)
        if fault and fault.is_spent:
            self.armed.remove(fault)
            self.spent.append(fault)
        return fault
