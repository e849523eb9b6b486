"""People, organisations, the App and its installations."""

from __future__ import annotations

from tests.support.github.bodies.templates import View, fill, node_id, stamp, stamp_or_none
from tests.support.github.models import Account, Body, Installation, InstallationToken

API = "https://api.github.com"


def account(view: View, who: Account) -> Body:
    """The short form that stands in other bodies as `user`, `owner`, `sender` or `creator`."""
    replace = {
        f"{API}/users/octocat": f"{view.base}/users/{who.login}",
        "https://github.com/octocat": _page(view, who),
    }
    return fill("rest:reaction/user", _account_values(view, who), replace)


def _account_values(view: View, who: Account) -> Body:
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id(who.type, who.id),
        "type": who.type,
        "site_admin": False,
        "avatar_url": f"{view.base}/avatars/{who.id}",
        "html_url": _page(view, who),
    }


def _page(view: View, who: Account) -> str:
    is_bot = who.type == "Bot"
    return (
        f"{view.base}/apps/{who.login.removesuffix('[bot]')}"
        if is_bot
        else f"{view.base}/{who.login}"
    )


def full_account(view: View, who: Account) -> Body:
    """The answer of `GET /users/{login}`."""
    replace = {
        f"{API}/users/octocat": f"{view.base}/users/{who.login}",
        "https://github.com/octocat": _page(view, who),
    }
    values = _account_values(view, who) | {
        "name": who.name,
        "email": None,
        "bio": None,
        "blog": "",
        "company": None,
        "location": None,
        "twitter_username": None,
        "created_at": stamp(who.created_at),
        "updated_at": stamp(who.created_at),
        "public_repos": 0,
        "followers": 0,
    }
    body = fill("rest:public-user-default-response", values, replace)
    return body | {"user_view_type": "public"}


def organization(view: View, who: Account) -> Body:
    """The `organization` of a webhook body."""
    replace = {f"{API}/orgs/Octocoders": f"{view.base}/orgs/{who.login}"}
    values = _account_values(view, who) | {"description": ""}
    return fill("hook:pull_request/14/organization", values, replace)


def full_organization(view: View, who: Account) -> Body:
    """The answer of `GET /orgs/{org}`."""
    replace = {
        f"{API}/orgs/github": f"{view.base}/orgs/{who.login}",
        "https://github.com/github": f"{view.base}/{who.login}",
    }
    values = _account_values(view, who) | {
        "name": who.name,
        "description": "",
        "email": who.email,
        "created_at": stamp(who.created_at),
        "updated_at": stamp(who.created_at),
    }
    return fill("rest:organization-full", values, replace) | {"archived_at": None}


def app(view: View) -> Body:
    """The App: the answer of `GET /app`, and the `app` of check runs."""
    found = view.state.the_app()
    path = view.template("rest:integration", "hook:check_run/6/check_run/app")
    values: Body = {
        "id": found.id,
        "client_id": found.client_id,
        "slug": found.slug,
        "name": found.name,
        "node_id": node_id("App", found.id),
        "owner": account(view, view.state.accounts[found.owner_id]),
        "description": "",
        "external_url": view.base,
        "html_url": f"{view.base}/apps/{found.slug}",
        "permissions": dict(found.permissions),
        "events": list(found.events),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
    }
    return fill(path, values)


def installation(view: View, found: Installation) -> Body:
    """The REST form; webhooks carry time stamps as numbers, see `events`."""
    owner = view.state.accounts[found.account_id]
    the_app = view.state.the_app()
    path = view.template("rest:installation", "hook:installation/1/installation")
    values: Body = {
        "id": found.id,
        "account": account(view, owner),
        "app_id": the_app.id,
        "app_slug": the_app.slug,
        "client_id": the_app.client_id,
        "target_id": owner.id,
        "target_type": owner.type,
        "access_tokens_url": f"{view.base}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{view.base}/installation/repositories",
        "html_url": f"{view.base}/settings/installations/{found.id}",
        "repository_selection": "all" if found.repository_ids is None else "selected",
        "permissions": dict(found.permissions),
        "events": list(found.events),
        "single_file_name": None,
        "single_file_paths": [],
        "has_multiple_single_files": False,
        "suspended_at": stamp_or_none(found.suspended_at),
        "suspended_by": account(view, owner) if found.suspended_at else None,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
    }
    return fill(path, values)


def installation_token(token: InstallationToken, repositories: list[Body] | None) -> Body:
    found: Body = {
        "token": token.token,
        "expires_at": stamp(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if token.repository_ids is None else "selected",
    }
    return found | ({} if repositories is None else {"repositories": repositories})
