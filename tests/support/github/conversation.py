"""What is said on a pull request: comments, labels, reactions."""

from __future__ import annotations

from http import HTTPStatus

from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, invalid
from tests.support.github.events import Events
from tests.support.github.models import Account, Comment, Label, PullRequest, Reaction, now


def add_comment(github: GitHub, found: PullRequest, author: Account, body: str) -> Comment:
    repo = github.state.repositories[found.repository_id]
    comment = Comment(
        id=github.state.new_id(),
        repository_id=repo.id,
        number=found.number,
        author_id=author.id,
        body=_checked(body),
    )
    github.state.comments[comment.id] = comment
    found.updated_at = now()
    Events(github, repo, author).issue_comment(found, comment, "created")
    return comment


def edit_comment(github: GitHub, comment: Comment, actor: Account, body: str) -> None:
    repo = github.state.repositories[comment.repository_id]
    found = github.state.pull(repo, comment.number)
    before, comment.body, comment.updated_at = comment.body, _checked(body), now()
    changes = {"body": {"from": before}}
    Events(github, repo, actor).issue_comment(found, comment, "edited", changes=changes)


def delete_comment(github: GitHub, comment: Comment, actor: Account) -> None:
    repo = github.state.repositories[comment.repository_id]
    found = github.state.pull(repo, comment.number)
    Events(github, repo, actor).issue_comment(found, comment, "deleted")
    del github.state.comments[comment.id]


MAX_COMMENT = 65536
"""Characters; GitHub refuses longer ones."""


def _checked(body: str) -> str:
    if not body.strip():
        raise invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
    if len(body) > MAX_COMMENT:
        text = f"Body is too long (maximum is {MAX_COMMENT} characters)"
        raise invalid("IssueComment", "data", "unprocessable", text)
    return body


def add_labels(github: GitHub, found: PullRequest, actor: Account, names: list[str]) -> None:
    """Labels that the repository does not have yet are created, as by GitHub."""
    repo = github.state.repositories[found.repository_id]
    for name in names:
        repo.labels.setdefault(name, Label(id=github.state.new_id(), name=name))
        if name not in found.labels:
            found.labels.append(name)
            github.state.note(found, actor, "labeled", name)
            Events(github, repo, actor).labelled(found, "labeled", name)


def remove_label(github: GitHub, found: PullRequest, actor: Account, name: str) -> None:
    if name not in found.labels:
        raise GitHubError(HTTPStatus.NOT_FOUND, "Label does not exist")
    found.labels.remove(name)
    github.state.note(found, actor, "unlabeled", name)
    repo = github.state.repositories[found.repository_id]
    Events(github, repo, actor).labelled(found, "unlabeled", name)


CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def react(github: GitHub, subject: str, actor: Account, content: str) -> tuple[Reaction, bool]:
    """The reaction, and whether it is new: everyone has each reaction once."""
    if content not in CONTENTS:
        raise invalid("Reaction", "content", "invalid")
    for found in github.state.reactions.values():
        if (found.subject, found.user_id, found.content) == (subject, actor.id, content):
            return found, False
    made = Reaction(id=github.state.new_id(), subject=subject, content=content, user_id=actor.id)
    github.state.reactions[made.id] = made
    return made, True
