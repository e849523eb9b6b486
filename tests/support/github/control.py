"""Control routes below `/_control`: what no API of GitHub offers to a test.

People and organisations, installing the App, buttons that exist only on GitHub's pages, faults and
clean slates. What GitHub does have an API for (forks, collaborators, comments) is done through
it, with a person's token.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.github import installations, pulls
from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, invalid, not_found
from tests.support.github.events import Events
from tests.support.github.faults import Fault
from tests.support.github.hooks import Delivery
from tests.support.github.models import Account, AccountType, Body, HookConfig, Level
from tests.support.github.state import State

InputT = TypeVar("InputT", bound=BaseModel)
Handler: TypeAlias = Callable[[GitHub, Request, bytes], Awaitable[object]]
routes: list[Route] = []


def control(method: str, path: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        async def endpoint(request: Request) -> Response:
            github: GitHub = request.app.state.github
            result = await handler(github, request, await request.body())
            github.save()
            return JSONResponse(result)

        routes.append(Route(f"/_control{path}", endpoint, methods=[method]))
        return handler

    return register


def parse(model: type[InputT], raw: bytes) -> InputT:
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise GitHubError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None


class AccountInput(BaseModel):
    login: str
    name: str = ""


@control("POST", "/users")
async def create_user(github: GitHub, request: Request, raw: bytes) -> object:
    """The person (made unless known) and a token with which they push and call the API."""
    wanted = parse(AccountInput, raw)
    found = _account(github.state, wanted.login, wanted.name)
    token = next((t for t, one in github.state.user_tokens.items() if one == found.id), None)
    token = token or github.tokens.user_token(found)
    return {"id": found.id, "login": found.login, "token": token}


class OrganizationInput(AccountInput):
    owners: list[str] = Field(min_length=1)


@control("POST", "/organizations")
async def create_organization(github: GitHub, request: Request, raw: bytes) -> object:
    wanted, state = parse(OrganizationInput, raw), github.state
    found = _account(state, wanted.login, wanted.name, "Organization")
    members = state.memberships.setdefault(found.id, [])
    for login in wanted.owners:
        person = _account(state, login)
        if person.id not in members:
            members.append(person.id)
    return {"id": found.id, "login": found.login}


RESERVED = frozenset(
    [
        "app",
        "apps",
        "avatars",
        "installation",
        "installations",
        "orgs",
        "rate_limit",
        "repos",
        "repositories",
        "settings",
        "user",
        "users",
    ]
)
"""First parts of paths that mean something else than an account."""


def _account(state: State, login: str, name: str = "", kind: AccountType = "User") -> Account:
    """Known or new; raises 422 for a login that no account can have."""
    if state.has_account(login):
        return state.account(login)
    if login in RESERVED or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}", login):
        raise invalid("User", "login", "invalid")
    return state.add_account(login, kind, name)


class InstallationInput(BaseModel):
    account: str
    repositories: list[str] | None = None
    """Names without the owner; None means all, also later ones."""
    permissions: dict[str, Level] | None = None
    events: list[str] | None = None


@control("PUT", "/installations")
async def install(github: GitHub, request: Request, raw: bytes) -> object:
    """Install the App on an account, or change an installation to what is given."""
    wanted = parse(InstallationInput, raw)
    owner = github.state.account(wanted.account)
    chosen = None
    if wanted.repositories is not None:
        chosen = [github.state.repository(owner.login, name).id for name in wanted.repositories]
    found = installations.install(
        github, owner, chosen, permissions=wanted.permissions, events=wanted.events
    )
    return {"id": found.id, "permissions": found.permissions, "events": found.events}


class ActInput(BaseModel):
    actor: str


@control("POST", "/repos/{owner}/{repo}/pulls/{number:int}/{state}")
async def set_draft(github: GitHub, request: Request, raw: bytes) -> object:
    """`draft` or `ready`: only GraphQL can do it at GitHub."""
    params, actor = request.path_params, github.state.account(parse(ActInput, raw).actor)
    if params["state"] not in ("draft", "ready"):
        raise not_found()
    repo = github.state.repository(params["owner"], params["repo"])
    found = github.state.pull(repo, params["number"])
    pulls.set_draft(github, found, actor, draft=params["state"] == "draft")
    return {"draft": found.draft}


class PressInput(ActInput):
    identifier: str | None = None
    """Of the check run's button; None is the "Re-run" that every check run has."""


@control("POST", "/check-runs/{check_run_id:int}/press")
async def press(github: GitHub, request: Request, raw: bytes) -> object:
    wanted = parse(PressInput, raw)
    press_button(
        github,
        request.path_params["check_run_id"],
        github.state.account(wanted.actor),
        wanted.identifier,
    )
    return {}


def press_button(github: GitHub, check_run_id: int, actor: Account, identifier: str | None) -> None:
    """Tell the App that somebody pressed a check run's button; raises 404."""
    found = github.state.check_runs.get(check_run_id)
    if found is None:
        raise not_found()
    events = Events(github, github.state.repositories[found.repository_id], actor)
    if identifier is None:
        events.check_run(found, "rerequested")
        return
    if identifier not in [action.identifier for action in found.actions]:
        raise not_found()
    pressed = {"identifier": identifier}
    events.check_run(found, "requested_action", requested_action=pressed)


# the webhook


@control("PUT", "/hook")
async def set_hook(github: GitHub, request: Request, raw: bytes) -> object:
    github.app.hook = parse(HookConfig, raw)
    return github.app.hook.model_dump()


@control("GET", "/deliveries")
async def list_deliveries(github: GitHub, request: Request, raw: bytes) -> object:
    """All with their payloads, oldest first; `wait` seconds at most for those on their way."""
    await github.hooks.settle(float(request.query_params.get("wait", "0")))
    found = sorted(github.hooks.deliveries.values(), key=lambda one: one.id)
    shown = [_delivery(one) for one in found]
    return {"in_flight": github.hooks.in_flight, "deliveries": shown}


def _delivery(found: Delivery) -> Body:
    return found.model_dump(mode="json") | {"payload": found.payload_body}


# bad days and clean slates


@control("GET", "/faults")
async def list_faults(github: GitHub, request: Request, raw: bytes) -> object:
    faults = github.faults
    return {
        "armed": [one.model_dump(mode="json") for one in faults.armed],
        "spent": [one.model_dump(mode="json") for one in faults.spent],
    }


@control("POST", "/faults")
async def add_fault(github: GitHub, request: Request, raw: bytes) -> object:
    fault = parse(Fault, raw)
    github.faults.add(fault)
    return fault.model_dump(mode="json")


@control("DELETE", "/faults")
async def clear_faults(github: GitHub, request: Request, raw: bytes) -> object:
    """All, or the one of this `id`."""
    if fault_id := request.query_params.get("id"):
        github.faults.remove(fault_id)
    else:
        github.faults.clear()
    return {}


@control("DELETE", "/tokens")
async def expire_tokens(github: GitHub, request: Request, raw: bytes) -> object:
    """All installation tokens stop working now; people's tokens stay."""
    return {"expired": github.tokens.expire_all()}


class LimitsInput(BaseModel):
    requests_an_hour: int = Field(ge=1)


@control("PUT", "/limits")
async def set_limits(github: GitHub, request: Request, raw: bytes) -> object:
    """The primary rate limit, for everyone and counted from zero."""
    github.limits.reset()
    github.limits.limit = parse(LimitsInput, raw).requests_an_hour
    return {}


class ClockInput(BaseModel):
    token_seconds: float = Field(gt=0)


@control("PUT", "/token-life")
async def set_token_life(github: GitHub, request: Request, raw: bytes) -> object:
    """How long installation tokens live that are minted from now on."""
    seconds = parse(ClockInput, raw).token_seconds
    github.tokens.token_life = type(github.tokens.token_life)(seconds=seconds)
    return {}


@control("POST", "/reset")
async def reset(github: GitHub, request: Request, raw: bytes) -> object:
    """Forget everything but the App, its key and its webhook."""
    await github.reset()
    return {}


@control("GET", "/facts")
async def facts(github: GitHub, request: Request, raw: bytes) -> object:
    """What a client needs to know: App id, private key, webhook secret."""
    return github.facts()
