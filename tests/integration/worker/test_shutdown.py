"""A worker process that is told to stop (a rollout, a drained node) ends within its grace, and nothing is lost with it.

Real processes on a real Temporal server; the Kubernetes API is the test's, so that a removal takes as long as wanted.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from activities.manifests import make_namespace
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from tests.support.temporal_server import TemporalServer, free_port
from tests.support.wait import eventually
from workflows import naming, wire
from workflows.models import EnvironmentRef, PullRequestRef
from workflows.models import messages as m
from workflows.teardown import TeardownWorkflow

ROOT = Path(__file__).parents[3]
REF = EnvironmentRef(
    team="acme", project="acme-shop", environment="pr-shop-7", namespace="acme-shop-pr-shop-7"
)
PULL = PullRequestRef(installation=1, repository_id=2, repository="acme/shop", number=7)
NAMESPACE = f"/api/v1/namespaces/{REF.namespace}"
SECONDS_TO_EXIT = 30
"""After its activities have ended, for a process that closes its connections on a busy machine."""


@dataclass
class Cluster:
    """Empty but for one namespace, which stays for as long as the test wants."""

    is_gone: bool = False
    is_leaving: bool = False
    api: KubernetesAPI = field(init=False)

    def __post_init__(self) -> None:
        self.api = KubernetesAPI(self._answer)

    async def was_told_to_delete(self) -> bool:
        return self.is_leaving

    async def is_asked(self) -> bool:
        """Somebody looks whether the namespace is gone."""
        return f"GET {NAMESPACE}" in self.api.asked

    def _answer(self, asked: str) -> Answer:
        method, _, path = asked.partition(" ")
        if path.startswith("/v2/_catalog"):
            return 200, {"repositories": []}
        if path.partition("?")[0] != NAMESPACE:
            return 200, {"metadata": {}, "items": []}
        if self.is_gone:
            return 404, {"kind": "Status", "message": "not found"}
        self.is_leaving = self.is_leaving or method == "DELETE"
        namespace = make_namespace(REF, PULL, "feature")
        phase = "Terminating" if self.is_leaving else "Active"
        metadata = {**namespace["metadata"], "uid": "u"}
        return 200, {**namespace, "metadata": metadata, "status": {"phase": phase}}


@dataclass
class WorkerProcess:
    """`python -m worker`."""

    process: asyncio.subprocess.Process
    listen: str

    async def is_ready(self) -> bool:
        assert self.process.returncode is None, "the worker has ended"
        return await self._answers() == 200

    async def is_stopping(self) -> bool:
        """Its probes are not answered any more."""
        return await self._answers() is None

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def exit_code(self, *, within: float) -> int:
        return await asyncio.wait_for(self.process.wait(), within)

    async def _answers(self) -> int | None:
        async with httpx.AsyncClient() as http:
            try:
                return (await http.get(f"http://{self.listen}/readyz")).status_code
            except httpx.TransportError:
                return None


class Workers:
    """Starts processes that share everything but their port."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    @asynccontextmanager
    async def working(self, *, grace: float) -> AsyncIterator[WorkerProcess]:
        """One that is ready; killed at the end unless it has ended before."""
        listen = f"127.0.0.1:{free_port()}"
        settings = {
            "CATALYST_WORKER_HEALTH_LISTEN": listen,
            "CATALYST_WORKER_SHUTDOWN_GRACE": f"PT{grace}S",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", cwd=ROOT, env=self._environment | settings
        )
        worker = WorkerProcess(process, listen)
        try:
            await eventually(worker.is_ready, seconds=60)
            yield worker
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster()
    async with serving(cluster.api, tmp_path) as client:
        (tmp_path / "address").write_text(client.configuration.host)
        yield cluster


@pytest.fixture
def workers(server: TemporalServer, cluster: Cluster, tmp_path: Path) -> Workers:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "temporal.toml").write_text("")
    settings = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}",
        "KUBECONFIG": str(tmp_path / "kubeconfig"),
        "GITHUB_APP_ID": "1",
        "GITHUB_APP_KEY": str(tmp_path / "key.pem"),
        "REGISTRY": (tmp_path / "address").read_text().removeprefix("http://"),
        "REGISTRY_IS_PLAIN_HTTP": "true",
        "BUILDER_IMAGE": "b",
    }
    return Workers(
        {
            **os.environ,
            **{f"CATALYST_WORKER_{name}": value for name, value in settings.items()},
            "TEMPORAL_ADDRESS": server.address,
            "TEMPORAL_CONFIG_FILE": str(tmp_path / "temporal.toml"),
        }
    )


async def start_removal(client: Client) -> WorkflowHandle[TeardownWorkflow, None]:
    request = m.TeardownInput(
        ref=REF, pull_request=PULL, environment_workflow_id="env:nobody", reason="closed"
    )
    return await client.start_workflow(
        TeardownWorkflow.run,
        request,
        id=f"{naming.teardown_workflow_id(REF.project, REF.environment)}:{uuid4().hex}",
        task_queue=wire.WORKFLOWS_QUEUE,
    )


@dataclass(frozen=True)
class Attempt:
    """One time that an activity was begun."""

    process: int
    outcome: str


async def attempts_of(
    handle: WorkflowHandle[TeardownWorkflow, None], activity: str
) -> list[Attempt]:
    """In order, by the process that made them, with how they ended."""
    history = await handle.fetch_history()
    events = {event.event_id: event for event in history.events}
    found = []
    for event in history.events:
        completed = event.activity_task_completed_event_attributes
        failed = event.activity_task_failed_event_attributes
        ended = completed if completed.scheduled_event_id else failed
        if not ended.scheduled_event_id:
            continue
        scheduled = events[ended.scheduled_event_id].activity_task_scheduled_event_attributes
        started = events[ended.started_event_id].activity_task_started_event_attributes
        if scheduled.activity_type.name == activity:
            is_completed = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
            outcome = "completed" if is_completed else failed.failure.application_failure_info.type
            found.append(Attempt(int(started.identity.partition("@")[0]), outcome))
    return found


@pytest.mark.spec("FR-008", "FR-011")
@pytest.mark.invariant(6)
async def test_what_a_stopped_worker_has_at_hand_is_told_and_taken_over_by_another(
    workers: Workers, cluster: Cluster, client: Client
) -> None:
    grace = 1.0
    async with workers.working(grace=grace) as first:
        handle = await start_removal(client)
        await eventually(cluster.was_told_to_delete, seconds=60)
        async with workers.working(grace=grace) as second:
            first.stop()
            assert await first.exit_code(within=grace + SECONDS_TO_EXIT) == 0
            cluster.api.asked.clear()
            await eventually(cluster.is_asked, seconds=60)
            cluster.is_gone = True
            await asyncio.wait_for(handle.result(), 60)
    assert await attempts_of(handle, "delete_namespace") == [
        Attempt(first.process.pid, "WorkerShutdown"),
        Attempt(second.process.pid, "completed"),
    ]


@pytest.mark.spec("FR-008")
async def test_what_ends_within_the_grace_is_not_interrupted(
    workers: Workers, cluster: Cluster, client: Client
) -> None:
    async with workers.working(grace=60) as first:
        handle = await start_removal(client)
        await eventually(cluster.was_told_to_delete, seconds=60)
        first.stop()
        await eventually(first.is_stopping, seconds=60)
        cluster.api.asked.clear()
        await eventually(cluster.is_asked)
        cluster.is_gone = True
        assert await first.exit_code(within=SECONDS_TO_EXIT) == 0
    async with workers.working(grace=1):
        await asyncio.wait_for(handle.result(), 60)
    (attempt,) = await attempts_of(handle, "delete_namespace")
    assert attempt == Attempt(first.process.pid, "completed")
