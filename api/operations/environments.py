"""Reading environments: lists from the record alone, one environment with what Temporal and the cluster say."""

# ruff: noqa: ARG001  (every operation has the same shape)

import asyncio
from itertools import chain

from api.failures import NotThereError, UnreachableError
from api.operations.base import Caller, Services, operation
from api.schemas import Decision, EnvironmentDetail, EnvironmentList, EnvironmentSummary
from api.standing import explain
from api.temporal import WorkflowStanding
from workflows.commands import EnvironmentKey, ListEnvironments
from workflows.models import EnvironmentSnapshot, EventDecision
from workflows.rendering import is_current, what_it_shows

MAX_DECISIONS = 20
MAX_REVISIONS = 30


@operation("list_environments")
async def list_environments(
    services: Services, caller: Caller, request: ListEnvironments
) -> EnvironmentList:
    """Newest first. Asks neither Temporal nor the cluster, so that many pages may refresh often."""
    page = await services.store.environments.list(
        phase=request.phase,
        repository=request.repository,
        include_deleted=request.include_deleted,
        limit=request.limit,
        offset=request.offset,
    )
    return EnvironmentList(
        environments=tuple(summarize(services, each) for each in page.environments),
        total=page.total,
        limit=request.limit,
        offset=request.offset,
        phases=await services.store.environments.count_by_phase(),
    )


@operation("get_environment")
async def get_environment(
    services: Services, caller: Caller, request: EnvironmentKey
) -> EnvironmentDetail:
    """Raises NotThereError when nobody knows it, UnreachableError when that cannot be said."""
    standing = await services.gateway.standing(request.project, request.environment)
    snapshot = await find_snapshot(services, request, standing)
    namespace, revisions, decisions = await asyncio.gather(
        services.cluster.standing(snapshot.ref),
        services.store.environments.revisions(
            request.project, request.environment, limit=MAX_REVISIONS
        ),
        _decisions(services, snapshot),
    )
    return EnvironmentDetail(
        **dict(summarize(services, snapshot)),
        standing=explain(snapshot, standing, namespace),
        failure=snapshot.failure,
        blockers=snapshot.blockers,
        services=snapshot.services,
        backed_up=tuple(each.service for each in snapshot.backups),
        revisions=revisions or snapshot.revisions,
        decisions=tuple(Decision.model_validate(each.model_dump()) for each in decisions),
    )


async def _decisions(services: Services, snapshot: EnvironmentSnapshot) -> list[EventDecision]:
    """About all pull requests whose environment it is, or about it alone where it follows none; newest first."""
    if snapshot.asked is not None:
        name = f"{snapshot.ref.project}/{snapshot.ref.environment}"
        return list(await services.store.decisions.list(environment=name, limit=MAX_DECISIONS))
    found = await asyncio.gather(
        *(
            services.store.decisions.list(
                repository_id=each.repository_id, number=each.number, limit=MAX_DECISIONS
            )
            for each in (snapshot.pull_request, *snapshot.shared_with)
            if each.number
        )
    )
    merged = sorted(chain(*found), key=lambda each: each.at, reverse=True)
    return merged[:MAX_DECISIONS]


async def find_snapshot(
    services: Services, key: EnvironmentKey, standing: WorkflowStanding
) -> EnvironmentSnapshot:
    """The recorded snapshot, or the workflow's own before its first record (or after the record was lost)."""
    recorded = await services.store.environments.get(key.project, key.environment)
    if recorded is not None:
        return recorded
    name = f"{key.project}/{key.environment}"
    if standing is WorkflowStanding.RUNNING:
        return await services.gateway.snapshot(key.project, key.environment)
    if standing is WorkflowStanding.UNREACHABLE:
        raise UnreachableError(
            f"there is no record of {name}, and Temporal, which would know, does not answer"
        )
    raise NotThereError(
        f"there is no environment {name}",
        hint="It appears when its pull request is opened; names look like `pr-{source}-{number}`.",
    )


def summarize(services: Services, snapshot: EnvironmentSnapshot) -> EnvironmentSummary:
    serving = snapshot.serving
    return EnvironmentSummary(
        team=snapshot.ref.team,
        project=snapshot.ref.project,
        environment=snapshot.ref.environment,
        namespace=snapshot.ref.namespace,
        repository=snapshot.pull_request.repository,
        number=snapshot.pull_request.number,
        type=snapshot.asked.type if snapshot.asked else "preview",
        shared_with=tuple(f"{each.repository}#{each.number}" for each in snapshot.shared_with),
        phase=snapshot.phase,
        reason=snapshot.reason,
        commit=snapshot.commit or "",
        branch=snapshot.branch,
        title=snapshot.title,
        author=snapshot.author,
        url=serving.url if serving else "",
        serving_commit=serving.commit if serving else "",
        is_healthy=serving.is_well if serving else True,
        shows=what_it_shows(serving) if serving and not is_current(snapshot, serving) else "",
        apart=serving.apart if serving else (),
        created_at=snapshot.created_at,
        updated_at=snapshot.updated_at,
        links=services.links.for_environment(snapshot),
    )
