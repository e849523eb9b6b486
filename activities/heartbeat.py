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


def is_told_to_stop() -> bool:
    """Whether a cancel means that the work itself is to end, rather than this attempt alone.

    An attempt whose worker stops, or that Temporal has given up (it lost its beat, its time or its workflow), leaves what
    it has begun in the cluster to its successor; where none comes, whoever confirms the end finds it by its labels.
    Outside of an activity a cancel is what it says.
    """
    if not activity.in_activity():
        return True
    details = activity.cancellation_details()
    if details is None:
        return not activity.is_worker_shutdown()
    return details.cancel_requested


def is_given_up() -> bool:
    """Whether Temporal has given this attempt up: its successor may be at work already, on another worker."""
    details = activity.cancellation_details() if activity.in_activity() else None
    return details is not None and (details.not_found or details.timed_out or details.reset)


async def _beat(progress: Progress, every: float) -> None:
    while True:
        activity.heartbeat(progress.detail)
        await asyncio.sleep(every)
