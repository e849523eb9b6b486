"""The set-up page: what was found, and the form by which people say otherwise (EC-1, ENV-008, ENV-011)."""

from datetime import UTC, datetime
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import operations
from api.dependencies import ServicesDep, WebCallerDep, caller_at
from api.errors import to_answer
from api.failures import OperationError
from api.links import environment_path
from api.operations import Caller, Services
from api.pages.environments import lead_to, page, read_form
from api.pages.setup_form import LABELS, SetupForm, make_change, read_setup_form
from api.pages.setup_view import setup_view
from api.schemas import Problem
from workflows.commands import EnvironmentKey, ResetOverrides
from workflows.errors import CatalystError
from workflows.models import Label

MAX_SETUP_FORM = 4 * 1024 * 1024
"""Bytes: the longest variables twice, with each character in the longest form that a browser gives it."""
router = APIRouter(include_in_schema=False)


@router.get("/environments/{project}/{environment}/setup")
async def setup(
    request: Request,
    services: ServicesDep,
    caller: WebCallerDep,
    project: Label,
    environment: Label,
) -> Response:
    key = EnvironmentKey(project=project, environment=environment)
    return page(request, "setup.html", await _context(services, caller, key))


@router.post("/environments/{project}/{environment}/setup")
async def save(
    request: Request, services: ServicesDep, project: Label, environment: Label
) -> Response:
    """Keep what differs from what was shown, then the environment; or the form again, with what was typed."""
    sent = await read_form(request, limit=MAX_SETUP_FORM)
    caller = caller_at("web", request, sent.get("request"))
    key = EnvironmentKey(project=project, environment=environment)
    form = read_setup_form(sent)
    try:
        written = await operations.set_overrides(services, caller, make_change(key, form))
    except (OperationError, CatalystError) as error:
        problem = to_answer(error).problem
        context = await _context(services, caller, key, form=form, problem=problem)
        response = page(request, "setup.html", context)
        response.status_code = problem.status
        return response
    return lead_to(environment_path(project, environment), f"good {written.message}")


@router.post("/environments/{project}/{environment}/setup/reset")
async def reset(
    request: Request, services: ServicesDep, project: Label, environment: Label
) -> Response:
    sent = await read_form(request)
    caller = caller_at("web", request, sent.get("request"))
    wanted = ResetOverrides(project=project, environment=environment)
    try:
        written = await operations.reset_overrides(services, caller, wanted)
        told = f"good {written.message}"
    except (OperationError, CatalystError) as error:
        told = f"bad {error}{f' {error.hint}' if error.hint else ''}"
    return lead_to(environment_path(project, environment), told)


async def _context(
    services: Services,
    caller: Caller,
    key: EnvironmentKey,
    *,
    form: SetupForm | None = None,
    problem: Problem | None = None,
) -> dict[str, object]:
    detail = await operations.get_environment(services, caller, key)
    overrides = await operations.get_overrides(services, caller, key)
    errors = _of_fields(problem) if problem else {}
    view = setup_view(detail, overrides, now=datetime.now(UTC), form=form, errors=errors)
    # The form's own id: pressing twice asks once.
    return {"view": view, "problem": problem, "request_id": str(uuid4())}


def _of_fields(problem: Problem) -> dict[str, str]:
    """What is wrong, by the names of the form's fields; the rest stands at the top of the page."""
    told: dict[str, str] = {}
    for each in problem.errors:
        name = each["where"].partition(".")[0]
        if name in LABELS:
            told[name] = f"{told[name]} {each['message']}" if name in told else each["message"]
    return told
