"""Deployments, environments, commit statuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from pydantic import Field

from tests.support.github.bodies import deployments as bodies
from tests.support.github.errors import GitHubError, not_found, unprocessable
from tests.support.github.events import Events
from tests.support.github.models import (
    Body,
    CommitStatus,
    Deployment,
    DeploymentStatus,
    Environment,
    now,
)
from tests.support.github.permissions import read, write
from tests.support.github.rest.contents import resolve
from tests.support.github.rest.routing import Call, Input, Routes, created, no_content

routes = Routes()
READ = read("deployments")
WRITE = write("deployments")


@routes.get("/repos/{owner}/{repo}/deployments", READ)
async def list_deployments(call: Call) -> object:
    def matches(one: Deployment) -> bool:
        return all(
            call.query(name) in ("", value)
            for name, value in {
                "sha": one.sha,
                "ref": one.ref,
                "task": one.task,
                "environment": one.environment,
            }.items()
        )

    found = [one for one in reversed(call.state.deployments_of(call.repository)) if matches(one)]
    return call.page(found, lambda one: bodies.deployment(call.view, one))


class DeploymentInput(Input):
    ref: str
    task: str = "deploy"
    auto_merge: bool = True
    required_contexts: list[str] | None = None
    payload: Body | str | None = None
    environment: str = "production"
    description: str | None = None
    transient_environment: bool = False
    production_environment: bool | None = None


@routes.post("/repos/{owner}/{repo}/deployments", WRITE)
async def create_deployment(call: Call) -> object:
    wanted, repo = call.parse(DeploymentInput), call.repository
    sha = await call.github.git.resolve(repo.id, wanted.ref)
    if sha is None:
        raise unprocessable(f"No ref found for: {wanted.ref}")
    _check_contexts(call, sha, wanted.required_contexts)
    _environment(call, wanted.environment)
    is_production = wanted.production_environment
    made = Deployment(
        id=call.state.new_id(),
        repository_id=repo.id,
        ref=wanted.ref,
        sha=sha,
        creator_id=call.actor.id,
        task=wanted.task,
        environment=wanted.environment,
        original_environment=wanted.environment,
        description=wanted.description,
        payload={} if wanted.payload is None else wanted.payload,
        transient_environment=wanted.transient_environment,
        production_environment=wanted.environment == "production"
        if is_production is None
        else is_production,
    )
    call.state.deployments[made.id] = made
    Events(call.github, repo, call.actor).deployment(made)
    return created(bodies.deployment(call.view, made))


def _check_contexts(call: Call, sha: str, required: list[str] | None) -> None:
    """By default every commit status has to be a success: `required_contexts=[]` avoids it."""
    latest = {s.context: s.state for s in _statuses(call, sha)}
    for name in latest if required is None else required:
        if latest.get(name) != "success":
            text = "Conflict: Commit status checks failed for " + call.text("repo")
            raise GitHubError(HTTPStatus.CONFLICT, text)


def _environment(call: Call, name: str) -> None:
    for found in call.state.environments.values():
        if (found.repository_id, found.name) == (call.repository.id, name):
            return
    made = Environment(id=call.state.new_id(), repository_id=call.repository.id, name=name)
    call.state.environments[made.id] = made


def deployment_of(call: Call) -> Deployment:
    found = call.state.deployments.get(call.number("deployment_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return found


@routes.get("/repos/{owner}/{repo}/deployments/{deployment_id:int}", READ)
async def get_deployment(call: Call) -> object:
    return bodies.deployment(call.view, deployment_of(call))


@routes.delete("/repos/{owner}/{repo}/deployments/{deployment_id:int}", WRITE)
async def delete_deployment(call: Call) -> object:
    found = deployment_of(call)
    if len(call.state.deployments_of(call.repository)) > 1 and found.state != "inactive":
        raise unprocessable("We cannot delete an active deployment unless it is the only one.")
    del call.state.deployments[found.id]
    return no_content()


class DeploymentStatusInput(Input):
    state: Literal[
        "error", "failure", "inactive", "in_progress", "queued", "pending", "success", "waiting"
    ]
    target_url: str = ""
    log_url: str = ""
    description: str = Field(default="", max_length=140)
    environment: str = ""
    environment_url: str = ""
    auto_inactive: bool = True


@routes.get("/repos/{owner}/{repo}/deployments/{deployment_id:int}/statuses", READ)
async def list_deployment_statuses(call: Call) -> object:
    found = deployment_of(call)
    newest = list(reversed(found.statuses))
    return call.page(newest, lambda one: bodies.deployment_status(call.view, found, one))


@routes.post("/repos/{owner}/{repo}/deployments/{deployment_id:int}/statuses", WRITE)
async def create_deployment_status(call: Call) -> object:
    found, wanted = deployment_of(call), call.parse(DeploymentStatusInput)
    found.environment = wanted.environment or found.environment
    made = DeploymentStatus(
        id=call.state.new_id(),
        state=wanted.state,
        creator_id=call.actor.id,
        description=wanted.description,
        environment=found.environment,
        environment_url=wanted.environment_url,
        log_url=wanted.log_url or wanted.target_url,
    )
    _add(call, found, made)
    if wanted.auto_inactive and wanted.state == "success":
        _retire_others(call, found)
    return created(bodies.deployment_status(call.view, found, made))


def _add(call: Call, found: Deployment, status: DeploymentStatus) -> None:
    found.statuses.append(status)
    found.updated_at = now()
    Events(call.github, call.repository, call.actor).deployment_status(found, status)


def _retire_others(call: Call, found: Deployment) -> None:
    """GitHub spares transient and production environments."""
    for other in call.state.deployments_of(call.repository):
        is_same = other.environment == found.environment and other.id != found.id
        is_spared = other.transient_environment or other.production_environment
        if is_same and not is_spared and other.state == "success":
            status = DeploymentStatus(
                id=call.state.new_id(),
                state="inactive",
                creator_id=call.actor.id,
                environment=other.environment,
            )
            _add(call, other, status)


@routes.get("/repos/{owner}/{repo}/deployments/{deployment_id:int}/statuses/{id:int}", READ)
async def get_deployment_status(call: Call) -> object:
    found = deployment_of(call)
    for status in found.statuses:
        if status.id == call.number("id"):
            return bodies.deployment_status(call.view, found, status)
    raise not_found()


@routes.get("/repos/{owner}/{repo}/environments", read("actions", "deployments"))
async def list_environments(call: Call) -> object:
    found = [e for e in call.state.environments.values() if e.repository_id == call.repository.id]
    return call.page(found, lambda one: bodies.environment(call.view, one), key="environments")


def _environment_of(call: Call) -> Environment:
    for found in call.state.environments.values():
        if (found.repository_id, found.name) == (call.repository.id, call.text("name")):
            return found
    raise not_found()


@routes.get("/repos/{owner}/{repo}/environments/{name:path}", read("actions", "deployments"))
async def get_environment(call: Call) -> object:
    return bodies.environment(call.view, _environment_of(call))


@routes.delete(
    "/repos/{owner}/{repo}/environments/{name:path}", write("administration", person="admin")
)
async def delete_environment(call: Call) -> object:
    del call.state.environments[_environment_of(call).id]
    return no_content()


# commit statuses


class StatusInput(Input):
    state: Literal["error", "failure", "pending", "success"]
    target_url: str | None = None
    description: str | None = Field(default=None, max_length=140)
    context: str = "default"


def _statuses(call: Call, sha: str) -> list[CommitStatus]:
    wanted = (call.repository.id, sha)
    return [s for s in call.state.statuses.values() if (s.repository_id, s.sha) == wanted]


@routes.post("/repos/{owner}/{repo}/statuses/{sha}", write("statuses"))
async def create_status(call: Call) -> object:
    wanted, sha = call.parse(StatusInput), await resolve(call, call.text("sha"))
    made = CommitStatus(
        id=call.state.new_id(),
        repository_id=call.repository.id,
        sha=sha,
        creator_id=call.actor.id,
        **wanted.model_dump(),
    )
    call.state.statuses[made.id] = made
    return created(bodies.commit_status(call.view, made))


@routes.get("/repos/{owner}/{repo}/commits/{ref:path}/statuses", read("statuses"))
async def list_statuses(call: Call) -> object:
    found = _statuses(call, await resolve(call, call.text("ref")))
    return call.page(found[::-1], lambda one: bodies.commit_status(call.view, one))


@routes.get("/repos/{owner}/{repo}/commits/{ref:path}/status", read("statuses"))
async def get_combined_status(call: Call) -> object:
    sha = await resolve(call, call.text("ref"))
    return bodies.combined_status(call.view, call.repository, sha, _statuses(call, sha))
