"""Carries out request faults: before the route runs, and after it has."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, bad_credentials, not_accessible, not_found
from tests.support.github.faults import Fault, FaultKind
from tests.support.github.limits import LIMIT

_BY_ID = re.compile(r"/repositories/(?P<id>\d+)(/|$)")
_BY_NAME = re.compile(r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)")
_OF_GIT = re.compile(
    r"^/(?P<owner>[^/]+)/(?P<name>[^/]+?)(\.git)?/(info/refs|git-(upload|receive)-pack)$"
)
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


def fault_for(github: GitHub, request: Request) -> Fault | None:
    """The armed fault that this request meets, if any."""
    target = f"{request.url.path}?{request.url.query}"
    caller = github.tokens.kind(request.headers.get("authorization"))
    repository = _repository_of(github, request.url.path)
    return github.faults.for_request(request.method, target, caller, repository)


def _repository_of(github: GitHub, path: str) -> int:
    """Id of the repository that a request is about; 0 when it is about none that exists."""
    if found := _BY_ID.search(path):
        return int(found["id"])
    if found := _BY_NAME.search(path) or _OF_GIT.search(path):
        with contextlib.suppress(GitHubError):
            return github.state.repository(found["owner"], found["name"]).id
    return 0


async def before(fault: Fault | None) -> None:
    """Raise or wait in the route's place; nothing for faults that come afterwards."""
    if fault is None:
        return
    match fault.kind:
        case FaultKind.ERROR_BEFORE:
            raise GitHubError(fault.status, HTTPStatus(fault.status).phrase)
        case FaultKind.HANG_BEFORE:
            await asyncio.sleep(fault.seconds)
        case FaultKind.PRIMARY_LIMIT:
            raise primary_limit("installation", int(time.time() + fault.seconds))
        case FaultKind.SECONDARY_LIMIT:
            raise GitHubError(HTTPStatus.FORBIDDEN, _SECONDARY, headers=_retry_after(fault))
        case FaultKind.TOO_MANY:
            status = HTTPStatus.TOO_MANY_REQUESTS
            raise GitHubError(status, _SECONDARY, headers=_retry_after(fault))
        case FaultKind.BAD_CREDENTIALS:
            raise bad_credentials()
        case FaultKind.FORBIDDEN:
            raise not_accessible()
        case FaultKind.NOT_FOUND:
            raise not_found()
        case _:
            return


def primary_limit(who: str, reset: int) -> GitHubError:
    """What GitHub answers when the hour's requests are used up."""
    return GitHubError(
        HTTPStatus.FORBIDDEN,
        f"API rate limit exceeded for {who}.",
        headers={
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-remaining": "0",
            "x-ratelimit-used": str(LIMIT),
            "x-ratelimit-reset": str(reset),
            "x-ratelimit-resource": "core",
        },
    )


def _retry_after(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}


async def after(fault: Fault | None, response: Response) -> Response:
    """The answer the client gets although the route did its work."""
    if fault is None:
        return response
    if fault.kind is FaultKind.ERROR_AFTER:
        error = GitHubError(fault.status, HTTPStatus(fault.status).phrase)
        return Response(f"<html>{error.message}</html>", fault.status, media_type="text/html")
    if fault.kind is FaultKind.HANG_AFTER:
        await asyncio.sleep(fault.seconds)
    if fault.kind is FaultKind.DROP_AFTER:
        return CutResponse(response)
    return response


class CutResponse(Response):
    """Promises more than it sends; the connection then closes in the middle of the answer."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code)
        self.raw_headers = whole.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start"} | start)
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": False})
