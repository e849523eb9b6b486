"""Waiting for a condition instead of for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    look: Callable[[], Awaitable[T | None]], *, seconds: float = 10, every: float = 0.05
) -> T:
    """The first true answer. Raises AssertionError when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds} s: {look.__qualname__}"
        await asyncio.sleep(every)
