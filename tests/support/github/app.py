"""The ASGI application: REST, git over HTTP, control routes and pages on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.support.github import control, git_files, pages
from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, not_found
from tests.support.github.git_http import git_http
from tests.support.github.rest import apps, checks, contents, deployments, issues, pulls, repos


async def codeload(request: Request) -> Response:
    """The archive behind a `tarball` redirect; the commit in its path is what protects it."""
    github: GitHub = request.app.state.github
    params = request.path_params
    repo = github.state.repository(params["owner"], params["repo"])
    kind, sha = params["kind"], params["sha"]
    owner = github.state.accounts[repo.owner_id].login
    prefix = f"{owner}-{repo.name}-{sha[:7]}"
    content = await git_files.archive(github.git, repo.id, sha, prefix, kind)
    name = f"{prefix}.{kind}"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, media_type="application/x-gzip", headers=headers)


async def on_error(request: Request, error: Exception) -> Response:
    """Pages and control routes raise what REST routes raise; browsers get a page."""
    found = error if isinstance(error, GitHubError) else not_found()
    if found.status == HTTPStatus.NOT_FOUND and "text/html" in request.headers.get("accept", ""):
        return pages.missing(request)
    return JSONResponse(found.body(), found.status, headers=found.headers)


GIT = "/{owner}/{repo}/{service:path}"
_GIT_SERVICES = ("info/refs", "git-upload-pack", "git-receive-pack")


def routes() -> list[BaseRoute]:
    """Order matters: what has a fixed beginning comes before `/{owner}/{repo}`."""
    git: list[BaseRoute] = []
    for service in _GIT_SERVICES:
        # The path parameter is a constant here; starlette has no literal parameters.
        path = GIT.replace("{service:path}", service)
        method = "GET" if service == "info/refs" else "POST"
        git.append(Route(path, git_http, methods=[method], name=service))
    # Longer `commits/{ref}/...` routes come before the bare one, whose ref may hold slashes.
    modules = (apps, checks, deployments, contents, issues, pulls, repos)
    rest = [route for module in modules for route in module.routes]
    archive = Route("/_codeload/{owner}/{repo}/{kind}/{sha}", codeload)
    return [*control.routes, archive, *rest, *git, *pages.routes()]


def create_app(start: Callable[[], GitHub]) -> Starlette:
    """`start` runs inside the server's event loop; importing this module does nothing."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        github = start()
        app.state.github = github
        try:
            yield
        finally:
            await github.close()

    return Starlette(
        routes=routes(),
        lifespan=lifespan,
        exception_handlers={GitHubError: on_error, HTTPStatus.NOT_FOUND: on_error},
    )
