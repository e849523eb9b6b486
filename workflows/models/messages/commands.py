"""What an environment is told: events, commands and their answers."""

from workflows.models.backups import BackupName
from workflows.models.base import Commit, Label, Payload, Phase
from workflows.models.environment import PullRequestRef


class GitHubEvent(Payload):
    """A hint to look again. What to do is read from GitHub, so order and repetition do no harm (EC-9)."""

    delivery: str
    """GUID of the delivery; the same on a redelivery."""
    event: str
    action: str = ""
    sender: str = ""
    head_commit: Commit | None = None
    """Head as the event told it: an answer of GitHub's that differs may be older than the event."""
    deploy_drafts: bool | None = None
    """The project's setting of now; None when whoever sends this does not know it."""
    pull_request: PullRequestRef | None = None
    """Which one it is about, where several may share the environment (ENV-016); None: the environment's own."""
    source: str = ""
    """Name of that one's source in the project."""


class PersonCommand(Payload):
    """What a person asked an environment to do."""

    actor: str
    face: str = "rest"
    """Where it came from: rest, web, cli, mcp, comment, resource."""


class ApproveCommand(PersonCommand):
    commit: Commit
    """Approval counts for exactly this commit and is refused when the head has moved."""


class ResetServiceCommand(PersonCommand):
    service: Label


class BackUpServiceCommand(PersonCommand):
    service: Label


class RestoreBackupCommand(PersonCommand):
    service: Label
    backup: BackupName


class ServicesReset(Payload):
    """Sent by a revision to its environment before anything of the services comes back."""

    ids: tuple[str, ...]
    """Of the resets that were carried out."""


class CommandResult(Payload):
    message: str
    """One sentence for the person who asked."""
    phase: Phase
