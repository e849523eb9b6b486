"""Waiting for a condition, never for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

POLL = 0.2
"""Seconds between two looks; everything asked is on this machine."""


async def eventually(
    look: Callable[[], Awaitable[T | None]], *, within: float, what: str, poll: float = POLL
) -> T:
    """Return the first answer that is neither None nor False.

    Raises AssertionError with `what` and the last answer or failure after `within` seconds. A failed
    look counts as a no: parts of the stack are stopped on purpose in some tests.
    """
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            answer = await look()
            if answer is not None and answer is not False:
                return answer
            last = answer
        except AssertionError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever failed is named at the deadline)
            last = f"{type(error).__name__}: {error}"
        if time.monotonic() >= deadline:
            message = f"not within {within:g} s: {what} (last answer: {last})"
            raise AssertionError(message)
        await asyncio.sleep(poll)
