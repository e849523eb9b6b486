"""The REST face, derived from the catalogue: each command has one route, each field of its input one place."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Body, Path, Query
from pydantic import JsonValue
from pydantic.fields import FieldInfo
from starlette.requests import Request

from api.dependencies import RestCallerDep, ServicesDep
from api.failures import InvalidInputError
from api.operations import OPERATIONS, Operation, put_project
from api.rest import examples
from api.rest.json_route import JSONRoute, sent
from api.rest.leaving import while_asked
from api.schemas import Problem, ProjectWritten
from workflows.commands import CATALOGUE
from workflows.models import Label, Payload, Project
from workflows.repo_config.nearest import nearest

PREFIX = "/api/v1"
_ENVIRONMENT = "/environments/{project}/{environment}"
_TEMPLATE = "/projects/{key}/templates/{template}"


@dataclass(frozen=True)
class Place:
    """Where a command is found."""

    method: str
    path: str
    ends_with_asker: bool = False
    """It is cancelled when whoever asked goes away before it has ended."""


PLACES: dict[str, Place] = {
    "list_environments": Place("GET", "/environments"),
    "get_environment": Place("GET", _ENVIRONMENT),
    "get_logs": Place("GET", f"{_ENVIRONMENT}/logs"),
    "retry": Place("POST", f"{_ENVIRONMENT}/retry"),
    "redeploy": Place("POST", f"{_ENVIRONMENT}/redeploy"),
    "reset_service": Place("POST", f"{_ENVIRONMENT}/services/{{service}}/reset"),
    "list_backups": Place("GET", f"{_ENVIRONMENT}/backups"),
    "back_up_service": Place("POST", f"{_ENVIRONMENT}/services/{{service}}/backups"),
    "restore_backup": Place("POST", f"{_ENVIRONMENT}/services/{{service}}/restore"),
    "create_agent_environment": Place("POST", "/projects/{project}/agent-environments"),
    "execute": Place("POST", f"{_ENVIRONMENT}/execute", ends_with_asker=True),
    "delete": Place("DELETE", _ENVIRONMENT),
    "approve": Place("POST", f"{_ENVIRONMENT}/approve"),
    "get_overrides": Place("GET", f"{_ENVIRONMENT}/overrides"),
    "set_overrides": Place("PATCH", f"{_ENVIRONMENT}/overrides"),
    "reset_overrides": Place("POST", f"{_ENVIRONMENT}/overrides/reset"),
    "list_projects": Place("GET", "/projects"),
    "get_project": Place("GET", "/projects/{key}"),
    "put_project": Place("PUT", "/projects/{key}"),
    "get_template": Place("GET", _TEMPLATE),
    "put_template": Place("PUT", _TEMPLATE),
    "set_template_overrides": Place("PATCH", f"{_TEMPLATE}/overrides"),
    "reset_template_overrides": Place("POST", f"{_TEMPLATE}/overrides/reset"),
}

_PROBLEMS: dict[int, str] = {
    403: "The caller may not do this",
    404: "There is no such thing",
    409: "The environment or project is in a state where that makes no sense",
    413: "The body is larger than 1 MiB",
    422: "The input is not valid; `errors` says where",
    503: "Temporal, its workers or the database do not answer: nobody knows, try again",
}


def create_router() -> APIRouter:
    """A router with every command of the catalogue. Raises KeyError when one has no place or no operation."""
    router = APIRouter(prefix=PREFIX, route_class=JSONRoute)
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
            tags=[place.path.split("/")[1]],
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

    in_path = set(re.findall(r"{(\w+)}", place.path))

    async def endpoint(
        services: ServicesDep, caller: RestCallerDep, http: Request, **values: object
    ) -> Payload:
        body = await sent(http)
        if place.method != "GET":
            # What was not sent has no value: a change leaves it as it is.
            values = {name: values[name] for name in values if name in in_path or name in body}
        request = operation.command.input.model_validate(values)
        refuse_unknown(body, request.model_dump(mode="json", exclude=in_path))
        work = operation(services, caller, request)
        result: Payload = await (while_asked(http, work) if place.ends_with_asker else work)
        return result

    parameters = [
        Parameter("services", Parameter.KEYWORD_ONLY, annotation=ServicesDep),
        Parameter("caller", Parameter.KEYWORD_ONLY, annotation=RestCallerDep),
        Parameter("http", Parameter.KEYWORD_ONLY, annotation=Request),
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
        shown = examples.BODIES[command]
        where = Body(embed=True, examples=[shown[name]] if name in shown else None)
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
    refuse_unknown(await sent(request), project.model_dump(mode="json"))
    return await put_project(services, caller, project)


def refuse_unknown(body: JsonValue, understood: JsonValue) -> None:
    """Raise InvalidInputError when `body` holds what `understood`, the same after validation, does not."""
    unknown = unknown_fields(body, understood)
    if unknown:
        raise InvalidInputError(
            f"unknown settings: {', '.join(each.told for each in unknown)}",
            hint="A misspelt setting would otherwise be ignored in silence.",
            errors=tuple({"where": each.path, "message": each.message} for each in unknown),
        )


class Unknown(NamedTuple):
    """A setting that does not exist."""

    path: str
    nearest: str
    """The one that is most likely meant; empty when none is near."""

    @property
    def message(self) -> str:
        return f"is unknown; did you mean `{self.nearest}`?" if self.nearest else "is unknown"

    @property
    def told(self) -> str:
        return (
            f"`{self.path}` (did you mean `{self.nearest}`?)" if self.nearest else f"`{self.path}`"
        )


def unknown_fields(body: JsonValue, understood: JsonValue, where: str = "") -> list[Unknown]:
    """What `body` has and `understood`, the same document after validation, does not."""
    if isinstance(body, dict) and isinstance(understood, dict):
        return [
            each
            for name, value in body.items()
            for path in (f"{where}.{name}".lstrip("."),)
            for each in (
                unknown_fields(value, understood[name], path)
                if name in understood
                else [Unknown(path[:200], nearest(name, understood))]
            )
        ]
    if isinstance(body, list) and isinstance(understood, list):
        return [
            each
            for index, (one, other) in enumerate(zip(body, understood, strict=False))
            for each in unknown_fields(one, other, f"{where}[{index}]")
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
