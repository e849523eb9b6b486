"""One removal, step by step."""

from workflows.models.base import Payload
from workflows.models.environment import EnvironmentRef, PullRequestRef


class RemoveInput(Payload):
    """Subject of every removal step."""

    ref: EnvironmentRef
    release: str = ""


class RemoveResult(Payload):
    is_gone: bool
    blockers: tuple[str, ...] = ()
    """Kind, name and finalizer of what blocks, in words."""


class TeardownInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    environment_workflow_id: str
    reason: str


class TeardownProgress(Payload):
    blockers: tuple[str, ...]
