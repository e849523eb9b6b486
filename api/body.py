"""Reading a body that may be hostile: never more of it than is allowed, never for longer."""

import asyncio

from starlette.requests import Request

READ_SECONDS = 30
"""GitHub itself gives up after 10."""


class TooLargeError(Exception):
    pass


class SlowBodyError(Exception):
    pass


async def read_body(request: Request, *, limit: int) -> bytes:
    """The raw body. Raises TooLargeError before more than `limit` bytes are held, SlowBodyError when it trickles."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise TooLargeError(f"the body is larger than {limit} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.stream():  # chunked bodies announce no length
                body += chunk
                if len(body) > limit:
                    raise TooLargeError(f"the body is larger than {limit} bytes")
    except TimeoutError as error:
        raise SlowBodyError(f"the body did not arrive within {READ_SECONDS} s") from error
    return bytes(body)
