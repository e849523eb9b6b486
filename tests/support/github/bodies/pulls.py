"""Pull requests, their issue form, comments and reactions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.support.github.bodies.accounts import account, app
from tests.support.github.bodies.repositories import label, repository, urls
from tests.support.github.bodies.templates import View, fill, node_id, stamp, stamp_or_none
from tests.support.github.models import (
    Account,
    Body,
    Comment,
    PullRequest,
    Reaction,
    Repository,
)


@dataclass(frozen=True)
class Size:
    """How big a pull request is; counted with git, so only for answers that show it."""

    commits: int = 0
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0


def pull(view: View, found: PullRequest, size: Size | None = None) -> Body:
    """The full form, of `GET .../pulls/{n}` and of webhooks."""
    path = view.template("rest:pull-request", "hook:pull_request/14/pull_request")
    size = size or Size()
    more: Body = {
        "merged": found.merged_at is not None,
        "merged_by": _account_or_none(view, found.merged_by_id),
        "mergeable": None if found.state == "closed" else found.mergeable,
        "rebaseable": None if found.state == "closed" else found.mergeable,
        "mergeable_state": _mergeable_state(found),
        "comments": len(view.state.comments_of(found)),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": size.commits,
        "additions": size.additions,
        "deletions": size.deletions,
        "changed_files": size.changed_files,
    }
    return _pull(view, found, path, more)


def simple_pull(view: View, found: PullRequest) -> Body:
    """The form in lists."""
    return _pull(view, found, "rest:pull-request-simple-items/0", {})


def _pull(view: View, found: PullRequest, path: str, more: Body) -> Body:
    state = view.state
    repo = state.repositories[found.repository_id]
    head = state.repositories.get(found.head_repository_id or 0)
    example, number = (
        ("Codertocat/Hello-World", 2) if view.is_webhook else ("octocat/Hello-World", 1347)
    )
    replace = urls(view, state.full_name(repo), example) | _numbers(number, found.number)
    replace |= dict.fromkeys(_EXAMPLE_SHAS, found.head_sha)
    values: Body = {
        "id": found.id,
        "node_id": node_id("PullRequest", found.id),
        "number": found.number,
        "state": found.state,
        "locked": False,
        "active_lock_reason": None,
        "title": found.title,
        "body": found.body,
        "user": account(view, state.accounts[found.author_id]),
        "author_association": association(view, repo, state.accounts[found.author_id]),
        "draft": found.draft,
        "labels": [label(view, repo, repo.labels[name]) for name in found.labels],
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "milestone": None,
        "auto_merge": None,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "closed_at": stamp_or_none(found.closed_at),
        "merged_at": stamp_or_none(found.merged_at),
        "merge_commit_sha": found.merge_commit_sha,
        "head": _end(view, found.head_owner_id, found.head_ref, found.head_sha, head),
        "base": _end(view, repo.owner_id, found.base_ref, found.base_sha, repo),
    }
    return fill(path, values | more, replace)


_EXAMPLE_SHAS = (
    "6dcb09b5b57875f334f61aebed695e2e4193db5e",
    "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
)


def _numbers(old: int, new: int) -> dict[str, str]:
    return {f"/{kind}/{old}": f"/{kind}/{new}" for kind in ("pulls", "pull", "issues")}


def _end(view: View, owner_id: int, ref: str, sha: str, repo: Repository | None) -> Body:
    """The `head` or `base`; the owner of a deleted fork is still known."""
    owner = view.state.accounts[owner_id]
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": account(view, owner),
        "repo": repository(view, repo) if repo else None,
    }


def _account_or_none(view: View, account_id: int | None) -> Body | None:
    return account(view, view.state.accounts[account_id]) if account_id else None


def _mergeable_state(found: PullRequest) -> str:
    if found.state == "closed" or found.mergeable is None:
        return "unknown"
    if not found.mergeable:
        return "dirty"
    return "draft" if found.draft else "clean"


def association(view: View, repo: Repository, who: Account) -> str:
    """Deliberately as coarse as GitHub's: it says CONTRIBUTOR of private organisation members."""
    if who.id == repo.owner_id:
        return "OWNER"
    if who.id in repo.collaborators:
        return "COLLABORATOR"
    has_merged = any(p.merged_at and p.author_id == who.id for p in view.state.pulls_of(repo))
    is_member = who.id in view.state.memberships.get(repo.owner_id, [])
    return "CONTRIBUTOR" if has_merged or is_member else "NONE"


def issue(view: View, found: PullRequest) -> Body:
    """A pull request as an issue, as comments and labels see it."""
    state = view.state
    repo = state.repositories[found.repository_id]
    full_name = state.full_name(repo)
    web, rest = f"{view.base}/{full_name}", f"{view.base}/repos/{full_name}"
    path = view.template("rest:issue", "hook:issue_comment/3/issue")
    example, number = (
        ("Codertocat/Hello-World", 1) if view.is_webhook else ("octocat/Hello-World", 1347)
    )
    author = state.accounts[found.author_id]
    values: Body = {
        "id": found.id,
        "node_id": node_id("PullRequest", found.id),
        "number": found.number,
        "html_url": f"{web}/pull/{found.number}",
        "title": found.title,
        "body": found.body,
        "state": found.state,
        "user": account(view, author),
        "author_association": association(view, repo, author),
        "labels": [label(view, repo, repo.labels[name]) for name in found.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "draft": found.draft,
        "comments": len(state.comments_of(found)),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "closed_at": stamp_or_none(found.closed_at),
        "closed_by": None,
        "state_reason": None,
    }
    body = fill(path, values, urls(view, full_name, example) | _numbers(number, found.number))
    body["pull_request"] = _links(found, rest, web)
    return body


def _links(found: PullRequest, rest: str, web: str) -> Body:
    """What tells a pull request from an issue."""
    return {
        "url": f"{rest}/pulls/{found.number}",
        "html_url": f"{web}/pull/{found.number}",
        "diff_url": f"{web}/pull/{found.number}.diff",
        "patch_url": f"{web}/pull/{found.number}.patch",
        "merged_at": stamp_or_none(found.merged_at),
    }


def comment(view: View, found: Comment) -> Body:
    state = view.state
    repo = state.repositories[found.repository_id]
    full_name = state.full_name(repo)
    rest = f"{view.base}/repos/{full_name}"
    author = state.accounts[found.author_id]
    values: Body = {
        "id": found.id,
        "node_id": node_id("IssueComment", found.id),
        "url": f"{rest}/issues/comments/{found.id}",
        "html_url": f"{view.base}/{full_name}/pull/{found.number}#issuecomment-{found.id}",
        "issue_url": f"{rest}/issues/{found.number}",
        "body": found.body,
        "user": account(view, author),
        "author_association": association(view, repo, author),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "performed_via_github_app": app(view) if author.type == "Bot" else None,
        "reactions": rollup(view, repo, f"comment:{found.id}"),
    }
    path = view.template("rest:issue-comment", "hook:issue_comment/3/comment")
    body = fill(path, values)
    return body if view.is_webhook else body | {key: values[key] for key in _ALWAYS_SENT}


_ALWAYS_SENT = ("performed_via_github_app", "reactions")
"""GitHub sends these with comments although the published REST example lacks them."""


def rollup(view: View, repo: Repository, subject: str) -> Body:
    kind, _, number = subject.partition(":")
    path = f"issues/comments/{number}" if kind == "comment" else f"issues/{number}"
    found = [r.content for r in view.state.reactions.values() if r.subject == subject]
    counts = Counter(found)
    names = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
    url = f"{view.base}/repos/{view.state.full_name(repo)}/{path}/reactions"
    return {"url": url, "total_count": len(found)} | {name: counts[name] for name in names}


def reaction(view: View, found: Reaction) -> Body:
    return {
        "id": found.id,
        "node_id": node_id("Reaction", found.id),
        "user": account(view, view.state.accounts[found.user_id]),
        "content": found.content,
        "created_at": stamp(found.created_at),
    }
