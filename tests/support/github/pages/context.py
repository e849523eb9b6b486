"""What every page needs: who looks, what they may do, how to render."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError
from tests.support.github.models import RANK, Account, CheckRun, Repository, now
from tests.support.github.pages.markdown import render
from tests.support.github.rest.routing import base_of

HERE = Path(__file__).parent
COOKIE = "login"

_POLICY = "default-src 'self'; img-src * data:; style-src 'self' 'unsafe-inline'; base-uri 'none'"
"""Comments are untrusted text: should one slip through, no script of it runs."""

_STATES = {
    "success": ("ok", "✓"),
    "failure": ("bad", "✕"),
    "error": ("bad", "✕"),
    "timed_out": ("bad", "✕"),
    "cancelled": ("off", "⊘"),
    "inactive": ("off", "■"),
    "neutral": ("off", "■"),
    "skipped": ("off", "⊘"),
    "stale": ("off", "■"),
    "action_required": ("wait", "!"),
}


def mark(state: str | None) -> tuple[str, str]:
    """Class and sign of a check's or deployment's state; the rest is on its way."""
    return _STATES.get(state or "", ("wait", "●"))


def check_mark(run: CheckRun) -> tuple[str, str]:
    return mark(run.conclusion if run.status == "completed" else run.status)


def ago(moment: datetime) -> str:
    seconds = int((now() - moment).total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' * (count != 1)} ago"
    return "just now" if seconds < 5 else f"{seconds} seconds ago"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"ago": ago, "markdown": render, "mark": mark, "check_mark": check_mark}
    made.filters["path"] = lambda text: quote(str(text))
    return made


TEMPLATES = _environment()


def github_of(request: Request) -> GitHub:
    github: GitHub = request.app.state.github
    return github


def repository_of(request: Request) -> Repository:
    params = request.path_params
    return github_of(request).state.repository(str(params["owner"]), str(params["repo"]))


def people(github: GitHub) -> list[Account]:
    return [one for one in github.state.accounts.values() if one.type == "User"]


def viewer(request: Request, repo: Repository | None = None) -> Account | None:
    """Whom the cookie names; else whoever may do most here, so that the buttons work at once."""
    github = github_of(request)
    login = request.cookies.get(COOKIE, "")
    for one in people(github):
        if one.login == login:
            return one
    ranked = people(github)
    if repo:
        ranked.sort(key=lambda one: -RANK[github.state.permission_of(one.id, repo)])
    return ranked[0] if ranked else None


def page(request: Request, template: str, **values: object) -> Response:
    """A rendered page with what the frame around it needs."""
    github = github_of(request)
    found = values.get("repo")
    repo = found if isinstance(found, Repository) else None
    frame: Mapping[str, object] = {
        "people": people(github),
        "viewer": viewer(request, repo),
        "accounts": github.state.accounts,
        "state": github.state,
        "repo": repo,
        "here": f"/{github.state.full_name(repo)}" if repo else "",
        "base": base_of(request),
        "path": request.url.path,
    }
    html = TEMPLATES.get_template(template).render(**(dict(frame) | values))
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


async def form(request: Request) -> dict[str, str]:
    """A form's fields; refused when another site's page sent it."""
    origin = request.headers.get("origin")
    if origin and origin != base_of(request):
        raise GitHubError(HTTPStatus.FORBIDDEN, "This form belongs to another site.")
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def back(url: str) -> Response:
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)
