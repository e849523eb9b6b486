"""Routes that take JSON from anybody: a body that is too large, no JSON, or cannot be kept is refused before it is read
further.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from api.body import read_body
from api.failures import InvalidInputError

MAX_BODY = 2**20
"""Bytes. The largest settings are some hundred kilobytes: 200 variables, values of a chart."""


class JSONRoute(APIRoute):
    """FastAPI alone reads bodies of any size, and ignores those that do not call themselves JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_checked(request: Request) -> Response:
            body = await read_body(request, limit=MAX_BODY)
            if body:
                _check(body, request.headers.get("content-type", ""))

            is_handed_on = False

            async def receive() -> Message:
                nonlocal is_handed_on
                if is_handed_on:
                    return await request.receive()  # which tells when whoever asked has gone
                is_handed_on = True
                return {"type": "http.request", "body": body, "more_body": False}

            return await handle(Request(request.scope, receive))

        return handle_checked


async def sent(request: Request) -> dict[str, JsonValue]:
    """The body as it was sent, through a route of this class; empty where none was. Raises InvalidInputError."""
    body = await request.body()
    value: JsonValue = json.loads(body) if body else {}
    if not isinstance(value, dict):
        raise InvalidInputError("the body must be an object: names and values in braces")
    return value


def _check(body: bytes, content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise InvalidInputError(
            "the body must be JSON",
            hint="Send it with the header `Content-Type: application/json`.",
        )
    try:
        value = json.loads(body, parse_constant=_no_number)
        # Half of a surrogate pair is JSON, and no text that could be kept or shown.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("the body is not valid JSON in UTF-8") from error


def _no_number(name: str) -> None:
    """`NaN` and `Infinity` are Python's, not JSON's."""
    raise ValueError(name)
