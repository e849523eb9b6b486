"""Work that ends when whoever asked for it has gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from api.failures import RefusedError

T = TypeVar("T")


async def while_asked(http: Request, work: Coroutine[Any, Any, T]) -> T:
    """Its result. The work is cancelled, and waited for, when the connection is closed. The body was read before.

    Raises RefusedError then, which nobody hears.
    """
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_until_gone(http))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait({working})
    if working.cancelled():
        raise RefusedError("whoever asked has gone")
    return working.result()


async def _until_gone(http: Request) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass
