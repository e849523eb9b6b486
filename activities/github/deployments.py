"""GitHub deployments: one for each revision, found again by our id in its payload before it is made."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from github import Github, GithubException
from github.Deployment import Deployment

from workflows.models import Commit

ENVIRONMENT = "preview"
"""One shared name: each new one leaves an object behind that only administrators can delete."""
_KEY = "catalyst_revision"
MAX_DESCRIPTION = 140
"""GitHub's limit, in characters."""


def ensure_deployment(
    github: Github, repository_id: int, *, revision: str, commit: Commit, description: str
) -> int:
    """Id of the deployment of that revision, which exists afterwards."""
    repository = github.get_repo(repository_id)
    for found in repository.get_deployments(sha=commit, environment=ENVIRONMENT):
        if _revision_of(found) == revision:
            return found.id
    made = repository.create_deployment(
        ref=commit,
        auto_merge=False,
        required_contexts=[],  # we deploy before the checks are green
        payload={_KEY: revision},
        environment=ENVIRONMENT,
        description=description[:MAX_DESCRIPTION],
        transient_environment=True,
        production_environment=False,
    )
    return made.id


def post_status(
    github: Github,
    repository_id: int,
    deployment_id: int,
    *,
    state: str,
    description: str,
    url: str,
    log_url: str,
) -> bool:
    """Post a status unless it is the newest one already; False when the deployment does not exist any more."""
    deployment = github.get_repo(repository_id).get_deployment(deployment_id)
    try:
        newest = next(iter(deployment.get_statuses()), None)
        if newest is None or (newest.state, newest.environment_url or "") != (state, url):
            deployment.create_status(
                state,
                target_url=log_url,
                description=description[:MAX_DESCRIPTION],
                environment_url=url,
                auto_inactive=False,  # does nothing for transient environments; we do it ourselves
            )
    except GithubException as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


def _revision_of(deployment: Deployment) -> str:
    """Our id, also where GitHub gives the payload back as the text that it was sent as."""
    payload: object = deployment.payload
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            return ""
    return str(payload.get(_KEY, "")) if isinstance(payload, Mapping) else ""
