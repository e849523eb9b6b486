"""What the buttons on the pages do, in the name of whoever is chosen in the header."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from tests.support.github import conversation, pulls
from tests.support.github.control import press_button
from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, not_found
from tests.support.github.models import RANK, Account, PullRequest, Repository
from tests.support.github.pages.context import back, form, github_of, page, repository_of, viewer


async def act(request: Request) -> Response:
    """`POST /{owner}/{repo}/pull/{number}/{action}`, then back to the pull request."""
    github, repo, fields = github_of(request), repository_of(request), await form(request)
    found = github.state.pull(repo, int(request.path_params["number"]))
    url = f"/{github.state.full_name(repo)}/pull/{found.number}"
    try:
        actor = _actor(request, github, repo, str(request.path_params["action"]))
        await _perform(github, found, actor, str(request.path_params["action"]), fields)
    except GitHubError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            raise
        response = page(request, "refused.html", repo=repo, error=error, url=url)
        response.status_code = error.status
        return response
    github.save()
    return back(url)


def _actor(request: Request, github: GitHub, repo: Repository, action: str) -> Account:
    who = viewer(request, repo)
    level = RANK[github.state.permission_of(who.id, repo)] if who else 0
    wanted = "read" if action == "comment" else "write"
    if who is None or level < RANK[wanted]:
        name = who.login if who else "Nobody"
        text = f"{name} has no {wanted} permission in this repository."
        raise GitHubError(HTTPStatus.FORBIDDEN, text)
    return who


async def _perform(
    github: GitHub, found: PullRequest, actor: Account, action: str, fields: dict[str, str]
) -> None:
    match action:
        case "close" | "reopen":
            state = "closed" if action == "close" else "open"
            await pulls.set_state(github, found, actor, state)
        case "merge":
            await pulls.merge(github, found, actor, method=fields.get("method", "merge"))
        case "push":
            await pulls.push_empty_commit(github, found, actor)
        case "draft" | "ready":
            pulls.set_draft(github, found, actor, draft=action == "draft")
        case "comment":
            conversation.add_comment(github, found, actor, fields.get("body", ""))
        case "delete-comment":
            _delete_comment(github, found, actor, fields.get("id", ""))
        case "label":
            _toggle_label(github, found, actor, fields.get("name", "").strip())
        case _:
            raise not_found()


def _delete_comment(github: GitHub, found: PullRequest, actor: Account, number: str) -> None:
    for comment in github.state.comments_of(found):
        if str(comment.id) == number:
            conversation.delete_comment(github, comment, actor)
            return
    raise not_found()


def _toggle_label(github: GitHub, found: PullRequest, actor: Account, name: str) -> None:
    if name in found.labels:
        conversation.remove_label(github, found, actor, name)
    elif name:
        conversation.add_labels(github, found, actor, [name])


async def press(request: Request) -> Response:
    """`POST /{owner}/{repo}/runs/{id}`: a check run's button, or its Re-run."""
    github, repo, fields = github_of(request), repository_of(request), await form(request)
    actor = _actor(request, github, repo, "press")
    number = int(request.path_params["id"])
    press_button(github, number, actor, fields.get("identifier") or None)
    return back(f"/{github.state.full_name(repo)}/runs/{number}?pressed=1")
