"""What people and programs do to pull requests."""

from __future__ import annotations

from http import HTTPStatus

from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, invalid, not_found, unprocessable
from tests.support.github.events import Events
from tests.support.github.git import GitError
from tests.support.github.models import Account, PullRequest, Repository, now
from tests.support.github.refs import close, measure, merged, person, ref_changed, refresh


async def open_pull(
    github: GitHub,
    repo: Repository,
    author: Account,
    *,
    title: str,
    head: str,
    base: str,
    body: str | None = None,
    draft: bool = False,
) -> PullRequest:
    """`head` is a branch, or `login:branch` of a fork; raises 422 like GitHub."""
    head_repo, branch = _head_repository(github, repo, head)
    async with github.refs_lock:
        sha = await github.git.resolve(head_repo.id, f"refs/heads/{branch}")
        base_sha = await github.git.resolve(repo.id, f"refs/heads/{base}")
        if sha is None:
            raise invalid("PullRequest", "head", "invalid")
        if base_sha is None:
            raise invalid("PullRequest", "base", "invalid")
        _check_is_new(github, repo, head_repo, branch, base)
        if head_repo.id == repo.id and await github.git.is_ancestor(repo.id, sha, base_sha):
            text = f"No commits between {base} and {head}"
            raise invalid("PullRequest", "base", "custom", text)
        repo.last_number += 1
        found = PullRequest(
            id=github.state.new_id(),
            number=repo.last_number,
            repository_id=repo.id,
            title=title,
            body=body,
            author_id=author.id,
            head_repository_id=head_repo.id,
            head_owner_id=head_repo.owner_id,
            head_ref=branch,
            head_sha=sha,
            base_ref=base,
            base_sha=base_sha,
            draft=draft,
        )
        github.state.pulls[found.id] = found
        await refresh(github, found)
        github.state.note(found, author, "opened", sha)
        size = await measure(github, found)
    Events(github, repo, author).pull_request(found, "opened", size=size)
    return found


def _check_is_new(
    github: GitHub, repo: Repository, head_repo: Repository, branch: str, base: str
) -> None:
    """A branch has one open pull request into each base."""
    for other in github.state.pulls_of(repo):
        same = (other.head_repository_id, other.head_ref) == (head_repo.id, branch)
        if same and other.state == "open" and other.base_ref == base:
            text = f"A pull request already exists for {branch}."
            raise invalid("PullRequest", "base", "custom", text)


def _head_repository(github: GitHub, repo: Repository, head: str) -> tuple[Repository, str]:
    owner, _, branch = head.rpartition(":")
    if not owner or github.state.account(owner).id == repo.owner_id:
        return repo, branch
    owner_id = github.state.account(owner).id
    for found in github.state.repositories.values():
        if found.owner_id == owner_id and found.fork_of == repo.id:
            return found, branch
    raise invalid("PullRequest", "head", "invalid")


async def reopen(github: GitHub, found: PullRequest, actor: Account) -> None:
    """Refused when merged, or when the branch is gone or was force-pushed meanwhile."""
    repo = github.state.repositories[found.repository_id]
    async with github.refs_lock:
        head_repo = found.head_repository_id
        sha = head_repo and await github.git.resolve(head_repo, f"refs/heads/{found.head_ref}")
        if found.merged_at or not head_repo or not sha:
            text = f"state cannot be changed. The {found.head_ref} branch has been deleted."
            raise invalid("PullRequest", "state", "invalid", text)
        if not await github.git.is_ancestor(head_repo, found.head_sha, sha):
            text = f"state cannot be changed. The {found.head_ref} branch was force-pushed."
            raise invalid("PullRequest", "state", "invalid", text)
        found.state, found.closed_at, found.head_sha = "open", None, sha
        await refresh(github, found)
    github.state.note(found, actor, "reopened")
    Events(github, repo, actor).pull_request(found, "reopened")


async def edit(
    github: GitHub,
    found: PullRequest,
    actor: Account,
    *,
    title: str | None = None,
    body: str | None = None,
    base: str | None = None,
) -> None:
    """Change title, body or base branch and say what they were; nothing changed, nothing sent."""
    repo = github.state.repositories[found.repository_id]
    changes: dict[str, object] = {}
    if title is not None and title != found.title:
        changes["title"] = {"from": found.title}
        github.state.note(found, actor, "renamed", f"{found.title}\n{title}")
        found.title = title
    if body is not None and body != found.body:
        changes["body"] = {"from": found.body or ""}
        found.body = body
    if base is not None and base != found.base_ref:
        if await github.git.resolve(repo.id, f"refs/heads/{base}") is None:
            raise invalid("PullRequest", "base", "invalid")
        changes["base"] = {"ref": {"from": found.base_ref}, "sha": {"from": found.base_sha}}
        github.state.note(found, actor, "base_changed", f"{found.base_ref}\n{base}")
        found.base_ref = base
        async with github.refs_lock:
            await refresh(github, found)
    if changes:
        found.updated_at = now()
        Events(github, repo, actor).pull_request(found, "edited", changes=changes)


async def set_state(github: GitHub, found: PullRequest, actor: Account, state: str) -> None:
    if state not in ("open", "closed"):
        raise invalid("PullRequest", "state", "invalid")
    if state == found.state:
        return
    if state == "closed":
        close(github, found, actor)
    else:
        await reopen(github, found, actor)


def set_draft(github: GitHub, found: PullRequest, actor: Account, *, draft: bool) -> None:
    if found.draft == draft:
        return
    found.draft = draft
    action = "converted_to_draft" if draft else "ready_for_review"
    github.state.note(found, actor, action)
    repo = github.state.repositories[found.repository_id]
    Events(github, repo, actor).pull_request(found, action)


async def merge(
    github: GitHub,
    found: PullRequest,
    actor: Account,
    *,
    method: str = "merge",
    title: str | None = None,
    sha: str | None = None,
) -> str:
    """Merge, squash or rebase into the base branch; returns the new tip of the base."""
    repo = github.state.repositories[found.repository_id]
    if sha and sha != found.head_sha:
        text = "Head branch was modified. Review and try the merge again."
        raise GitHubError(HTTPStatus.CONFLICT, text)
    async with github.refs_lock:
        base = await github.git.resolve(repo.id, f"refs/heads/{found.base_ref}")
        if found.state == "closed" or found.draft or base is None:
            raise GitHubError(HTTPStatus.METHOD_NOT_ALLOWED, "Pull Request is not mergeable")
        made = await _merge_commit(github, found, actor, base, method, title)
        ref = f"refs/heads/{found.base_ref}"
        await github.git.set_ref(repo.id, ref, made)
        merged(github, found, actor, made)
        await ref_changed(github, repo, actor, ref, base, made)
    return made


async def _merge_commit(
    github: GitHub, found: PullRequest, actor: Account, base: str, method: str, title: str | None
) -> str:
    git, repo, who = github.git, found.repository_id, person(actor)
    tree = await git.merge_tree(repo, base, found.head_sha)
    if tree is None:
        raise GitHubError(HTTPStatus.METHOD_NOT_ALLOWED, "Pull Request is not mergeable")
    if method == "rebase":
        try:
            return await git.rebase(repo, base, found.head_sha, who)
        except GitError:
            text = "This branch can't be rebased"
            raise GitHubError(HTTPStatus.METHOD_NOT_ALLOWED, text) from None
    if method == "squash":
        message = title or f"{found.title} (#{found.number})"
        return await git.commit_tree(repo, tree, [base], message, who)
    message = title or f"Merge pull request #{found.number} from {found.head_ref}\n\n{found.title}"
    return await git.commit_tree(repo, tree, [base, found.head_sha], message, who)


async def push_empty_commit(github: GitHub, found: PullRequest, actor: Account) -> str:
    """What the button on the page does: a commit on the head branch that changes no file."""
    if found.head_repository_id is None or found.state == "closed":
        raise unprocessable("There is no branch to push to.")
    head_repo = github.state.repositories[found.head_repository_id]
    ref = f"refs/heads/{found.head_ref}"
    async with github.refs_lock:
        before = await github.git.resolve(head_repo.id, ref)
        if before is None:
            raise not_found()
        tree = await github.git.text(head_repo.id, "rev-parse", f"{before}^{{tree}}")
        message = "Try again\n\nAn empty commit, pushed from the page of the pull request."
        made = await github.git.commit_tree(head_repo.id, tree, [before], message, person(actor))
        await github.git.set_ref(head_repo.id, ref, made)
        await ref_changed(github, head_repo, actor, ref, before, made)
    return made
