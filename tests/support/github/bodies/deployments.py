"""Deployments, their statuses, environments and commit statuses."""

from __future__ import annotations

from urllib.parse import quote

from tests.support.github.bodies.accounts import account
from tests.support.github.bodies.repositories import repository
from tests.support.github.bodies.templates import View, fill, node_id, stamp
from tests.support.github.models import (
    Body,
    CommitStatus,
    Deployment,
    DeploymentStatus,
    Environment,
    Repository,
)


def _rest(view: View, repo: Repository) -> str:
    return f"{view.base}/repos/{view.state.full_name(repo)}"


def deployment(view: View, found: Deployment) -> Body:
    repo = view.state.repositories[found.repository_id]
    url = f"{_rest(view, repo)}/deployments/{found.id}"
    values: Body = {
        "id": found.id,
        "node_id": node_id("Deployment", found.id),
        "url": url,
        "statuses_url": f"{url}/statuses",
        "repository_url": _rest(view, repo),
        "ref": found.ref,
        "sha": found.sha,
        "task": found.task,
        "payload": found.payload,
        "environment": found.environment,
        "original_environment": found.original_environment,
        "description": found.description,
        "creator": account(view, view.state.accounts[found.creator_id]),
        "transient_environment": found.transient_environment,
        "production_environment": found.production_environment,
        "performed_via_github_app": None,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
    }
    return fill(view.template("rest:deployment", "hook:deployment_status/3/deployment"), values)


def deployment_status(view: View, parent: Deployment, found: DeploymentStatus) -> Body:
    repo = view.state.repositories[parent.repository_id]
    url = f"{_rest(view, repo)}/deployments/{parent.id}"
    values: Body = {
        "id": found.id,
        "node_id": node_id("DeploymentStatus", found.id),
        "url": f"{url}/statuses/{found.id}",
        "deployment_url": url,
        "repository_url": _rest(view, repo),
        "state": found.state,
        "creator": account(view, view.state.accounts[found.creator_id]),
        "description": found.description,
        "environment": found.environment,
        "environment_url": found.environment_url,
        "log_url": found.log_url,
        "target_url": found.log_url,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
    }
    path = view.template("rest:deployment-status", "hook:deployment_status/3/deployment_status")
    return fill(path, values)


def environment(view: View, found: Environment) -> Body:
    repo = view.state.repositories[found.repository_id]
    name = quote(found.name, safe="")
    page = f"{view.base}/{view.state.full_name(repo)}/deployments?environment={name}"
    values: Body = {
        "id": found.id,
        "node_id": node_id("Environment", found.id),
        "name": found.name,
        "url": f"{_rest(view, repo)}/environments/{name}",
        "html_url": page,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "protection_rules": [],
        "deployment_branch_policy": None,
    }
    return fill("rest:environment", values)


def commit_status(view: View, found: CommitStatus, *, with_creator: bool = True) -> Body:
    """Combined statuses leave the creator out."""
    repo = view.state.repositories[found.repository_id]
    creator = view.state.accounts[found.creator_id]
    body: Body = {
        "id": found.id,
        "node_id": node_id("StatusContext", found.id),
        "url": f"{_rest(view, repo)}/statuses/{found.sha}",
        "avatar_url": f"{view.base}/avatars/{creator.id}",
        "state": found.state,
        "context": found.context,
        "description": found.description,
        "target_url": found.target_url,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
    }
    return body | ({"creator": account(view, creator)} if with_creator else {})


def combined_status(view: View, repo: Repository, sha: str, found: list[CommitStatus]) -> Body:
    """`found` is oldest first; the newest of each context counts."""
    newest = list({status.context: status for status in found}.values())
    states = {status.state for status in newest}
    if states & {"failure", "error"}:
        state = "failure"
    else:
        state = "success" if states == {"success"} else "pending"
    return {
        "state": state,
        "sha": sha,
        "total_count": len(newest),
        "statuses": [commit_status(view, status, with_creator=False) for status in newest],
        "repository": repository(view, repo),
        "commit_url": f"{_rest(view, repo)}/commits/{sha}",
        "url": f"{_rest(view, repo)}/commits/{sha}/status",
    }
