"""A hint that something in a namespace has changed, so that waiting costs little and notices at once.

Only a hint: whoever waits looks at everything again. A watch that ends, expires or breaks is simply opened again,
and a slow poll covers what it missed meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from workflows.errors import ClusterError

POLL = 1.0
"""Seconds. The longest wait without any hint."""
SETTLE = 0.05
"""Seconds. Changes come in bursts; the first look after one should see all of it."""
_PAUSE = 1.0
"""Seconds before an ended or broken watch is opened again."""


class Changes:
    """Wakes up whoever waits."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def note(self) -> None:
        self._event.set()

    async def wait(self, limit: float = POLL) -> None:
        """Until something changed, but at most `limit` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), max(0.0, limit))
            await asyncio.sleep(SETTLE)
        self._event.clear()


@asynccontextmanager
async def watching(api: ApiClient, paths: Iterable[str]) -> AsyncIterator[Changes]:
    """Watch these collections while the block runs."""
    changes = Changes()
    tasks = [asyncio.create_task(_watch(api, path, changes)) for path in paths]
    try:
        yield changes
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _watch(api: ApiClient, path: str, changes: Changes) -> None:
    while True:
        # Version 0 begins with what the API server has at hand: a needless hint and no gap, and it answers at once.
        with suppress(ClusterError):
            async with kube.watch(api, path, query=[("resourceVersion", "0")]) as events:
                async for _ in events:
                    changes.note()
        await asyncio.sleep(_PAUSE)
