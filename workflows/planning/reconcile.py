"""Open pull requests × running environments × namespaces -> what is missing and what is left over.

On any doubt nothing: what could not be read decides nothing, and a removal needs two rounds in agreement and one
more look at the pull request itself.
"""

from pydantic import BaseModel, ConfigDict

from workflows import naming
from workflows.models import EnvironmentRef, PullRequest, PullRequestRef
from workflows.models.messages import (
    EnvironmentNamespace,
    ProjectSource,
    RunningEnvironment,
    StartEnvironmentInput,
)

_Key = tuple[int, int]
"""Repository id and number: the two that never change."""


class World(BaseModel):
    """What one round has read. A source whose pull requests could not be listed is not in `open`."""

    model_config = ConfigDict(frozen=True)

    sources: tuple[ProjectSource, ...]
    open: dict[int, tuple[PullRequest, ...]]
    """Repository id -> all its open pull requests."""
    running: tuple[RunningEnvironment, ...]
    namespaces: tuple[EnvironmentNamespace, ...] | None
    """None when they could not be listed."""
    former_leftover: tuple[str, ...] = ()
    """`leftover` of the round before."""


class Candidate(BaseModel):
    """A namespace left over in two rounds: removed if GitHub says once more that its pull request is closed."""

    model_config = ConfigDict(frozen=True)

    namespace: EnvironmentNamespace
    start: StartEnvironmentInput


class Findings(BaseModel):
    """What a round decides to do."""

    model_config = ConfigDict(frozen=True)

    missing: tuple[StartEnvironmentInput, ...] = ()
    stale: tuple[StartEnvironmentInput, ...] = ()
    """They run, but act upon another commit or on a closed pull request: told to look again."""
    leftover: tuple[str, ...] = ()
    """Namespaces without pull request and without entity, by name and uid."""
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[str, ...] = ()


def compare(world: World) -> Findings:
    """The decision of one round."""
    running = {(each.repository_id, each.number): each for each in world.running}
    missing, stale = [], []
    for source in world.sources:
        for pull in world.open.get(source.repository_id, ()):
            found = running.get((pull.ref.repository_id, pull.ref.number))
            if found is None:
                missing.append(_start(source, pull.ref, "reconcile: it was not running"))
            elif found.commit != pull.head_commit:
                reason = f"reconcile: the head is {pull.head_commit[:7]}"
                stale.append(_nudge(source, pull.ref, found, reason))
    left, candidates = _leftovers(world, running)
    closed, problems = _closed(world)
    return Findings(
        missing=tuple(missing),
        stale=(*stale, *closed),
        leftover=left,
        candidates=candidates,
        problems=problems,
    )


def leftover_name(namespace: EnvironmentNamespace) -> str:
    """Name and uid: a namespace made anew under the same name counts from the beginning."""
    return f"{namespace.ref.namespace} {namespace.uid}"


def _leftovers(
    world: World, running: dict[_Key, RunningEnvironment]
) -> tuple[tuple[str, ...], tuple[Candidate, ...]]:
    left, candidates = [], []
    for namespace in world.namespaces or ():
        ref = namespace.pull_request
        if (ref.repository_id, ref.number) in running or ref.repository_id not in world.open:
            continue
        if any(pull.ref.number == ref.number for pull in world.open[ref.repository_id]):
            continue
        name = leftover_name(namespace)
        left.append(name)
        if name in world.former_leftover:
            start = StartEnvironmentInput(
                ref=namespace.ref, pull_request=ref, reason="reconcile: left over"
            )
            candidates.append(Candidate(namespace=namespace, start=start))
    return tuple(left), tuple(candidates)


def _closed(world: World) -> tuple[tuple[StartEnvironmentInput, ...], tuple[str, ...]]:
    """Entities that run although their pull request is not open: the event was lost."""
    sources = {source.repository_id: source for source in world.sources}
    stale, problems = [], []
    for found in world.running:
        source = sources.get(found.repository_id)
        if source is None:
            problems.append(f"{found.workflow_id} follows a repository of no project")
            continue
        if found.repository_id not in world.open:
            continue
        numbers = [pull.ref.number for pull in world.open[found.repository_id]]
        if found.number not in numbers:
            ref = PullRequestRef(
                installation=source.installation,
                repository_id=source.repository_id,
                repository=source.repository,
                number=found.number,
            )
            stale.append(_nudge(source, ref, found, "reconcile: its pull request is not open"))
    return tuple(stale), tuple(problems)


def _start(source: ProjectSource, pull: PullRequestRef, reason: str) -> StartEnvironmentInput:
    name = source.name or source.repository.rpartition("/")[2]
    return StartEnvironmentInput(
        ref=EnvironmentRef(
            team=source.team,
            project=source.project,
            environment=naming.environment_name(name, pull.number),
        ),
        pull_request=pull,
        reason=reason,
        deploy_drafts=source.deploy_drafts,
    )


def _nudge(
    source: ProjectSource, pull: PullRequestRef, found: RunningEnvironment, reason: str
) -> StartEnvironmentInput:
    """For the entity that runs, whatever name it was given when it began."""
    start = _start(source, pull, reason)
    environment = found.workflow_id.rpartition(":")[2]
    return start.model_copy(
        update={"ref": start.ref.model_copy(update={"environment": environment})}
    )
