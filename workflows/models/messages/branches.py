"""What is followed where there is no pull request."""

from workflows.models.asked import AskedFor
from workflows.models.base import Payload
from workflows.models.environment import PullRequestRef


class ReadBranchInput(Payload):
    pull_request: PullRequestRef
    """Without a number; it names the branch."""
    asked: AskedFor
