"""Logs of an environment: live from the cluster, or what was kept of them (FR-006)."""

# ruff: noqa: ARG001  (every operation has the same shape)

from datetime import UTC, datetime, timedelta

from activities.cluster_reader import LiveLog, NamespaceStanding
from activities.logs import LogsMissingError
from activities.store import KeptLog
from api.operations.base import Caller, Services, operation
from api.operations.environments import find_snapshot
from api.schemas import ContainerLog, Logs
from workflows import naming
from workflows.commands import GetLogs
from workflows.errors import ClusterError
from workflows.models import EnvironmentSnapshot, Phase

WHY_NOT_LIVE = {
    NamespaceStanding.TERMINATING: "The environment is being removed.",
    NamespaceStanding.MISSING: "The environment's namespace is not in the cluster.",
    NamespaceStanding.FOREIGN: "The namespace of that name is not this environment's.",
    NamespaceStanding.UNREACHABLE: "The cluster cannot be reached.",
    NamespaceStanding.NOT_CONFIGURED: "Catalyst's pages are not configured to read the cluster.",
    NamespaceStanding.NOT_CHOSEN: "The environment has no namespace yet.",
}


@operation("get_logs")
async def get_logs(services: Services, caller: Caller, request: GetLogs) -> Logs:
    """Live logs where the containers are there, kept ones otherwise, and the reason. Raises NotThereError.

    Builds have no container of the environment's: theirs are given by the name `build`, and while nothing else is there.
    """
    workflow = await services.gateway.standing(request.project, request.environment)
    snapshot = await find_snapshot(services, request, workflow)
    standing = await services.cluster.standing(snapshot.ref)
    note = WHY_NOT_LIVE.get(standing, "")
    # A namespace on its way out still has its pods for a while.
    if standing in (NamespaceStanding.PRESENT, NamespaceStanding.TERMINATING):
        try:
            if live := await _read_live(services, snapshot, request):
                return Logs(source="live", note=note, containers=live)
            note = _no_containers(snapshot)
        except LogsMissingError as error:
            note = str(error)
        except ClusterError as error:
            note = f"The cluster did not answer: {error}"
    kept = await services.store.kept_logs.of_namespace(
        snapshot.ref.namespace, container=request.container
    )
    return Logs(
        source="kept" if kept else "none",
        note=note,
        containers=tuple(_from_kept(log, request.tail) for log in kept),
    )


async def _read_live(
    services: Services, snapshot: EnvironmentSnapshot, request: GetLogs
) -> tuple[ContainerLog, ...]:
    seconds, tail, timestamps = request.since_seconds, request.tail, request.timestamps
    since = datetime.now(UTC) - timedelta(seconds=seconds) if seconds else None
    found = await services.cluster.logs(
        snapshot.ref.namespace,
        container=request.container,
        tail=tail,
        since=since,
        timestamps=timestamps,
    )
    is_build = request.container == naming.BUILD_CONTAINER
    if is_build or (request.container is None and not found):
        found += await services.cluster.build_logs(
            snapshot.ref, tail=tail, since=since, timestamps=timestamps
        )
    return tuple(_from_live(log) for log in found)


def _from_live(log: LiveLog) -> ContainerLog:
    return ContainerLog(
        pod=log.container.pod,
        container=log.container.container,
        state=log.container.state,
        lines=log.lines,
        note=log.note,
    )


def _from_kept(log: KeptLog, tail: int) -> ContainerLog:
    return ContainerLog(
        pod=log.pod, container=log.container, lines=log.lines[-tail:], kept_at=log.kept_at
    )


def _no_containers(snapshot: EnvironmentSnapshot) -> str:
    if snapshot.phase in (Phase.PENDING, Phase.QUEUED, Phase.BUILDING, Phase.DEPLOYING):
        return "No container has been started yet."
    return "There are no such containers in the environment's namespace."
