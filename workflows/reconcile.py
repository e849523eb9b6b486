"""The backstop: every few minutes, what GitHub, Temporal and the cluster say is compared (EC-5).

It asks entities to look and starts missing ones; it never deletes behind them.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import planning, policies
from workflows.attempts import judge
from workflows.models import PullRequest
from workflows.models import messages as m
from workflows.planning import Candidate, World
from workflows.ports import ClusterPort, GitHubPort, SignalPort, StorePort

T = TypeVar("T")


@workflow.defn
class ReconcileWorkflow:
    """One round; the schedule's former result tells what was left over then."""

    def __init__(self) -> None:
        self._problems: list[str] = []

    @workflow.run
    async def run(self, _request: m.ReconcileInput) -> m.ReconcileResult:
        former = workflow.get_last_completion_result(m.ReconcileResult)
        world = await self._read(former or m.ReconcileResult())
        if world is None:
            return m.ReconcileResult(problems=tuple(self._problems))
        findings = planning.compare(world)
        self._problems += findings.problems
        started = [each for each in findings.missing if await self._start(each)]
        nudged = [each for each in findings.stale if await self._start(each)]
        removed = [each for each in findings.candidates if await self._remove(each)]
        return m.ReconcileResult(
            started=tuple(each.ref.environment for each in started),
            nudged=tuple(each.ref.environment for each in nudged),
            leftover=findings.leftover,
            lost=findings.lost,
            removed=tuple(each.namespace.ref.namespace for each in removed),
            problems=tuple(self._problems),
        )

    async def _read(self, former: m.ReconcileResult) -> World | None:
        """None when too little could be read for any decision."""
        sources = await self._try(
            "projects",
            workflow.execute_activity_method(StorePort.list_sources, **policies.LIST_SOURCES),
        )
        # Before the pull requests: whoever starts in between is then missing here and only told to look.
        running = await self._try(
            "running environments",
            workflow.execute_activity_method(SignalPort.list_running, **policies.LIST_RUNNING),
        )
        if sources is None or running is None:
            return None
        namespaces = await self._try(
            "namespaces",
            workflow.execute_activity_method(
                ClusterPort.list_namespaces, **policies.LIST_NAMESPACES
            ),
        )
        found = await asyncio.gather(*(self._list_open(each) for each in sources.sources))
        return World(
            sources=sources.sources,
            open={
                source.repository_id: pulls
                for source, pulls in zip(sources.sources, found, strict=True)
                if pulls is not None
            },
            running=running.environments,
            namespaces=namespaces.namespaces if namespaces is not None else None,
            former_leftover=former.leftover,
            former_lost=former.lost,
        )

    async def _list_open(self, source: m.ProjectSource) -> tuple[PullRequest, ...] | None:
        request = m.ListOpenPullRequestsInput(
            installation=source.installation,
            repository_id=source.repository_id,
            repository=source.repository,
        )
        result = await self._try(
            f"pull requests of {source.repository}",
            workflow.execute_activity_method(
                GitHubPort.list_open_pull_requests, request, **policies.LIST_OPEN_PULL_REQUESTS
            ),
        )
        return None if result is None else result.pull_requests

    async def _start(self, request: m.StartEnvironmentInput) -> bool:
        done = await self._try(
            request.ref.environment,
            self._and_true(
                workflow.execute_activity_method(
                    SignalPort.start_environment, request, **policies.START_ENVIRONMENT
                )
            ),
        )
        return done is not None

    async def _remove(self, candidate: Candidate) -> bool:
        """Once more GitHub is asked; then the entity is started, which removes what its closed pull request left."""
        ref = candidate.namespace.pull_request
        pull = await self._try(
            f"{ref.repository} #{ref.number}",
            workflow.execute_activity_method(
                GitHubPort.read_pull_request,
                m.ReadPullRequestInput(pull_request=ref),
                **policies.READ_PULL_REQUEST,
            ),
        )
        return pull is not None and not pull.is_open and await self._start(candidate.start)

    async def _and_true(self, work: Awaitable[None]) -> bool:
        await work
        return True

    async def _try(self, what: str, work: Awaitable[T]) -> T | None:
        """The answer, or None and a line for the operators (OPS-6)."""
        try:
            return await work
        except ActivityError as error:
            self._problems.append(f"{what}: {judge(error).failure.message}")
            return None
