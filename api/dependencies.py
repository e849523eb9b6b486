"""What endpoints ask for: the operations' services, the caller, the verified event."""

from typing import Annotated, TypedDict
from uuid import uuid4

from fastapi import Depends, Header
from starlette.requests import Request

from api.body import read_body
from api.health import Readiness
from api.operations import Caller, Services
from api.operations.deliveries import Deliveries
from api.webhooks.github_events import MAX_BODY, Event, read_event
from workflows.commands import Permission


class State(TypedDict):
    """What the lifespan yields; every request finds it at `request.state`."""

    services: Services
    deliveries: Deliveries
    readiness: Readiness
    webhook_secret: bytes


RequestId = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Repeating a request with the same key gives the first answer again.",
    ),
]


def _services(request: Request) -> Services:
    services: Services = request.state.services
    return services


def _deliveries(request: Request) -> Deliveries:
    deliveries: Deliveries = request.state.deliveries
    return deliveries


def _readiness(request: Request) -> Readiness:
    readiness: Readiness = request.state.readiness
    return readiness


def caller_at(face: str, request: Request, request_id: str | None) -> Caller:
    """Whoever the guard let in: without a sign-in, everybody on this machine is its operator."""
    return Caller(
        actor="operator",
        face=face,
        origin=request.client.host if request.client else "",
        permissions=frozenset(Permission),
        request_id=request_id or str(uuid4()),
    )


def _rest_caller(request: Request, request_id: RequestId = None) -> Caller:
    return caller_at("rest", request, request_id)


def _web_caller(request: Request) -> Caller:
    return caller_at("web", request, None)


async def _event(request: Request) -> Event:
    body = await read_body(request, limit=MAX_BODY)
    return read_event(body, request.headers, request.state.webhook_secret)


ServicesDep = Annotated[Services, Depends(_services)]
DeliveriesDep = Annotated[Deliveries, Depends(_deliveries)]
ReadinessDep = Annotated[Readiness, Depends(_readiness)]
RestCallerDep = Annotated[Caller, Depends(_rest_caller)]
WebCallerDep = Annotated[Caller, Depends(_web_caller)]
EventDep = Annotated[Event, Depends(_event)]
