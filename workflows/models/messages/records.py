"""The read model and the reconcile."""

from workflows.models.base import Payload
from workflows.models.environment import EnvironmentRef, EnvironmentSnapshot, PullRequestRef


class RecordEnvironmentInput(Payload):
    snapshot: EnvironmentSnapshot


class KeepLogsInput(Payload):
    ref: EnvironmentRef
    revision: str = ""


class ProjectSource(Payload):
    """One repository to reconcile."""

    team: str
    project: str
    installation: int
    repository_id: int
    repository: str
    name: str = ""
    """The source's name, part of its environments' names; empty: the repository's own."""
    deploy_drafts: bool = False
    shares_by_branch: bool = False
    """Its pull requests share one environment with those of other sources whose branch has the same name."""


class ListSourcesResult(Payload):
    sources: tuple[ProjectSource, ...]


class EnvironmentNamespace(Payload):
    """A namespace of ours as found in the cluster, read from its labels and annotations."""

    ref: EnvironmentRef
    pull_request: PullRequestRef
    uid: str
    is_terminating: bool = False


class ListNamespacesResult(Payload):
    namespaces: tuple[EnvironmentNamespace, ...]


class RunningMember(Payload):
    """A further pull request that shares an environment."""

    repository_id: int
    number: int
    commit: str = ""


class RunningEnvironment(Payload):
    workflow_id: str
    repository_id: int
    number: int
    commit: str = ""
    phase: str = ""
    """Empty where a search attribute does not say it yet."""
    members: tuple[RunningMember, ...] = ()


class ListRunningResult(Payload):
    environments: tuple[RunningEnvironment, ...]


class ListRevisionsInput(Payload):
    ref: EnvironmentRef


class ListRevisionsResult(Payload):
    """Revisions of an environment, of whichever life, that nobody has seen end as they should."""

    running: tuple[str, ...] = ()
    """Workflow ids."""
    cut_off: tuple[str, ...] = ()
    """Terminated or timed out: nothing of theirs was confirmed stopped."""


class StartEnvironmentInput(Payload):
    """Start or wake the entity of a pull request with a hint."""

    ref: EnvironmentRef
    pull_request: PullRequestRef
    reason: str
    deploy_drafts: bool | None = None
    """The project's setting, which an entity that runs follows too; None: not known here."""
    source: str = ""
    """Name of the pull request's source in the project."""
    must_restore: bool = False
    """What it takes for running is gone from the cluster: to be deployed again."""


class ReconcileInput(Payload):
    pass


class ReconcileResult(Payload):
    started: tuple[str, ...] = ()
    nudged: tuple[str, ...] = ()
    leftover: tuple[str, ...] = ()
    """Left over in this round; acted upon when the next round finds them again."""
    lost: tuple[str, ...] = ()
    """Ready by their own account and without namespace in this round; restored when the next round agrees."""
    removed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be read or repaired, for operators (OPS-6)."""
