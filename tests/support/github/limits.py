"""The primary rate limit: counted for everyone, and enforced."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

WINDOW = 3600
"""Seconds after the first request of a window until the count starts anew."""

LIMIT = 5000
ANONYMOUS_LIMIT = 60_000
"""GitHub allows 60; a browser reading this server's pages must not run into it."""


@dataclass
class Window:
    limit: int
    used: int = 0
    reset: int = field(default_factory=lambda: int(time.time()) + WINDOW)

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
            "x-ratelimit-used": str(min(self.used, self.limit)),
            "x-ratelimit-resource": "core",
        }

    def body(self) -> dict[str, int]:
        used = min(self.used, self.limit)
        return {
            "limit": self.limit,
            "remaining": self.remaining,
            "reset": self.reset,
            "used": used,
        }


class Limits:
    """One window per installation, person or App."""

    def __init__(self) -> None:
        self.limit = LIMIT
        """Of windows that open from now on; tests lower it."""
        self._windows: dict[str, Window] = {}

    def window(self, key: str) -> Window:
        found = self._windows.get(key)
        if found is None or found.reset <= time.time():
            anonymous = key == "account:0"
            found = Window(ANONYMOUS_LIMIT if anonymous else self.limit)
            self._windows[key] = found
        return found

    def reset(self) -> None:
        self._windows.clear()
        self.limit = LIMIT
