"""What follows from a moved ref: pull requests move, merge or close, and the App is told.

Whoever changes refs (a git push, the merge button, the API) holds `refs_lock` and calls
`ref_changed` once per ref, after git has it.
"""

from __future__ import annotations

from tests.support.github import git_files
from tests.support.github.bodies.pulls import Size
from tests.support.github.core import GitHub
from tests.support.github.events import Events
from tests.support.github.git import ZERO, Commit, FileChange, Person
from tests.support.github.models import Account, PullRequest, Repository, now

MAX_COMMITS = 20
"""In a push event; GitHub sends up to 2048, nobody here reads more than the newest."""


async def ref_changed(
    github: GitHub, repo: Repository, sender: Account, ref: str, before: str, after: str
) -> None:
    """Carry a ref change (ZERO: created or deleted) to everything that depends on it."""
    repo.pushed_at = now()
    events = Events(github, repo, sender)
    if before == ZERO:
        events.created(ref)
    if after == ZERO:
        events.deleted(ref)
    forced = await _is_forced(github, repo, before, after)
    await _announce(github, repo, events, ref, before, after, forced=forced)
    branch = ref.removeprefix("refs/heads/")
    if branch == ref:
        return
    for found in list(github.state.pulls.values()):
        if found.state != "open":
            continue
        if (found.head_repository_id, found.head_ref) == (repo.id, branch):
            await _head_changed(github, found, sender, before, after, forced=forced)
        elif (found.repository_id, found.base_ref) == (repo.id, branch):
            await _base_changed(github, found, sender, after)


async def _is_forced(github: GitHub, repo: Repository, before: str, after: str) -> bool:
    if ZERO in (before, after):
        return False
    return not await github.git.is_ancestor(repo.id, before, after)


async def _announce(
    github: GitHub,
    repo: Repository,
    events: Events,
    ref: str,
    before: str,
    after: str,
    *,
    forced: bool,
) -> None:
    if after == ZERO:
        events.push(ref, before, after, forced=False, commits=[], head=None)
        return
    since = [] if before == ZERO else [f"^{before}"]
    limit = f"-{MAX_COMMITS}"
    found = await github.git.commits(repo.id, ["--first-parent", limit, after, *since])
    commits = [(one, await _files(github, repo, one)) for one in reversed(found)]
    newest = commits[-1] if commits else await _with_files(github, repo, after)
    events.push(ref, before, after, forced=forced, commits=commits, head=newest)


async def _files(github: GitHub, repo: Repository, commit: Commit) -> list[FileChange]:
    parent = commit.parents[0] if commit.parents else None
    return await git_files.changes(github.git, repo.id, parent, commit.sha)


async def _with_files(
    github: GitHub, repo: Repository, sha: str
) -> tuple[Commit, list[FileChange]]:
    (commit,) = await github.git.commits(repo.id, ["-1", sha])
    return commit, await _files(github, repo, commit)


async def _head_changed(
    github: GitHub, found: PullRequest, sender: Account, before: str, after: str, *, forced: bool
) -> None:
    repo = github.state.repositories[found.repository_id]
    if after == ZERO:
        close(github, found, sender)
        return
    found.head_sha = after
    kind = "force_pushed" if forced else "pushed"
    github.state.note(found, sender, kind, f"{before}..{after}")
    await refresh(github, found)
    size = await measure(github, found)
    Events(github, repo, sender).pull_request(
        found, "synchronize", size=size, before=before, after=after
    )


async def _base_changed(github: GitHub, found: PullRequest, sender: Account, after: str) -> None:
    if after == ZERO:
        close(github, found, sender)
    elif await github.git.is_ancestor(found.repository_id, found.head_sha, after):
        merged(github, found, sender, after)
    else:
        await refresh(github, found)


async def refresh(github: GitHub, found: PullRequest) -> None:
    """Bring `refs/pull/N/*`, the base commit and mergeability up to date."""
    git, repo = github.git, found.repository_id
    if found.head_repository_id not in (None, repo):
        await git.fetch_commit(found.head_repository_id or 0, repo, found.head_sha)
    refs = {f"refs/pull/{found.number}/head": found.head_sha}
    base = await git.resolve(repo, f"refs/heads/{found.base_ref}")
    if base is not None:
        found.base_sha = base
        found.merge_commit_sha = await _test_merge(github, found)
        found.mergeable = found.merge_commit_sha is not None
        if found.merge_commit_sha:
            refs[f"refs/pull/{found.number}/merge"] = found.merge_commit_sha
    await git.set_refs(repo, refs)


async def _test_merge(github: GitHub, found: PullRequest) -> str | None:
    """What merging now would make; None on a conflict."""
    repo, base, head = found.repository_id, found.base_sha, found.head_sha
    tree = await github.git.merge_tree(repo, base, head)
    if tree is None:
        return None
    author = person(github.state.accounts[found.author_id])
    message = f"Merge {head} into {base}"
    return await github.git.commit_tree(repo, tree, (base, head), message, author)


async def measure(github: GitHub, found: PullRequest) -> Size:
    """Commits and lines of a pull request against its base."""
    git, repo = github.git, found.repository_id
    start = await git.merge_base(repo, found.base_sha, found.head_sha)
    files = await git_files.changes(git, repo, start, found.head_sha)
    since = f"{start}..{found.head_sha}" if start else found.head_sha
    return Size(
        commits=await git.count(repo, since),
        additions=sum(f.additions for f in files),
        deletions=sum(f.deletions for f in files),
        changed_files=len(files),
    )


def close(github: GitHub, found: PullRequest, actor: Account) -> None:
    """Close without merging."""
    found.state, found.closed_at = "closed", now()
    github.state.note(found, actor, "closed")
    repo = github.state.repositories[found.repository_id]
    Events(github, repo, actor).pull_request(found, "closed")


def merged(github: GitHub, found: PullRequest, actor: Account, commit: str) -> None:
    """Record a merge that git already has."""
    found.state, found.closed_at, found.merged_at = "closed", now(), now()
    found.merged_by_id, found.merge_commit_sha = actor.id, commit
    github.state.note(found, actor, "merged", commit)
    repo = github.state.repositories[found.repository_id]
    Events(github, repo, actor).pull_request(found, "closed")


def person(account: Account) -> Person:
    """The account as author of a commit made by the server."""
    return Person(account.name or account.login, account.email)
