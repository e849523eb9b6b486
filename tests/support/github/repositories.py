"""Creating, forking, renaming and deleting repositories, and who works in them."""

from __future__ import annotations

import re

from tests.support.github.core import GitHub
from tests.support.github.errors import invalid
from tests.support.github.events import Events
from tests.support.github.git import ZERO
from tests.support.github.models import RANK, Account, Repository, now
from tests.support.github.refs import close, person, ref_changed

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


async def create(
    github: GitHub,
    owner: Account,
    name: str,
    actor: Account,
    *,
    private: bool = True,
    description: str | None = None,
    default_branch: str = "main",
    auto_init: bool = False,
) -> Repository:
    """An empty repository, or with a first commit when `auto_init` is set."""
    _check_free(github, owner, name)
    repo = Repository(
        id=github.state.new_id(),
        name=name,
        owner_id=owner.id,
        private=private,
        default_branch=default_branch,
        description=description,
    )
    github.state.repositories[repo.id] = repo
    await github.git.create(repo.id, default_branch)
    Events(github, repo, actor).repository("created")
    if auto_init:
        async with github.refs_lock:
            tree = await github.git.run(repo.id, "mktree")
            made = await github.git.commit_tree(
                repo.id, tree.decode().strip(), [], "Initial commit", person(actor)
            )
            ref = f"refs/heads/{default_branch}"
            await github.git.set_ref(repo.id, ref, made)
            await ref_changed(github, repo, actor, ref, ZERO, made)
    return repo


def _check_free(github: GitHub, owner: Account, name: str) -> None:
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise invalid("Repository", "name", "invalid")
    taken = {r.name.lower() for r in github.state.repositories.values() if r.owner_id == owner.id}
    if name.lower() in taken:
        text = "name already exists on this account"
        raise invalid("Repository", "name", "custom", text)


async def fork(github: GitHub, parent: Repository, owner: Account) -> Repository:
    """The fork of that owner; asking twice gives the same one."""
    for found in github.state.repositories.values():
        if found.fork_of == parent.id and found.owner_id == owner.id:
            return found
    _check_free(github, owner, parent.name)
    made = Repository(
        id=github.state.new_id(),
        name=parent.name,
        owner_id=owner.id,
        private=parent.private,
        default_branch=parent.default_branch,
        fork_of=parent.id,
    )
    await github.git.clone(parent.id, made.id)
    github.state.repositories[made.id] = made
    return made


def rename(github: GitHub, repo: Repository, actor: Account, name: str) -> None:
    """The old name keeps working for API and git, by redirect."""
    owner = github.state.accounts[repo.owner_id]
    _check_free(github, owner, name)
    before, old = repo.name, github.state.full_name(repo).lower()
    repo.name, repo.updated_at = name, now()
    new = github.state.full_name(repo).lower()
    repo.former_names = [one for one in (*repo.former_names, old) if one != new]
    changes = {"repository": {"name": {"from": before}}}
    Events(github, repo, actor).repository("renamed", changes=changes)


def delete(github: GitHub, repo: Repository, actor: Account) -> None:
    """With all that hangs on it; open pull requests from a deleted fork lose their head and stay."""
    Events(github, repo, actor).repository("deleted")
    state = github.state
    for pull in list(state.pulls.values()):
        if pull.repository_id == repo.id:
            del state.pulls[pull.id]
        elif pull.head_repository_id == repo.id:
            pull.head_repository_id = None
            if pull.state == "open":
                close(github, pull, actor)
    del state.repositories[repo.id]
    state.comments = {k: v for k, v in state.comments.items() if v.repository_id != repo.id}
    state.deployments = {k: v for k, v in state.deployments.items() if v.repository_id != repo.id}
    state.environments = {k: v for k, v in state.environments.items() if v.repository_id != repo.id}
    state.statuses = {k: v for k, v in state.statuses.items() if v.repository_id != repo.id}
    state.check_runs = {k: v for k, v in state.check_runs.items() if v.repository_id != repo.id}
    for other in state.repositories.values():
        other.fork_of = None if other.fork_of == repo.id else other.fork_of
    for installation in state.installations.values():
        if installation.repository_ids and repo.id in installation.repository_ids:
            installation.repository_ids.remove(repo.id)
    github.git.delete(repo.id)


def set_collaborator(repo: Repository, who: Account, permission: str) -> None:
    """GitHub's API says pull and push where everything else says read and write."""
    level = {"pull": "read", "push": "write"}.get(permission, permission)
    if level not in RANK:
        raise invalid("RepositoryCollaborator", "permission", "invalid")
    if level == "none":
        repo.collaborators.pop(who.id, None)
    else:
        repo.collaborators[who.id] = level
