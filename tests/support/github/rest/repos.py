"""Repositories, collaborators, people, organisations, rate limit."""

from __future__ import annotations

from http import HTTPStatus

from tests.support.github import repositories
from tests.support.github.bodies import accounts
from tests.support.github.bodies import repositories as bodies
from tests.support.github.errors import GitHubError, not_found
from tests.support.github.models import RANK, Account, Label, Repository
from tests.support.github.permissions import reaches, read, write
from tests.support.github.rest.routing import Answer, Call, Input, Routes, created, no_content

routes = Routes()
ADMIN = write("administration", person="admin")


@routes.get("/repos/{owner}/{repo}", read())
async def get_repository(call: Call) -> object:
    return bodies.full_repository(call.view, call.repository, call.caller.account)


class RepositoryInput(Input):
    name: str
    private: bool = False
    description: str | None = None
    auto_init: bool = False
    default_branch: str = "main"
    """Not an option of GitHub's, whose branch name is an account setting."""


async def _create(call: Call, owner: Account) -> Answer:
    wanted = call.parse(RepositoryInput)
    made = await repositories.create(
        call.github,
        owner,
        wanted.name,
        call.actor,
        private=wanted.private,
        description=wanted.description,
        default_branch=wanted.default_branch,
        auto_init=wanted.auto_init,
    )
    return created(bodies.full_repository(call.view, made, call.actor))


@routes.post("/user/repos")
async def create_own_repository(call: Call) -> object:
    return await _create(call, call.actor)


@routes.post("/orgs/{org}/repos")
async def create_organization_repository(call: Call) -> object:
    owner = call.state.account(call.text("org"))
    if call.actor.id not in call.state.memberships.get(owner.id, []):
        text = "You need admin access to the organization before adding a repository to it."
        raise GitHubError(HTTPStatus.FORBIDDEN, text)
    return await _create(call, owner)


@routes.get("/orgs/{owner}/repos")
@routes.get("/users/{owner}/repos")
async def list_repositories(call: Call) -> object:
    return _repositories_of(call, call.state.account(call.text("owner")))


@routes.get("/user/repos")
async def list_own_repositories(call: Call) -> object:
    return _repositories_of(call, call.actor)


def _repositories_of(call: Call, owner: Account) -> Answer:
    """Those the caller may see; an installation sees what it covers, and what is public."""

    def is_visible(one: Repository) -> bool:
        if one.owner_id != owner.id:
            return False
        if call.caller.installation:
            return not one.private or reaches(call.state, call.caller, one)
        who = call.caller.account
        return not one.private if who is None else call.state.permission_of(who.id, one) != "none"

    found = [one for one in call.state.repositories.values() if is_visible(one)]
    return call.page(found, lambda one: bodies.repository(call.view, one))


class RepositoryEdit(Input):
    name: str | None = None
    description: str | None = None
    private: bool | None = None
    default_branch: str | None = None


@routes.patch("/repos/{owner}/{repo}", ADMIN)
async def edit_repository(call: Call) -> object:
    wanted, repo = call.parse(RepositoryEdit), call.repository
    if wanted.name and wanted.name != repo.name:
        repositories.rename(call.github, repo, call.actor, wanted.name)
    if wanted.description is not None:
        repo.description = wanted.description
    if wanted.private is not None:
        repo.private = wanted.private
    if wanted.default_branch:
        repo.default_branch = wanted.default_branch
    return bodies.full_repository(call.view, repo, call.caller.account)


@routes.delete("/repos/{owner}/{repo}", ADMIN)
async def delete_repository(call: Call) -> object:
    repositories.delete(call.github, call.repository, call.actor)
    return no_content()


@routes.get("/repos/{owner}/{repo}/forks", read())
async def list_forks(call: Call) -> object:
    everything = call.state.repositories.values()
    found = [one for one in everything if one.fork_of == call.repository.id]
    return call.page(found, lambda one: bodies.repository(call.view, one))


@routes.post("/repos/{owner}/{repo}/forks", read("contents"))
async def create_fork(call: Call) -> object:
    made = await repositories.fork(call.github, call.repository, call.actor)
    body = bodies.full_repository(call.view, made, call.actor)
    return Answer(body, HTTPStatus.ACCEPTED)


# who may


@routes.get("/repos/{owner}/{repo}/collaborators/{login}/permission", read())
async def get_permission(call: Call) -> object:
    """`none` for a stranger; 404 only for a login that nobody has."""
    who = call.state.account(call.text("login"))
    return bodies.collaborator_permission(call.view, call.repository, who)


@routes.get("/repos/{owner}/{repo}/collaborators/{login}", read())
async def is_collaborator(call: Call) -> object:
    who = call.state.account(call.text("login"))
    level = call.state.permission_of(who.id, call.repository)
    if who.id not in call.repository.collaborators and level != "admin":
        raise not_found()
    return no_content()


class CollaboratorInput(Input):
    permission: str = "push"


@routes.put("/repos/{owner}/{repo}/collaborators/{login}", ADMIN)
async def add_collaborator(call: Call) -> object:
    """Without the invitation that GitHub puts in between."""
    who, wanted = call.state.account(call.text("login")), call.parse(CollaboratorInput)
    repositories.set_collaborator(call.repository, who, wanted.permission)
    return no_content()


@routes.delete("/repos/{owner}/{repo}/collaborators/{login}", ADMIN)
async def remove_collaborator(call: Call) -> object:
    who = call.state.account(call.text("login"))
    repositories.set_collaborator(call.repository, who, "none")
    return no_content()


@routes.get("/repos/{owner}/{repo}/collaborators", read(person="write"))
async def list_collaborators(call: Call) -> object:
    people = [a for a in call.state.accounts.values() if a.type == "User"]
    repo = call.repository
    found = [a for a in people if RANK[call.state.permission_of(a.id, repo)] > RANK["read"]]
    return call.page(
        found, lambda one: bodies.collaborator_permission(call.view, repo, one)["user"]
    )


# labels of the repository


class LabelInput(Input):
    name: str
    color: str = "ededed"
    description: str | None = None


@routes.get("/repos/{owner}/{repo}/labels", read("issues", "pull_requests"))
async def list_labels(call: Call) -> object:
    found = list(call.repository.labels.values())
    return call.page(found, lambda one: bodies.label(call.view, call.repository, one))


@routes.post("/repos/{owner}/{repo}/labels", write("issues", "pull_requests"))
async def create_label(call: Call) -> object:
    wanted, repo = call.parse(LabelInput), call.repository
    if wanted.name in repo.labels:
        error = {"resource": "Label", "code": "already_exists", "field": "name"}
        raise GitHubError(422, "Validation Failed", errors=[error])
    made = Label(id=call.state.new_id(), **wanted.model_dump())
    repo.labels[made.name] = made
    return created(bodies.label(call.view, repo, made))


# people and limits


@routes.get("/user")
async def get_self(call: Call) -> object:
    if call.caller.installation:
        raise GitHubError(HTTPStatus.FORBIDDEN, "Resource not accessible by integration")
    return accounts.full_account(call.view, call.actor)


@routes.get("/users/{login}")
async def get_user(call: Call) -> object:
    return accounts.full_account(call.view, call.state.account(call.text("login")))


@routes.get("/orgs/{org}")
async def get_organization(call: Call) -> object:
    found = call.state.account(call.text("org"))
    if found.type != "Organization":
        raise not_found()
    return accounts.full_organization(call.view, found)


@routes.get("/rate_limit")
async def get_rate_limit(call: Call) -> object:
    window = call.github.limits.window(call.caller.key)
    window.used -= 1  # this question is free
    spare = window.body() | {"limit": 30, "remaining": 30, "used": 0}
    resources = {"core": window.body(), "search": spare, "graphql": spare}
    return {"resources": resources, "rate": window.body()}
