"""Environments of one project about each other."""

from workflows.models.base import Payload
from workflows.models.environment import EnvironmentRef


class FindSiblingsInput(Payload):
    """Whose `branch` in the repository may concern environments of other repositories."""

    ref: EnvironmentRef
    repository_id: int
    branch: str


class FindSiblingsResult(Payload):
    """Environments of the same project, of other repositories, whose branch has the same name and which are there."""

    workflow_ids: tuple[str, ...] = ()
