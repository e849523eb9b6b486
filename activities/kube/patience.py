"""Bearing with a Kubernetes API that does not answer, while what was started there goes on by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, TypeVar

from activities.kube import KubeError
from workflows.errors import ClusterError

PAUSE: Final = 0.5
"""Seconds between attempts: an API server that restarts is back within seconds, and nobody may miss it for long."""
T = TypeVar("T")


async def insist(
    ask: Callable[[], Awaitable[T]],
    *,
    until: float,
    note: Callable[[str], None] | None = None,
    pause: float = PAUSE,
) -> T:
    """The answer to `ask`, which is repeated while the API gives none, until the monotonic time `until`.

    A no is an answer. `note` hears of every attempt in vain. Raises what the last attempt did.
    """
    while True:
        try:
            return await ask()
        except ClusterError as error:
            if _is_answer(error) or time.monotonic() >= until:
                raise
            if note is not None:
                note(str(error))
        await asyncio.sleep(min(pause, max(0.0, until - time.monotonic())))


def _is_answer(error: ClusterError) -> bool:
    """Whether the API has said no, rather than that it cannot answer now."""
    if not isinstance(error, KubeError) or error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    return error.status < HTTPStatus.INTERNAL_SERVER_ERROR
