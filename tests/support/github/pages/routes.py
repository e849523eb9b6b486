"""The pages and what their buttons do."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tests.support.github import git_files
from tests.support.github.errors import not_found
from tests.support.github.models import PullRequest
from tests.support.github.pages import actions
from tests.support.github.pages.context import (
    COOKIE,
    HERE,
    back,
    form,
    github_of,
    page,
    repository_of,
)
from tests.support.github.pages.timeline import reactions, timeline
from tests.support.github.refs import measure

PALETTE = ("#0969da", "#8250df", "#bf3989", "#bc4c00", "#1a7f37", "#9a6700", "#0550ae", "#cf222e")


async def home(request: Request) -> Response:
    state = github_of(request).state
    repositories = sorted(state.repositories.values(), key=lambda one: one.pushed_at, reverse=True)
    return page(request, "home.html", repositories=repositories)


async def account(request: Request) -> Response:
    state = github_of(request).state
    who = state.account(str(request.path_params["owner"]))
    found = [one for one in state.repositories.values() if one.owner_id == who.id]
    return page(request, "home.html", repositories=found, owner=who)


async def code(request: Request) -> Response:
    """The files of the default branch's root, and its README."""
    github, repo = github_of(request), repository_of(request)
    sha = await github.git.resolve(repo.id, f"refs/heads/{repo.default_branch}")
    entries, readme, last = [], None, None
    if sha:
        (last,) = await github.git.commits(repo.id, ["-1", sha])
        entries = await git_files.folder(github.git, repo.id, sha, "")
        entries.sort(key=lambda one: (one.kind != "tree", one.path.lower()))
        for one in entries:
            if one.path.lower() == "readme.md":
                readme = str(
                    await git_files.content(github.git, repo.id, one.sha), errors="replace"
                )
    branches = await github.git.refs(repo.id)
    names = [ref.removeprefix("refs/heads/") for ref in branches]
    return page(
        request, "code.html", repo=repo, entries=entries, readme=readme, last=last, branches=names
    )


async def pull_list(request: Request) -> Response:
    github, repo = github_of(request), repository_of(request)
    wanted = request.query_params.get("state", "open")
    pulls = sorted(github.state.pulls_of(repo), key=lambda one: one.number, reverse=True)
    shown = [one for one in pulls if one.state == wanted]
    counts = {state: sum(p.state == state for p in pulls) for state in ("open", "closed")}
    checks = {one.id: github.state.check_runs_of(repo, one.head_sha) for one in shown}
    return page(
        request, "pulls.html", repo=repo, pulls=shown, wanted=wanted, counts=counts, checks=checks
    )


def pull_of(request: Request) -> PullRequest:
    number = int(request.path_params["number"])
    return github_of(request).state.pull(repository_of(request), number)


async def pull(request: Request) -> Response:
    """The conversation; with `?fragment` only the part that a script keeps fresh."""
    github, repo, found = github_of(request), repository_of(request), pull_of(request)
    runs = github.state.check_runs_of(repo, found.head_sha)
    statuses = {s.context: s for s in github.state.statuses.values() if s.sha == found.head_sha}
    deployments = [one for one in github.state.deployments_of(repo) if one.sha == found.head_sha]
    is_fragment = "fragment" in request.query_params
    return page(
        request,
        "conversation.html" if is_fragment else "pull.html",
        repo=repo,
        pull=found,
        tab="conversation",
        items=await timeline(github, found),
        faces=reactions(github, f"pull:{found.id}"),
        size=await measure(github, found),
        checks=list({one.name: one for one in runs}.values()),
        statuses=list(statuses.values()),
        active=[one for one in deployments if one.state == "success"],
    )


async def files(request: Request) -> Response:
    github, repo, found = github_of(request), repository_of(request), pull_of(request)
    start = await github.git.merge_base(repo.id, found.base_sha, found.head_sha)
    changes = await git_files.changes(github.git, repo.id, start, found.head_sha, with_patches=True)
    size = await measure(github, found)
    return page(
        request, "files.html", repo=repo, pull=found, tab="files", changes=changes, size=size
    )


async def commits(request: Request) -> Response:
    github, repo, found = github_of(request), repository_of(request), pull_of(request)
    since = f"{found.base_sha}..{found.head_sha}"
    history = await github.git.commits(repo.id, ["--reverse", "-100", since])
    size = await measure(github, found)
    return page(
        request, "commits.html", repo=repo, pull=found, tab="commits", history=history, size=size
    )


async def check_run(request: Request) -> Response:
    github, repo = github_of(request), repository_of(request)
    run = github.state.check_runs.get(int(request.path_params["id"]))
    if run is None or run.repository_id != repo.id:
        raise not_found()
    return page(request, "run.html", repo=repo, run=run, app=github.app)


async def deployments(request: Request) -> Response:
    github, repo = github_of(request), repository_of(request)
    found = list(reversed(github.state.deployments_of(repo)))
    wanted = request.query_params.get("environment")
    shown = [one for one in found if wanted in (None, one.environment)]
    environments = sorted({one.environment for one in found})
    return page(
        request,
        "deployments.html",
        repo=repo,
        deployments=shown,
        environments=environments,
        wanted=wanted,
    )


async def deliveries(request: Request) -> Response:
    github = github_of(request)
    shown = github.hooks.newest_first()[:100]
    return page(request, "deliveries.html", deliveries=shown, app=github.app)


async def redeliver(request: Request) -> Response:
    await form(request)
    github_of(request).hooks.redeliver(int(request.path_params["id"]))
    return back("/settings/deliveries")


async def avatar(request: Request) -> Response:
    """A letter on a coloured square, the same for the same account."""
    who = github_of(request).state.accounts.get(int(request.path_params["id"]))
    if who is None:
        raise not_found()
    shape = 12 if who.type == "User" else 3
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
        f'<rect width="24" height="24" rx="{shape}" fill="{PALETTE[who.id % len(PALETTE)]}"/>'
        '<text x="12" y="16.5" font-family="sans-serif" font-size="13" font-weight="600" '
        f'text-anchor="middle" fill="#fff">{who.login[0].upper()}</text></svg>'
    )
    headers = {"Cache-Control": "max-age=3600"}
    return Response(svg, media_type="image/svg+xml", headers=headers)


async def act_as(request: Request) -> Response:
    fields = await form(request)
    target = fields.get("back", "/")
    response = back(target if target.startswith("/") and not target.startswith("//") else "/")
    response.set_cookie(COOKIE, fields["login"], httponly=True, samesite="lax")
    return response


def missing(request: Request) -> Response:
    """For browsers; programs get JSON."""
    response = page(request, "missing.html")
    response.status_code = HTTPStatus.NOT_FOUND
    return response


def routes() -> list[BaseRoute]:
    """All of them; the bare `/{owner}/{repo}` last."""
    pull_path = "/{owner}/{repo}/pull/{number:int}"
    return [
        Mount("/_static", StaticFiles(directory=HERE / "static")),
        Route("/", home),
        Route("/avatars/{id:int}", avatar),
        Route("/_as", act_as, methods=["POST"]),
        Route("/settings/deliveries", deliveries),
        Route("/settings/deliveries/{id:int}", redeliver, methods=["POST"]),
        Route("/{owner}", account),
        Route("/{owner}/{repo}", code),
        Route("/{owner}/{repo}/pulls", pull_list),
        Route("/{owner}/{repo}/deployments", deployments),
        Route("/{owner}/{repo}/runs/{id:int}", check_run),
        Route("/{owner}/{repo}/runs/{id:int}", actions.press, methods=["POST"]),
        Route(pull_path, pull),
        Route(f"{pull_path}/files", files),
        Route(f"{pull_path}/commits", commits),
        Route(f"{pull_path}/{{action}}", actions.act, methods=["POST"]),
    ]
