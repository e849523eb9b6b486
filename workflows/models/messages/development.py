"""Code that is brought into a pod that stays, and how its development server is doing."""

from datetime import timedelta

from workflows.models.base import Commit, Payload
from workflows.models.development import DevelopmentPlan
from workflows.models.environment import EnvironmentRef, PullRequestRef


class SyncCodeInput(Payload):
    ref: EnvironmentRef
    pull_request: PullRequestRef
    commit: Commit
    branch: str
    revision: str
    release: str
    development: DevelopmentPlan
    held: str = ""
    """Commit whose files are there, as far as is known; empty when nothing is known."""
    is_restart: bool = False
    """The command is started again, whether or not anything has changed."""
    is_anew: bool = False
    """Services are empty: the installation, and steps that run once in an environment's life, run again."""


class SyncCodeResult(Payload):
    reasons: tuple[str, ...] = ()
    """What became of changes that somebody had made in the environment itself."""


class EnsureDirectoryInput(Payload):
    ref: EnvironmentRef
    branch: str


class RunDevelopmentJobsInput(Payload):
    ref: EnvironmentRef
    revision: str
    release: str
    development: DevelopmentPlan
    timeout: timedelta
    """For all jobs of `after_health` together."""


class AwaitDevelopmentInput(Payload):
    ref: EnvironmentRef
    revision: str
    release: str
    development: DevelopmentPlan
    timeout: timedelta
    """For dependencies, migrations and the start of the server together."""
    listening: timedelta
    """For the server to listen, once it was started."""
