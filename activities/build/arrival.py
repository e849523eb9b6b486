"""Whether a build's image is in the registry already, asked while its pod still runs.

A node tells of a pod's end up to a second after it, and what comes after the image is of use to later builds alone: the
layers' cache is exported, which takes long for a large image. A deployment waits for neither.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from workflows.errors import RegistryError

FIRST_PAUSE: Final = 0.3
"""Seconds between looks at first."""
SHARE: Final = 0.05
"""Later on, of the time that has passed: who waits for minutes is told seconds late, and a registry is not asked for nothing."""


class Arrival:
    """Of one image. Its tag names the content, so it does not matter whose build has put it there."""

    def __init__(self, find: Callable[[], Awaitable[str | None]]) -> None:
        """`find` tells the digest, or None."""
        self._find = find
        self._begun = time.monotonic()
        self._due = self._begun

    async def has_come(self) -> bool:
        """False too while it is too early to ask again, or the registry does not answer: the pod's end tells as well."""
        now = time.monotonic()
        if now < self._due:
            return False
        self._due = now + max(FIRST_PAUSE, SHARE * (now - self._begun))
        with suppress(RegistryError):
            return await self._find() is not None
        return False
