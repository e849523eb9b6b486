"""The store as workflows see it."""

from temporalio import activity

from activities.store.store import Store
from workflows.models import EventDecision
from workflows.models import messages as m
from workflows.ports import StorePort


class StoreActivities(StorePort):
    """Each call is one transaction and may run twice."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @activity.defn(name="record_environment")
    async def record_environment(self, request: m.RecordEnvironmentInput) -> None:
        await self._store.environments.record(request.snapshot)

    @activity.defn(name="record_decision")
    async def record_decision(self, request: EventDecision) -> None:
        await self._store.decisions.add(request)

    @activity.defn(name="list_sources")
    async def list_sources(self) -> m.ListSourcesResult:
        return m.ListSourcesResult(sources=await self._store.projects.list_sources())

    @activity.defn(name="find_siblings")
    async def find_siblings(self, request: m.FindSiblingsInput) -> m.FindSiblingsResult:
        found = await self._store.environments.siblings(
            request.ref.project, repository_id=request.repository_id, branch=request.branch
        )
        return m.FindSiblingsResult(workflow_ids=tuple(each.workflow_id for each in found))
