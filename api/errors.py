"""The one table from our failures to HTTP: a status, a code, a problem document (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from activities.store import InvalidProjectError, ProjectTakenError
from api.body import SlowBodyError, TooLargeError
from api.failures import (
    ForbiddenError,
    InvalidInputError,
    NotThereError,
    RefusedError,
    UnreachableError,
)
from api.schemas import Code, Problem
from api.webhooks.github_events import SignatureError, UnreadableEventError
from workflows.errors import CatalystError, ClusterError, StoreError
from workflows.repo_config.messages import reason

log = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 10
"""Told with every 503: an outage shorter than this is over by then."""

TABLE: dict[type[Exception], tuple[HTTPStatus, Code]] = {
    SignatureError: (HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED"),
    UnreadableEventError: (HTTPStatus.BAD_REQUEST, "INVALID_INPUT"),
    TooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TOO_LARGE"),
    SlowBodyError: (HTTPStatus.REQUEST_TIMEOUT, "INVALID_INPUT"),
    InvalidInputError: (HTTPStatus.UNPROCESSABLE_ENTITY, "INVALID_INPUT"),
    InvalidProjectError: (HTTPStatus.UNPROCESSABLE_ENTITY, "INVALID_INPUT"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "UNAUTHORIZED"),
    NotThereError: (HTTPStatus.NOT_FOUND, "NOT_FOUND"),
    RefusedError: (HTTPStatus.CONFLICT, "CONFLICT"),
    ProjectTakenError: (HTTPStatus.CONFLICT, "CONFLICT"),
    UnreachableError: (HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE"),
    StoreError: (HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE"),
    ClusterError: (HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE"),
    CatalystError: (HTTPStatus.INTERNAL_SERVER_ERROR, "SERVER_ERROR"),
}
"""The nearest class counts, so a subclass needs a line of its own only where it differs."""

_CODES: dict[int, Code] = {401: "UNAUTHORIZED", 403: "UNAUTHORIZED", 404: "NOT_FOUND"}


@dataclass(frozen=True)
class Answer:
    """A problem and how it is told."""

    problem: Problem
    headers: dict[str, str]


def make_problem(
    status: int,
    code: Code,
    detail: str,
    *,
    hint: str = "",
    errors: tuple[dict[str, str], ...] = (),
) -> Problem:
    return Problem(
        type=f"urn:catalyst:problem:{code.lower().replace('_', '-')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        errors=errors,
    )


def to_answer(error: Exception) -> Answer:
    """What the caller is told of any failure. The unknown ones say nothing of their inside."""
    if isinstance(error, RequestValidationError):
        return Answer(_invalid(error), {})
    if isinstance(error, HTTPException):
        code = _CODES.get(error.status_code, "INVALID_INPUT")
        headers = dict(error.headers or {})
        return Answer(make_problem(error.status_code, code, str(error.detail)), headers)
    for kind in type(error).__mro__:
        if kind in TABLE:
            status, code = TABLE[kind]
            problem = make_problem(
                status,
                code,
                str(error),
                hint=getattr(error, "hint", ""),
                errors=getattr(error, "errors", ()),
            )
            is_outage = status is HTTPStatus.SERVICE_UNAVAILABLE
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if is_outage else {}
            return Answer(problem, headers)
    problem = make_problem(500, "SERVER_ERROR", "Catalyst failed to answer; its log says why.")
    return Answer(problem, {})


def install(app: FastAPI, render_page: Callable[[Request, Problem], Response]) -> None:
    """Answer every failure: a page where a person looks, a problem document everywhere else."""

    async def handle(request: Request, error: Exception) -> Response:
        answer = to_answer(error)
        if answer.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.warning("%s %s: %s", request.method, request.url.path, error)
        response = (
            render_page(request, answer.problem)
            if is_page(request)
            else problem_response(answer.problem)
        )
        response.headers.update(answer.headers)
        return response

    for kind in (Exception, HTTPException, RequestValidationError, *TABLE):
        app.add_exception_handler(kind, handle)


def problem_response(problem: Problem) -> Response:
    return Response(
        problem.model_dump_json(exclude_defaults=True),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
    )


def is_page(request: Request) -> bool:
    """Whether a person looks at the answer in a browser."""
    is_for_programs = request.url.path.startswith(("/api/", "/webhooks/", "/healthz", "/readyz"))
    return not is_for_programs and "text/html" in request.headers.get("accept", "")


def _invalid(error: RequestValidationError) -> Problem:
    errors = tuple(
        {"where": _place(each["loc"]), "message": _words(each)} for each in error.errors()
    )
    return make_problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "INVALID_INPUT",
        "; ".join(f"{each['where']}: {each['message']}" for each in errors),
        errors=errors,
    )


def _place(path: Sequence[str | int]) -> str:
    """`body.variables.DEBUG`; that it is the name which is wrong, and not the value, the words tell."""
    return ".".join(str(part) for part in path if part != "[key]")


def _words(details: Mapping[str, Any]) -> str:
    if details["type"] == "missing":
        return "is missing"
    if details["type"] == "literal_error":
        return f"must be {details['ctx']['expected']}"
    return reason(details)
