"""One Temporal worker a task queue, all in one process; a function of plain values, so that tests run the same."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker

from activities.failures import FailureInterceptor
from workflows import wire
from workflows.environment import EnvironmentWorkflow
from workflows.reconcile import ReconcileWorkflow
from workflows.reporter import ReporterWorkflow
from workflows.revision import RevisionWorkflow
from workflows.teardown import TeardownWorkflow

from .registry import all_activities, missing_ports

WORKFLOWS = (
    EnvironmentWorkflow,
    RevisionWorkflow,
    TeardownWorkflow,
    ReporterWorkflow,
    ReconcileWorkflow,
)
HEARTBEAT_THROTTLE = timedelta(milliseconds=500)
"""A cancel reaches an activity in the answer to a heartbeat, so this bounds how late it learns of it (SDK default: 60 s)."""


@dataclass(frozen=True)
class Limits:
    """What one process takes on at once; the reasons stand at `WorkerSettings`."""

    workflow_tasks: int = 8
    cached_workflows: int = 2_500
    activities: int = 50
    github_threads: int = 8
    shutdown_grace: timedelta = timedelta(seconds=45)


@dataclass(frozen=True)
class Implementations:
    """Who does the work, by the queue it is done on. Raises ValueError when a port is left out."""

    github: Sequence[object]
    builds: Sequence[object]
    cluster: Sequence[object]
    control: Sequence[object]

    def __post_init__(self) -> None:
        everything = (*self.github, *self.builds, *self.cluster, *self.control)
        if missing := missing_ports(everything):
            raise ValueError(f"no implementation for {', '.join(missing)}")


def create_workers(
    client: Client, implementations: Implementations, limits: Limits
) -> list[Worker]:
    """The workers of one process, not yet running."""
    threads = ThreadPoolExecutor(limits.github_threads, thread_name_prefix="github")
    queues: list[tuple[str, Sequence[object]]] = [
        (wire.BUILDS_QUEUE, implementations.builds),
        (wire.CLUSTER_QUEUE, implementations.cluster),
        (wire.CONTROL_QUEUE, implementations.control),
    ]
    return [
        Worker(
            client,
            task_queue=wire.WORKFLOWS_QUEUE,
            workflows=WORKFLOWS,
            workflow_runner=wire.make_sandbox(),
            max_concurrent_workflow_tasks=limits.workflow_tasks,
            max_cached_workflows=limits.cached_workflows,
            workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(5),
            graceful_shutdown_timeout=limits.shutdown_grace,
        ),
        _activity_worker(
            client,
            wire.GITHUB_QUEUE,
            all_activities(implementations.github),
            limits.github_threads,
            limits,
            threads,
        ),
        *(
            _activity_worker(client, queue, all_activities(found), limits.activities, limits)
            for queue, found in queues
        ),
    ]


def _activity_worker(
    client: Client,
    queue: str,
    activities: Sequence[Callable[..., Any]],
    slots: int,
    limits: Limits,
    threads: ThreadPoolExecutor | None = None,
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        activities=activities,
        activity_executor=threads,
        max_concurrent_activities=slots,
        interceptors=[FailureInterceptor()],
        max_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
        default_heartbeat_throttle_interval=HEARTBEAT_THROTTLE,
        graceful_shutdown_timeout=limits.shutdown_grace,
    )
