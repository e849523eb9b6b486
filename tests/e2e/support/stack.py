"""The running local stack as tests use it: its processes, GitHub, Temporal, cluster and REST."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from deploy.local.cluster import ClusterConnection, connection_file, read_connection
from deploy.local.control.api import api_service
from deploy.local.control.github import github_service, github_url, read_facts
from deploy.local.control.service import Service, start_until_ready
from deploy.local.control.temporal import connect, temporal_service
from deploy.local.control.worker import catalyst_url, worker_service
from deploy.local.demo.catalyst import CatalystClient
from deploy.local.instance import Instance, current
from deploy.local.processes import Processes, ProcessRecord, is_alive, wait_until
from tests.e2e.support.cluster import Cluster, open_cluster
from tests.e2e.support.history import Run, read_heartbeats, read_run
from tests.e2e.support.waiting import eventually
from tests.support.github.client import GitHubClient
from tests.support.github.faults import Fault
from worker.schedule import SCHEDULE
from workflows.models.messages import ReconcileResult

_KILL_EVERY = 0.05
"""Seconds between looks for a program that must stay dead: none listens that soon after its start."""
_DELIVERY_SECONDS = 20.0
"""Longer than any delay that a test asks for; below the client's own limit."""


@dataclass
class Stack:
    """Everything end-to-end tests talk to; what they stop they start again."""

    instance: Instance
    connection: ClusterConnection
    github: GitHubClient
    temporal: Client
    cluster: Cluster
    catalyst: CatalystClient

    # --- processes

    async def kill(self, name: str) -> None:
        """End a process with KILL: no handler of it runs."""
        record = Processes(self.instance).find(name)
        assert record, f"{name} does not run"
        os.kill(record.pid, signal.SIGKILL)
        await wait_until(lambda: not is_alive(record), seconds=10, what=f"{name} has ended")

    async def start(self, name: str) -> ProcessRecord:
        """Start a process that was ended and wait until it is ready."""
        return await start_until_ready(self._service(name), self.instance)

    async def restart(self, name: str) -> None:
        await self.kill(name)
        await self.start(name)

    @asynccontextmanager
    async def without(self, name: str) -> AsyncIterator[None]:
        """Have a process killed while the block runs, and back afterwards."""
        await self.kill(name)
        try:
            yield
        finally:
            await self.start(name)

    @asynccontextmanager
    async def worker_told(self, **settings: str) -> AsyncIterator[None]:
        """Have the worker run with these settings (`CATALYST_WORKER_…`) besides while the block runs."""
        usual = self._service("worker")
        told = {f"CATALYST_WORKER_{name.upper()}": value for name, value in settings.items()}
        await self.kill("worker")
        try:
            changed = replace(usual, environment={**usual.environment, **told})
            await start_until_ready(changed, self.instance)
            yield
        finally:
            await self.kill("worker")
            await self.start("worker")

    async def ensure_all(self) -> None:
        """Start whatever an earlier test left ended."""
        for name in ("temporal", "github", "api", "worker"):
            if Processes(self.instance).find(name) is None:
                await self.start(name)

    def _service(self, name: str) -> Service:
        facts = read_facts(self.instance)
        return {
            "temporal": temporal_service(self.instance),
            "github": github_service(self.instance),
            "api": api_service(self.instance, self.connection, facts),
            "worker": worker_service(self.instance, self.connection, facts),
        }[name]

    @asynccontextmanager
    async def stopped_in_node(self, program: str) -> AsyncIterator[None]:
        """Have a program of the node (such as `registry`) stand still while the block runs.

        Stopped and not killed: whoever asks it hangs, which is the harder case of the two.
        """
        pids = _descendants_named(self.instance, program)
        assert pids, f"no process {program} in the node"
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    async def kill_in_node(self, program: str) -> None:
        """End a program of the node with KILL; the node starts it again within seconds."""
        pids = _descendants_named(self.instance, program)
        assert pids, f"no process {program} in the node"
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    @asynccontextmanager
    async def without_in_node(self, program: str) -> AsyncIterator[None]:
        """Have a program of the node dead while the block runs: connections to it are refused."""
        [parent] = {_parent_of(pid) for pid in _descendants_named(self.instance, program)}
        killing = asyncio.create_task(_keep_killing(parent, program))
        try:
            yield
        finally:
            killing.cancel()
            await asyncio.wait([killing])

    # --- GitHub

    @asynccontextmanager
    async def fault(self, **described: Any) -> AsyncIterator[None]:
        """Have GitHub misbehave while the block runs (see `tests.support.github.faults`)."""
        await self.github.arm(Fault.model_validate(described))
        try:
            yield
        finally:
            await self.github.clear_faults()

    async def until_fault_happened(self) -> None:
        """Wait until the fault that was asked for has met its request."""

        async def has_happened() -> bool:
            return bool(await self.github.spent_faults())

        await eventually(has_happened, within=60, what="the fault happens")

    async def until_deliveries_are_in(self) -> None:
        """Wait for webhooks that are still on their way, also for delayed ones."""
        await self.github.deliveries(wait=_DELIVERY_SECONDS)

    # --- Temporal

    async def run_of(self, workflow_id: str) -> Run:
        return await read_run(self.temporal, workflow_id)

    async def has_workflow(self, workflow_id: str) -> bool:
        try:
            await self.temporal.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    async def heartbeats(self, workflow_id: str) -> list[str]:
        """What the activities of a workflow that run right now say of themselves."""
        return await read_heartbeats(self.temporal, workflow_id)

    async def reconcile(self) -> None:
        """Have the reconcile run now instead of in five minutes."""
        await self.temporal.get_schedule_handle(SCHEDULE).trigger()

    async def reconcile_to_end(self) -> ReconcileResult:
        """Have it run now, wait for the end of that round, and return what it has found."""
        handle = self.temporal.get_schedule_handle(SCHEDULE)

        async def is_idle() -> bool:
            return not (await handle.describe()).info.running_actions

        await eventually(is_idle, within=60, what="no reconcile runs")  # or ours would be skipped
        before = (await handle.describe()).info.num_actions
        await handle.trigger()

        async def begun() -> ScheduleActionExecutionStartWorkflow | None:
            info = (await handle.describe()).info
            if info.num_actions == before:
                return None
            action = info.recent_actions[-1].action
            assert isinstance(action, ScheduleActionExecutionStartWorkflow)
            return action

        action = await eventually(begun, within=20, what="the reconcile has begun")
        run: WorkflowHandle[object, ReconcileResult] = self.temporal.get_workflow_handle(
            action.workflow_id,
            run_id=action.first_execution_run_id,
            result_type=ReconcileResult,
        )
        return await run.result()


@asynccontextmanager
async def open_stack() -> AsyncIterator[Stack]:
    """Connect to the stack of this checkout (and of `CATALYST_LOCAL_INSTANCE`); it must be up."""
    instance = current()
    connection = read_connection(connection_file(instance))
    async with AsyncExitStack() as stack:
        yield Stack(
            instance=instance,
            connection=connection,
            github=await stack.enter_async_context(GitHubClient.connect(github_url(instance))),
            temporal=await connect(instance),
            cluster=await stack.enter_async_context(open_cluster(connection)),
            catalyst=await stack.enter_async_context(
                CatalystClient.connect(catalyst_url(instance))
            ),
        )
        # Temporal's client may not be dropped in the very moment in which the interpreter ends.
        await asyncio.sleep(0)


async def _keep_killing(parent: int, program: str) -> None:
    """End that child as often as its parent starts it."""
    while True:
        for pid in _children_named(parent, program):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(_KILL_EVERY)


def _children_named(parent: int, program: str) -> list[int]:
    """Quick: it looks at no other process."""
    found = []
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == program:
                found.append(int(pid))
    return found


def _parent_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])


def _descendants_named(instance: Instance, program: str) -> list[int]:
    return [
        record.pid for record in Processes(instance).survivors("node") if record.name == program
    ]
