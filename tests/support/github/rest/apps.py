"""Apps: the App itself, installations, tokens, webhook deliveries."""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice
from urllib.parse import urlencode

from pydantic import Field

from tests.support.github.bodies import accounts
from tests.support.github.bodies.repositories import repository
from tests.support.github.bodies.templates import stamp
from tests.support.github.errors import GitHubError, not_found
from tests.support.github.events import installation_event
from tests.support.github.hooks import Delivery
from tests.support.github.models import Body, Installation, Level, now
from tests.support.github.permissions import reaches
from tests.support.github.rest.routing import (
    MAX_PER_PAGE,
    PER_PAGE,
    Answer,
    Call,
    Input,
    Routes,
    created,
    integer,
    no_content,
    repository_of,
)

routes = Routes()


def _app_only(call: Call) -> None:
    if not call.caller.is_app:
        text = "A JSON web token could not be decoded"
        raise GitHubError(HTTPStatus.UNAUTHORIZED, text)


def _installation(call: Call) -> Installation:
    _app_only(call)
    found = call.state.installations.get(call.number("installation_id"))
    if found is None:
        raise not_found()
    return found


@routes.get("/app")
async def get_app(call: Call) -> object:
    _app_only(call)
    return accounts.app(call.view)


@routes.get("/app/installations")
async def list_installations(call: Call) -> object:
    _app_only(call)
    found = list(call.state.installations.values())
    return call.page(found, lambda one: accounts.installation(call.view, one))


@routes.get("/app/installations/{installation_id:int}")
async def get_installation(call: Call) -> object:
    return accounts.installation(call.view, _installation(call))


@routes.delete("/app/installations/{installation_id:int}")
async def delete_installation(call: Call) -> object:
    found = _installation(call)
    del call.state.installations[found.id]
    installation_event(call.github, found, call.state.accounts[found.account_id], "deleted")
    return no_content()


@routes.put("/app/installations/{installation_id:int}/suspended")
async def suspend_installation(call: Call) -> object:
    found = _installation(call)
    found.suspended_at = now()
    installation_event(call.github, found, call.state.accounts[found.account_id], "suspend")
    return no_content()


@routes.delete("/app/installations/{installation_id:int}/suspended")
async def unsuspend_installation(call: Call) -> object:
    found = _installation(call)
    found.suspended_at = None
    installation_event(call.github, found, call.state.accounts[found.account_id], "unsuspend")
    return no_content()


@routes.get("/repos/{owner}/{repo}/installation")
async def get_repository_installation(call: Call) -> object:
    _app_only(call)
    found = call.state.installation_for(repository_of(call.state, call.request))
    if found is None:
        raise not_found()
    return accounts.installation(call.view, found)


@routes.get("/orgs/{login}/installation")
@routes.get("/users/{login}/installation")
async def get_account_installation(call: Call) -> object:
    _app_only(call)
    found = call.state.installation_of(call.state.account(call.text("login")).id)
    return accounts.installation(call.view, found)


class NewToken(Input):
    permissions: dict[str, Level] | None = None
    repository_ids: list[int] | None = None
    repositories: list[str] | None = None


@routes.post("/app/installations/{installation_id:int}/access_tokens")
async def create_token(call: Call) -> object:
    found, wanted = _installation(call), call.parse(NewToken)
    if found.suspended_at:
        raise GitHubError(HTTPStatus.FORBIDDEN, "This installation has been suspended")
    chosen = None
    if wanted.repository_ids is not None:
        chosen = [call.state.repository_by_id(one) for one in wanted.repository_ids]
    elif wanted.repositories is not None:
        owner = call.state.accounts[found.account_id].login
        chosen = [call.state.repository(owner, name) for name in wanted.repositories]
    token = call.github.tokens.mint(found, wanted.permissions, chosen)
    shown = None if chosen is None else [repository(call.view, one) for one in chosen]
    return created(accounts.installation_token(token, shown))


@routes.delete("/installation/token")
async def revoke_token(call: Call) -> object:
    if call.caller.token is None:
        raise not_found()
    call.github.tokens.revoke(call.caller.token)
    return no_content()


@routes.get("/installation/repositories")
async def list_installation_repositories(call: Call) -> object:
    if call.caller.installation is None:
        text = "You must authenticate with an installation access token in order to list them."
        raise GitHubError(HTTPStatus.FORBIDDEN, text)
    everything = call.state.repositories.values()
    found = [one for one in everything if reaches(call.state, call.caller, one)]
    return call.page(found, lambda one: repository(call.view, one), key="repositories")


class HookConfigInput(Input):
    url: str | None = None
    content_type: str = "json"
    insecure_ssl: str | int = Field(default="0")


@routes.get("/app/hook/config")
async def get_hook_config(call: Call) -> object:
    _app_only(call)
    return call.github.app.hook.model_dump() | {"secret": "********"}


@routes.patch("/app/hook/config")
async def update_hook_config(call: Call) -> object:
    _app_only(call)
    wanted, hook = call.parse(HookConfigInput), call.github.app.hook
    if wanted.url is not None:
        hook.url = wanted.url
    return hook.model_dump() | {"secret": "********"}


@routes.get("/app/hook/deliveries")
async def list_deliveries(call: Call) -> object:
    """Newest first; `cursor` is an opaque id, `status` is success or failure."""
    _app_only(call)
    size = min(MAX_PER_PAGE, max(1, integer(call.query("per_page"), PER_PAGE)))
    start, status = integer(call.query("cursor").removeprefix("v1_"), 0), call.query("status")
    found = (
        one
        for one in call.github.hooks.newest_first()
        if (not start or one.id <= start) and (not status or one.is_ok == (status == "success"))
    )
    part = list(islice(found, size + 1))
    headers = {}
    if len(part) > size:
        query = {"per_page": size, "cursor": f"v1_{part[size].id}"}
        query |= {"status": status} if status else {}
        url = f"{call.base}/app/hook/deliveries?{urlencode(query)}"
        headers["Link"] = f'<{url}>; rel="next"'
    return Answer([_delivery(one) for one in part[:size]], headers=headers)


@routes.get("/app/hook/deliveries/{delivery_id:int}")
async def get_delivery(call: Call) -> object:
    _app_only(call)
    found = call.github.hooks.find(call.number("delivery_id"))
    return _delivery(found) | {
        "request": {"headers": found.headers, "payload": found.payload_body},
        "response": {"headers": found.response_headers, "payload": found.response_body},
    }


@routes.post("/app/hook/deliveries/{delivery_id:int}/attempts")
async def redeliver(call: Call) -> object:
    _app_only(call)
    call.github.hooks.redeliver(call.number("delivery_id"))
    return Answer({}, HTTPStatus.ACCEPTED)


def _delivery(found: Delivery) -> Body:
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": stamp(found.delivered_at),
        "redelivery": found.redelivery,
        "duration": found.duration,
        "status": found.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation_id,
        "repository_id": found.repository_id,
        "throttled_at": None,
        "url": found.url,
    }
