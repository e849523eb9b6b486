"""The REST face, derived from the catalogue: each command has one route, each field of its input one place."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from pydantic import JsonValue, ValidationError
from pydantic.fields import FieldInfo
from starlette.requests import Request

from api import examples
from api.dependencies import RestCallerDep, ServicesDep
from api.failures import InvalidInputError
from api.operations import OPERATIONS, Operation, put_project
from api.schemas import Problem, ProjectWritten
from workflows.commands import CATALOGUE
from workflows.models import Label, Payload, Project

PREFIX = "/api/v1"
_ENVIRONMENT = "/environments/{project}/{environment}"


@dataclass(frozen=True)
class Place:
    """Where a command is found."""

    method: str
    path: str


PLACES: dict[str, Place] = {
    "list_environments": Place("GET", "/environments"),
    "get_environment": Place("GET", _ENVIRONMENT),
    "get_logs": Place("GET", f"{_ENVIRONMENT}/logs"),
    "retry": Place("POST", f"{_ENVIRONMENT}/retry"),
    "redeploy": Place("POST", f"{_ENVIRONMENT}/redeploy"),
    "delete": Place("DELETE", _ENVIRONMENT),
    "approve": Place("POST", f"{_ENVIRONMENT}/approve"),
    "list_projects": Place("GET", "/projects"),
    "get_project": Place("GET", "/projects/{key}"),
    "put_project": Place("PUT", "/projects/{key}"),
}

_PROBLEMS: dict[int, str] = {
    403: "The caller may not do this",
    404: "There is no such thing",
    409: "The environment or project is in a state where that makes no sense",
    422: "The input is not valid; `errors` says where",
    503: "Temporal, its workers or the database do not answer: nobody knows, try again",
}


def create_router() -> APIRouter:
    """A router with every command of the catalogue. Raises KeyError when one has no place or no operation."""
    router = APIRouter(prefix=PREFIX)
    for command in CATALOGUE:
        place, operation = PLACES[command.name], OPERATIONS[command.name]
        endpoint = _put_project if operation is put_project else _endpoint(operation, place)
        router.add_api_route(
            place.path,
            endpoint,
            methods=[place.method],
            name=command.name,
            operation_id=command.name,
            summary=command.summary,
            description=operation.__doc__,
            tags=["projects" if "project" in command.name else "environments"],
            response_model=operation.result,
            responses=_responses(command.name),
        )
        if place.method == "DELETE":
            # Every change of an environment may also be asked for alike, by its name.
            path = f"{place.path}/{command.name}"
            router.add_api_route(
                path, endpoint, methods=["POST"], name=command.name, include_in_schema=False
            )
    return router


def _endpoint(operation: Operation[Any, Any], place: Place) -> Callable[..., Awaitable[Payload]]:
    """A function whose parameters are the fields of the operation's input."""

    async def endpoint(services: ServicesDep, caller: RestCallerDep, **values: object) -> Payload:
        request = operation.command.input.model_validate(values)
        result: Payload = await operation(services, caller, request)
        return result

    in_path = set(re.findall(r"{(\w+)}", place.path))
    parameters = [
        Parameter("services", Parameter.KEYWORD_ONLY, annotation=ServicesDep),
        Parameter("caller", Parameter.KEYWORD_ONLY, annotation=RestCallerDep),
    ]
    for name, field in operation.command.input.model_fields.items():
        parameters.append(_parameter(operation.command.name, name, field, place, in_path))
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # FastAPI reads it
    return endpoint


def _parameter(
    command: str, name: str, field: FieldInfo, place: Place, in_path: set[str]
) -> Parameter:
    where: object
    if name in in_path:
        where = Path()
    elif place.method == "GET":
        where = Query()
    else:
        where = Body(embed=True, examples=[examples.BODIES[command][name]])
    # The field's own constraints stay with it, so OpenAPI and the operation say the same.
    annotation = Annotated.__class_getitem__((field.annotation, *field.metadata, where))  # type: ignore[attr-defined]  # made of values
    default = Parameter.empty if field.is_required() else field.default
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


async def _put_project(
    key: Label,
    project: Annotated[Project, Body(examples=[examples.BODIES["put_project"]])],
    services: ServicesDep,
    caller: RestCallerDep,
    request: Request,
) -> ProjectWritten:
    if key != project.key:
        raise InvalidInputError(f"the path says `{key}`, the body `{project.key}`")
    try:
        unknown = unknown_fields(await request.json(), project.model_dump(mode="json"))
    except ValidationError as error:
        raise InvalidInputError(str(error)) from error
    if unknown:
        raise InvalidInputError(
            f"unknown settings: {', '.join(unknown)}",
            hint="A misspelt setting would otherwise be ignored in silence.",
        )
    return await put_project(services, caller, project)


def unknown_fields(sent: JsonValue, understood: JsonValue, where: str = "") -> list[str]:
    """Paths in `sent` that `understood`, the same document after validation, does not have."""
    if isinstance(sent, dict) and isinstance(understood, dict):
        return [
            path
            for name, value in sent.items()
            for path in (
                unknown_fields(value, understood[name], f"{where}.{name}".lstrip("."))
                if name in understood
                else [f"{where}.{name}".lstrip(".")]
            )
        ]
    if isinstance(sent, list) and isinstance(understood, list):
        return [
            path
            for index, (one, other) in enumerate(zip(sent, understood, strict=False))
            for path in unknown_fields(one, other, f"{where}[{index}]")
        ]
    return []


def _responses(command: str) -> dict[int | str, dict[str, Any]]:
    problems: dict[int | str, dict[str, Any]] = {
        status: {
            "description": text,
            "model": Problem,
            "content": {"application/problem+json": {"example": examples.PROBLEM}},
        }
        for status, text in _PROBLEMS.items()
    }
    answer = {"content": {"application/json": {"example": examples.ANSWERS[command]}}}
    return {200: answer, **problems}
