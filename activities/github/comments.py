"""The one comment of a pull request: edited in place, found again when its id was lost, never a second one."""

from http import HTTPStatus

from github import Github, GithubException
from github.Issue import Issue
from github.IssueComment import IssueComment

from workflows.models import PullRequestRef


def write_comment(
    github: Github,
    ref: PullRequestRef,
    body: str,
    *,
    marker: str,
    author: str,
    comment_id: int | None,
) -> int:
    """Bring our comment to `body`; its id afterwards. One request while `comment_id` is right.

    Without an id, or when a person has deleted the comment, ours is looked for by `marker` and `author`
    before a new one is made: an earlier attempt may have made it.
    """
    # Comments on pull requests are those of the issue with the same number.
    issue = github.get_repo(ref.repository_id).get_issue(ref.number)
    if comment_id is not None and _edit(issue.get_comment(comment_id), body):
        return comment_id
    ours = [found for found in _ours(issue, marker, author) if found.id != comment_id]
    for position, found in enumerate(ours):
        if _edit(found, body):
            _remove(ours[position + 1 :])
            return found.id
    return issue.create_comment(body).id


def _remove(extras: list[IssueComment]) -> None:
    """Comments made by a request that GitHub carried out long after we had given it up."""
    for extra in extras:
        try:
            extra.delete()
        except GithubException as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise


def _edit(comment: IssueComment, body: str) -> bool:
    """False when the comment does not exist any more."""
    try:
        comment.edit(body)
    except GithubException as error:
        if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return False
        raise
    return True


def _ours(issue: Issue, marker: str, author: str) -> list[IssueComment]:
    """Oldest first. Anybody may write the marker; only the App writes as the App."""
    return [
        comment
        for comment in issue.get_comments()
        if getattr(comment.user, "login", "").lower()
        == author.lower()  # None for a deleted account
        and (comment.body or "").lstrip().startswith(marker)
    ]
