"""The beat around long waits: Temporal learns that the activity lives, and the activity learns of a cancel.

A beat in the background hides a hang, so whatever it surrounds has a limit of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

EVERY = 0.5
"""Seconds. A cancel arrives in the answer to a heartbeat, and two seconds is all a push may wait for it."""


class Progress:
    """What the next beats tell; shown by Temporal's UI beside the running activity."""

    def __init__(self) -> None:
        self.detail = ""


@asynccontextmanager
async def beating(every: float = EVERY) -> AsyncIterator[Progress]:
    """Heartbeat now and every `every` seconds until the block ends. Outside of an activity it does nothing."""
    progress = Progress()
    if not activity.in_activity():
        yield progress
        return
    beat = asyncio.create_task(_beat(progress, every))
    try:
        yield progress
    finally:
        beat.cancel()
        await asyncio.wait([beat])  # not `await beat`: its cancel would look like ours


async def _beat(progress: Progress, every: float) -> None:
    while True:
        activity.heartbeat(progress.detail)
        await asyncio.sleep(every)
