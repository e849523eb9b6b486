"""One run of the worker process, from the first connection to the last activity."""

import asyncio
import contextlib
import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError
from temporalio.worker import Worker

from worker.attributes import how_to_add, missing_search_attributes
from worker.composition import compose
from worker.health import WorkerHealth, create_health_app, serve_health
from worker.schedule import ensure_schedule
from worker.settings import WorkerSettings
from worker.workers import Limits, create_workers
from workflows import wire

log = logging.getLogger(__name__)

RECONNECT = timedelta(seconds=2)
"""Between attempts to reach Temporal at start; the process waits for it instead of dying in a loop."""


async def run_worker(settings: WorkerSettings, stop: asyncio.Event) -> None:
    """Work until `stop` is set; then let activities finish within the grace period."""
    client = await connect(stop)
    if client is None:
        return
    health = WorkerHealth(client)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve_health(create_health_app(health), settings.health_listen, stop))
        if not await prepare(client, settings.reconcile_every, health, stop):
            return
        async with compose(settings, client) as implementations:
            workers = create_workers(client, implementations, make_limits(settings))
            await _run_until(workers, health, stop)


async def connect(stop: asyncio.Event) -> Client | None:
    """A client from Temporal's own standard variables; None when told to stop before there is one."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")  # as Temporal's own tools
    while not stop.is_set():
        try:
            return await Client.connect(**config, data_converter=wire.DATA_CONVERTER)
        except (RPCError, RuntimeError) as error:
            log.warning("Temporal does not answer yet, trying again: %s", error)
        await _pause(stop)
    return None


async def prepare(
    client: Client, reconcile_every: timedelta, health: WorkerHealth, stop: asyncio.Event
) -> bool:
    """Bring about what the workers need of Temporal, trying until it is there; False when told to stop before.

    What is waited for is readiness' reason meanwhile.
    """
    while not stop.is_set():
        try:
            missing = await missing_search_attributes(client)
            if not missing:
                await ensure_schedule(client, reconcile_every)
                health.waiting_for = ""
                return True
            health.waiting_for = how_to_add(client, missing)
        except (RPCError, RuntimeError) as error:
            health.waiting_for = f"Temporal does not answer: {error}"
        log.warning("not working yet: %s", health.waiting_for)
        await _pause(stop)
    return False


async def _pause(stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), RECONNECT.total_seconds())


def make_limits(settings: WorkerSettings) -> Limits:
    return Limits(
        workflow_tasks=settings.max_workflow_tasks,
        cached_workflows=settings.max_cached_workflows,
        activities=settings.max_activities,
        github_threads=settings.max_github_threads,
        shutdown_grace=settings.shutdown_grace,
    )


async def _run_until(workers: list[Worker], health: WorkerHealth, stop: asyncio.Event) -> None:
    """Run all workers; the failure of one ends all, since a half-working process looks healthy."""
    runs = [asyncio.create_task(worker.run()) for worker in workers]
    stopping = asyncio.create_task(stop.wait())
    health.is_running = True
    log.info("working on %s", ", ".join(worker.task_queue for worker in workers))
    await asyncio.wait({stopping, *runs}, return_when=asyncio.FIRST_COMPLETED)
    health.is_running = False
    log.info("stopping")
    stop.set()
    await asyncio.gather(*(worker.shutdown() for worker in workers))
    await asyncio.gather(stopping, *runs)
