"""Pages for people: an operation is asked, a view is made of its answer, a template places it.

Each live part has an address of its own, from which a script of ours refreshes it; without scripts the page
reloads itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import parse_qs, quote, unquote, urlencode
from uuid import uuid4

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import operations
from api.body import read_body
from api.dependencies import ServicesDep, WebCallerDep, caller_at
from api.failures import InvalidInputError, OperationError
from api.links import environment_path
from api.operations import OPERATIONS, Caller, Services
from api.pages.backup_rows import backups_view
from api.pages.templates import render
from api.pages.views import detail_view, list_view
from api.schemas import EnvironmentDetail, Problem
from workflows.commands import (
    Approve,
    BackUpService,
    EnvironmentKey,
    GetLogs,
    ListEnvironments,
    ListProjects,
    ResetService,
    RestoreBackup,
)
from workflows.errors import CatalystError
from workflows.models import Label
from workflows.models.messages import CommandResult

MAX_FORM = 10_000
"""Bytes; our forms hold a commit and a request id."""
FLASH = "catalyst_flash"
FLASH_SECONDS = 20
router = APIRouter(include_in_schema=False)


@router.get("/")
async def environments(
    request: Request,
    services: ServicesDep,
    caller: WebCallerDep,
    wanted: Annotated[ListEnvironments, Query()],
) -> Response:
    context = await _list_context(services, caller, wanted)
    return page(request, "environments.html", context)


@router.get("/fragments/environments")
async def environments_fragment(
    services: ServicesDep, caller: WebCallerDep, wanted: Annotated[ListEnvironments, Query()]
) -> Response:
    return render("fragments/environments.html", await _list_context(services, caller, wanted))


@router.get("/environments/{project}/{environment}")
async def environment(
    request: Request,
    services: ServicesDep,
    caller: WebCallerDep,
    project: Label,
    environment: Label,
) -> Response:
    context = await _detail_context(services, caller, project, environment)
    return page(request, "environment.html", context)


@router.get("/fragments/environments/{project}/{environment}")
async def environment_fragment(
    services: ServicesDep, caller: WebCallerDep, project: Label, environment: Label
) -> Response:
    context = await _detail_context(services, caller, project, environment)
    return render("fragments/environment.html", context)


@router.get("/environments/{project}/{environment}/logs")
async def logs(
    request: Request,
    services: ServicesDep,
    caller: WebCallerDep,
    project: Label,
    environment: Label,
) -> Response:
    context = await _logs_context(request, services, caller, project, environment)
    return page(request, "logs.html", context)


@router.get("/fragments/environments/{project}/{environment}/logs")
async def logs_fragment(
    request: Request,
    services: ServicesDep,
    caller: WebCallerDep,
    project: Label,
    environment: Label,
) -> Response:
    context = await _logs_context(request, services, caller, project, environment)
    return render("fragments/logs.html", context)


@router.post("/environments/{project}/{environment}/{command}")
async def change(
    request: Request,
    services: ServicesDep,
    project: Label,
    environment: Label,
    command: Literal[
        "retry",
        "redeploy",
        "reset_service",
        "back_up_service",
        "restore_backup",
        "delete",
        "approve",
    ],
) -> Response:
    """Carry it out, then show the environment again with what was answered."""
    form = await read_form(request)
    caller = caller_at("web", request, form.get("request"))
    key = EnvironmentKey(project=project, environment=environment)
    wanted = _FORMS[command].read(key, form) if command in _FORMS else key
    try:
        answer: CommandResult = await OPERATIONS[command](services, caller, wanted)
        told = f"good {answer.message}"
    except (OperationError, CatalystError) as error:
        told = f"bad {error}{f' {error.hint}' if error.hint else ''}"
    return lead_to(environment_path(project, environment), told)


def lead_to(path: str, told: str) -> Response:
    """The page at that path, which shows once what is told: `good` or `bad`, and a sentence."""
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    # A cookie rather than the address: nobody can send a link that makes this page say things.
    response.set_cookie(
        FLASH, quote(told[:1_000]), max_age=FLASH_SECONDS, httponly=True, samesite="strict"
    )
    return response


def problem_page(request: Request, problem: Problem) -> Response:
    """What a person sees in place of a problem document."""
    response = page(request, "problem.html", {"problem": problem})
    response.status_code = problem.status
    return response


async def read_form(request: Request, *, limit: int = MAX_FORM) -> dict[str, str]:
    """The fields, empty ones too. Raises InvalidInputError, TooLargeError, SlowBodyError."""
    try:
        body = (await read_body(request, limit=limit)).decode("ascii")
        fields = parse_qs(body, keep_blank_values=True, errors="strict")
        return {name: values[-1] for name, values in fields.items()}
    except ValueError as error:
        raise InvalidInputError("the form cannot be read") from error


@dataclass(frozen=True)
class _Form:
    """A command that needs more than the environment's name."""

    model: type[EnvironmentKey]
    needs: str
    """What is told where the form does not have it."""

    def read(self, key: EnvironmentKey, form: dict[str, str]) -> EnvironmentKey:
        """Raises InvalidInputError."""
        named = {name: form.get(name, "") for name in self.model.model_fields}
        try:
            return self.model.model_validate(named | key.model_dump())
        except ValueError as error:
            raise InvalidInputError(self.needs) from error


_FORMS = {
    "approve": _Form(Approve, "an approval names a whole commit"),
    "reset_service": _Form(ResetService, "a reset names a service"),
    "back_up_service": _Form(BackUpService, "a backup names a service"),
    "restore_backup": _Form(RestoreBackup, "a restore names a service and one of its backups"),
}


async def _list_context(
    services: Services, caller: Caller, wanted: ListEnvironments
) -> dict[str, object]:
    listed = await operations.list_environments(services, caller, wanted)
    projects = (
        ()
        if listed.environments
        else (await operations.list_projects(services, caller, ListProjects())).projects
    )
    view = list_view(
        listed,
        phase=wanted.phase,
        include_deleted=wanted.include_deleted,
        now=datetime.now(UTC),
    )
    return {"view": view, "projects": projects, "web_url": services.links.web_url}


async def _detail_context(
    services: Services, caller: Caller, project: str, environment: str
) -> dict[str, object]:
    key, now = EnvironmentKey(project=project, environment=environment), datetime.now(UTC)
    detail: EnvironmentDetail = await operations.get_environment(services, caller, key)
    backups = None
    if detail.backed_up:
        backups = backups_view(await operations.list_backups(services, caller, key), now=now)
    # The form's own id: pressing twice asks once.
    return {
        "view": detail_view(detail, now=now),
        "backups": backups,
        "request_id": str(uuid4()),
    }


async def _logs_context(
    request: Request, services: Services, caller: Caller, project: str, environment: str
) -> dict[str, object]:
    asked = {name: value for name, value in request.query_params.items() if value}
    try:
        wanted = GetLogs.model_validate(asked | {"project": project, "environment": environment})
    except ValueError as error:
        raise InvalidInputError("these logs cannot be asked for") from error
    found = await operations.get_logs(services, caller, wanted)
    shown = wanted.model_dump(exclude={"project", "environment"}, exclude_defaults=True)
    return {
        "logs": found,
        "wanted": wanted,
        "path": environment_path(project, environment),
        "query": urlencode({name: str(value).lower() for name, value in shown.items()}),
        "names": sorted({each.container for each in found.containers}),
    }


def page(request: Request, template: str, context: dict[str, object]) -> Response:
    """The template with what was answered to the last press of a button, which is told once."""
    tone, _, text = unquote(request.cookies.get(FLASH, "")).partition(" ")
    flash = {"tone": tone, "text": text} if tone in ("good", "bad") else None
    response = render(template, context | {"flash": flash})
    response.headers["Cache-Control"] = "no-store"
    if flash:
        response.delete_cookie(FLASH)
    return response
