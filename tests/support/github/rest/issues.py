"""Pull requests as issues: comments, labels, reactions."""

from __future__ import annotations

from http import HTTPStatus

from tests.support.github import conversation, pulls
from tests.support.github.bodies import pulls as bodies
from tests.support.github.bodies.repositories import label
from tests.support.github.errors import GitHubError, not_found
from tests.support.github.models import RANK, Comment, PullRequest
from tests.support.github.permissions import read, write
from tests.support.github.rest.pulls import pull_of
from tests.support.github.rest.routing import Answer, Call, Input, Routes, created, no_content

routes = Routes()
READ = read("issues", "pull_requests")
WRITE = write("issues", "pull_requests", person="read")
LABEL = write("issues", "pull_requests", person="triage")


@routes.get("/repos/{owner}/{repo}/issues/{number:int}", READ)
async def get_issue(call: Call) -> object:
    return bodies.issue(call.view, pull_of(call))


@routes.get("/repos/{owner}/{repo}/issues", READ)
async def list_issues(call: Call) -> object:
    state = call.query("state", "open")
    found = [p for p in call.state.pulls_of(call.repository) if state in ("all", p.state)]
    found.sort(key=lambda one: one.id, reverse=True)
    return call.page(found, lambda one: bodies.issue(call.view, one))


class IssueEdit(Input):
    title: str | None = None
    body: str | None = None
    state: str | None = None
    labels: list[str] | None = None


@routes.patch("/repos/{owner}/{repo}/issues/{number:int}", LABEL)
async def edit_issue(call: Call) -> object:
    found, wanted = pull_of(call), call.parse(IssueEdit)
    await pulls.edit(call.github, found, call.actor, title=wanted.title, body=wanted.body)
    if wanted.labels is not None:
        _set_labels(call, found, wanted.labels)
    if wanted.state:
        await pulls.set_state(call.github, found, call.actor, wanted.state)
    return bodies.issue(call.view, found)


# comments


class CommentInput(Input):
    body: str


def comment_of(call: Call) -> Comment:
    found = call.state.comments.get(call.number("comment_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return found


def _may_change(call: Call, found: Comment) -> None:
    """An App changes only its own comments; people theirs, and with write access everyone's."""
    if found.author_id == call.actor.id:
        return
    level = RANK[call.state.permission_of(call.actor.id, call.repository)]
    if call.caller.installation or level < RANK["write"]:
        text = "Must have admin rights to Repository."
        raise GitHubError(HTTPStatus.FORBIDDEN, text)


@routes.get("/repos/{owner}/{repo}/issues/{number:int}/comments", READ)
async def list_comments(call: Call) -> object:
    found = call.state.comments_of(pull_of(call))
    return call.page(found, lambda one: bodies.comment(call.view, one))


@routes.post("/repos/{owner}/{repo}/issues/{number:int}/comments", WRITE)
async def create_comment(call: Call) -> object:
    text = call.parse(CommentInput).body
    made = conversation.add_comment(call.github, pull_of(call), call.actor, text)
    url = f"{call.base}/repos/{call.state.full_name(call.repository)}/issues/comments/{made.id}"
    return Answer(bodies.comment(call.view, made), HTTPStatus.CREATED, {"Location": url})


@routes.get("/repos/{owner}/{repo}/issues/comments", READ)
async def list_all_comments(call: Call) -> object:
    found = [c for c in call.state.comments.values() if c.repository_id == call.repository.id]
    return call.page(found, lambda one: bodies.comment(call.view, one))


@routes.get("/repos/{owner}/{repo}/issues/comments/{comment_id:int}", READ)
async def get_comment(call: Call) -> object:
    return bodies.comment(call.view, comment_of(call))


@routes.patch("/repos/{owner}/{repo}/issues/comments/{comment_id:int}", WRITE)
async def edit_comment(call: Call) -> object:
    found, text = comment_of(call), call.parse(CommentInput).body
    _may_change(call, found)
    conversation.edit_comment(call.github, found, call.actor, text)
    return bodies.comment(call.view, found)


@routes.delete("/repos/{owner}/{repo}/issues/comments/{comment_id:int}", WRITE)
async def delete_comment(call: Call) -> object:
    found = comment_of(call)
    _may_change(call, found)
    conversation.delete_comment(call.github, found, call.actor)
    return no_content()


# reactions


class ReactionInput(Input):
    content: str


def _react(call: Call, subject: str) -> Answer:
    content = call.parse(ReactionInput).content
    made, is_new = conversation.react(call.github, subject, call.actor, content)
    body = bodies.reaction(call.view, made)
    return created(body) if is_new else Answer(body)


def _reactions(call: Call, subject: str) -> Answer:
    found = [r for r in call.state.reactions.values() if r.subject == subject]
    return call.page(found, lambda one: bodies.reaction(call.view, one))


@routes.get("/repos/{owner}/{repo}/issues/comments/{comment_id:int}/reactions", READ)
async def list_comment_reactions(call: Call) -> object:
    return _reactions(call, f"comment:{comment_of(call).id}")


@routes.post("/repos/{owner}/{repo}/issues/comments/{comment_id:int}/reactions", WRITE)
async def react_to_comment(call: Call) -> object:
    return _react(call, f"comment:{comment_of(call).id}")


@routes.delete("/repos/{owner}/{repo}/issues/comments/{comment_id:int}/reactions/{id:int}", WRITE)
async def take_reaction_back(call: Call) -> object:
    found = call.state.reactions.get(call.number("id"))
    if found is None or found.user_id != call.actor.id:
        raise not_found()
    del call.state.reactions[found.id]
    return no_content()


@routes.get("/repos/{owner}/{repo}/issues/{number:int}/reactions", READ)
async def list_reactions(call: Call) -> object:
    return _reactions(call, f"pull:{pull_of(call).id}")


@routes.post("/repos/{owner}/{repo}/issues/{number:int}/reactions", WRITE)
async def react(call: Call) -> object:
    return _react(call, f"pull:{pull_of(call).id}")


# labels of a pull request


def _labels(call: Call, found: PullRequest) -> list[object]:
    repo = call.repository
    return [label(call.view, repo, repo.labels[name]) for name in found.labels]


def _wanted_labels(call: Call) -> list[str]:
    """`{"labels": [...]}` or a bare list, of names or of objects with a name."""
    given = call.payload.get("labels") or call.payload.get("list") or []
    return [str(one["name"]) if isinstance(one, dict) else str(one) for one in given]


def _set_labels(call: Call, found: PullRequest, names: list[str]) -> None:
    for name in [one for one in found.labels if one not in names]:
        conversation.remove_label(call.github, found, call.actor, name)
    conversation.add_labels(call.github, found, call.actor, names)


@routes.get("/repos/{owner}/{repo}/issues/{number:int}/labels", READ)
async def list_labels(call: Call) -> object:
    return call.page(_labels(call, pull_of(call)), lambda one: one)


@routes.post("/repos/{owner}/{repo}/issues/{number:int}/labels", LABEL)
async def add_labels(call: Call) -> object:
    found = pull_of(call)
    conversation.add_labels(call.github, found, call.actor, _wanted_labels(call))
    return _labels(call, found)


@routes.put("/repos/{owner}/{repo}/issues/{number:int}/labels", LABEL)
async def set_labels(call: Call) -> object:
    found = pull_of(call)
    _set_labels(call, found, _wanted_labels(call))
    return _labels(call, found)


@routes.delete("/repos/{owner}/{repo}/issues/{number:int}/labels/{name:path}", LABEL)
async def remove_label(call: Call) -> object:
    found = pull_of(call)
    conversation.remove_label(call.github, found, call.actor, call.text("name"))
    return _labels(call, found)
