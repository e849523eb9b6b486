"""Open pull requests × running environments × namespaces -> what is missing and what is left over.

On any doubt nothing: what could not be read decides nothing, and a removal needs two rounds in agreement and one
more look at the pull request itself.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from workflows import naming
from workflows.models import EnvironmentRef, Phase, PullRequest, PullRequestRef
from workflows.models.messages import (
    EnvironmentNamespace,
    ProjectSource,
    RunningEnvironment,
    StartEnvironmentInput,
)
from workflows.planning.sharing import environment_of

_ENDING = (Phase.DELETING, Phase.DELETED)
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
    former_lost: tuple[str, ...] = ()
    """`lost` of the round before."""


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
    lost: tuple[str, ...] = ()
    """Workflows that say `ready` and have no namespace."""
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[str, ...] = ()


def compare(world: World) -> Findings:
    """The decision of one round. What follows no pull request is left to whoever asked for it, and only looked after."""
    unattended, forsaken = _unattended(world)
    world = _of_pull_requests(world)
    running = {(each.repository_id, each.number): each for each in _followed(world)}
    missing, stale = [], []
    for source in world.sources:
        for pull in world.open.get(source.repository_id, ()):
            found = running.get((pull.ref.repository_id, pull.ref.number))
            if found is None:
                missing.append(_start(source, pull, "reconcile: it was not running"))
            elif (reason := _why_behind(source, pull, found)) is not None:
                stale.append(_nudge(source, pull.ref, found, reason))
    left, candidates = _leftovers(world, running)
    lost, restored = _lost(world, running)
    closed, problems = _closed(world)
    return Findings(
        missing=tuple(missing),
        stale=(*stale, *closed, *restored),
        leftover=(*left, *unattended),
        lost=lost,
        candidates=candidates,
        problems=(*problems, *_strangers(world), *forsaken),
    )


def _of_pull_requests(world: World) -> World:
    """Without those that somebody asked for: no list of pull requests tells whether they are wanted."""
    namespaces = world.namespaces
    if namespaces is not None:
        namespaces = tuple(each for each in namespaces if each.pull_request.number)
    running = tuple(each for each in world.running if each.number)
    return world.model_copy(update={"running": running, "namespaces": namespaces})


def _unattended(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Namespaces that somebody asked for and no entity looks after; told to the operators when two rounds agree."""
    running = {each.workflow_id for each in world.running}
    found = [
        each
        for each in world.namespaces or ()
        if not each.pull_request.number
        and naming.environment_workflow_id(each.ref.project, each.ref.environment) not in running
    ]
    problems = tuple(
        f"namespace {each.ref.namespace} is looked after by no workflow: `delete` {each.ref.project}/"
        f"{each.ref.environment}, or `redeploy` it"
        for each in found
        if leftover_name(each) in world.former_leftover
    )
    return tuple(leftover_name(each) for each in found), problems


def _followed(world: World) -> Iterator[RunningEnvironment]:
    """One for each pull request that is followed; several may share an environment."""
    for each in world.running:
        yield each
        for member in each.members:
            yield each.model_copy(update=member.model_dump())


def leftover_name(namespace: EnvironmentNamespace) -> str:
    """Name and uid: a namespace made anew under the same name counts from the beginning."""
    return f"{namespace.ref.namespace} {namespace.uid}"


def _why_behind(source: ProjectSource, pull: PullRequest, found: RunningEnvironment) -> str | None:
    """None when the environment acts upon the head, by the project's present setting."""
    if found.commit != pull.head_commit:
        return f"reconcile: the head is {pull.head_commit[:7]}"
    is_waiting = found.phase == Phase.PENDING and not pull.is_fork
    if is_waiting and pull.is_draft and source.deploy_drafts:
        return "reconcile: the project deploys drafts"
    return None


def _lost(
    world: World, running: dict[_Key, RunningEnvironment]
) -> tuple[tuple[str, ...], tuple[StartEnvironmentInput, ...]]:
    """Ready environments whose namespace somebody deleted: restored when two rounds agree."""
    if world.namespaces is None:
        return (), ()
    there = {
        (each.pull_request.repository_id, each.pull_request.number) for each in world.namespaces
    }
    shared = {_entity_of(each) for each in world.namespaces}
    lost: list[str] = []
    restored = []
    for source in world.sources:
        for pull in world.open.get(source.repository_id, ()):
            key = (pull.ref.repository_id, pull.ref.number)
            found = running.get(key)
            if found is None or found.phase != Phase.READY or key in there:
                continue
            if found.workflow_id in (*shared, *lost):
                continue  # the namespace tells one of the pull requests that share it
            lost.append(found.workflow_id)
            if found.workflow_id in world.former_lost:
                start = _nudge(source, pull.ref, found, "reconcile: its namespace is gone")
                restored.append(start.model_copy(update={"must_restore": True}))
    return tuple(lost), tuple(restored)


def _strangers(world: World) -> tuple[str, ...]:
    """Namespaces of ours that nobody looks after any more, since their repository left its project."""
    known = {source.repository_id for source in world.sources}
    return tuple(
        f"namespace {each.ref.namespace} belongs to {each.pull_request.repository}, a repository of no project"
        for each in world.namespaces or ()
        if each.pull_request.repository_id not in known
    )


def _leftovers(
    world: World, running: dict[_Key, RunningEnvironment]
) -> tuple[tuple[str, ...], tuple[Candidate, ...]]:
    left, candidates = [], []
    entities = {each.workflow_id for each in running.values()}
    for namespace in world.namespaces or ():
        ref = namespace.pull_request
        if _entity_of(namespace) in entities:
            continue  # also when another pull request leads by now
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
    for found in _followed(world):
        source = sources.get(found.repository_id)
        if source is None:
            problems.append(f"{found.workflow_id} follows a repository of no project")
            continue
        if found.repository_id not in world.open or found.phase in _ENDING:
            continue  # not known, or nothing new: a removal that is blocked for weeks is not told each round
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


def _entity_of(namespace: EnvironmentNamespace) -> str:
    """Of a shared environment, else empty: what it is called says whose it is."""
    ref = namespace.ref
    is_shared = naming.is_shared(ref.environment)
    return naming.environment_workflow_id(ref.project, ref.environment) if is_shared else ""


def _start(source: ProjectSource, pull: PullRequest, reason: str) -> StartEnvironmentInput:
    environment, _ = environment_of(
        source.name or source.repository.rpartition("/")[2],
        pull.ref.number,
        pull.head_branch,
        is_fork=pull.is_fork,
        shares=source.shares_by_branch,
    )
    return _request(source, pull.ref, environment, reason)


def _nudge(
    source: ProjectSource, pull: PullRequestRef, found: RunningEnvironment, reason: str
) -> StartEnvironmentInput:
    """For the entity that runs, whatever name it was given when it began."""
    return _request(source, pull, found.workflow_id.rpartition(":")[2], reason)


def _request(
    source: ProjectSource, pull: PullRequestRef, environment: str, reason: str
) -> StartEnvironmentInput:
    return StartEnvironmentInput(
        ref=EnvironmentRef(team=source.team, project=source.project, environment=environment),
        pull_request=pull,
        reason=reason,
        deploy_drafts=source.deploy_drafts,
        source=source.name,
    )
