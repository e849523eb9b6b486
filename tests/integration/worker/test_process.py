"""The whole worker process on a real Temporal server: waits for what it needs, works, and stops when told to."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from tests.support.temporal_server import TemporalServer, free_port
from tests.support.wait import eventually
from worker import process
from worker.composition import compose
from worker.health import WorkerHealth
from worker.process import connect, make_limits, prepare, run_worker
from worker.schedule import ensure_schedule
from worker.settings import WorkerSettings
from worker.workers import create_workers
from workflows import policies, wire

GRACE = timedelta(seconds=5)
EVERY = timedelta(minutes=5)
KUBECONFIG = """
clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
contexts: [{name: c, context: {cluster: c, user: c}}]
users: [{name: c, user: {token: t}}]
current-context: c
"""


@pytest.fixture(autouse=True)
def temporal_variables(server: TemporalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml")
    monkeypatch.setattr(process, "RECONNECT", timedelta(milliseconds=100))


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    return WorkerSettings(
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}",
        kubeconfig=tmp_path / "kubeconfig",
        github_url="http://127.0.0.1:9",
        github_app_id=1,
        github_app_key=tmp_path / "key.pem",
        registry="r.test:5000",
        builder_image="b",
        health_listen=f"127.0.0.1:{free_port()}",
        shutdown_grace=GRACE,
    )


async def register_namespace(client: Client) -> str:
    """A namespace that knows none of our search attributes."""
    name = f"n-{uuid4().hex[:8]}"
    request = RegisterNamespaceRequest(
        namespace=name, workflow_execution_retention_period=Duration(seconds=86_400)
    )
    await client.workflow_service.register_namespace(request)
    return name


def queues_of_policies() -> set[str]:
    """Every queue that a workflow may ask for."""
    configs = [value for value in vars(policies).values() if isinstance(value, dict)]
    return {config["task_queue"] for config in configs if "task_queue" in config}


async def test_every_queue_that_workflows_ask_for_is_worked_on(
    settings: WorkerSettings, client: Client
) -> None:
    async with compose(settings, client) as implementations:
        workers: list[Worker] = create_workers(client, implementations, make_limits(settings))
    queues = [worker.task_queue for worker in workers]
    assert len(queues) == len(set(queues))
    assert set(queues) == queues_of_policies()
    assert wire.CONTROL_QUEUE in queues


@pytest.mark.spec("OPS-7")
async def test_the_process_gets_ready_and_stops_within_its_grace(
    settings: WorkerSettings, client: Client
) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(settings, stop))

    async def is_ready() -> bool:
        if running.done():
            running.result()
        async with httpx.AsyncClient() as http:
            try:
                answer = await http.get(f"http://{settings.health_listen}/readyz")
            except httpx.ConnectError:
                return False
            return answer.status_code == 200

    await eventually(is_ready, seconds=60)
    assert (await client.get_schedule_handle("reconcile").describe()).id == "reconcile"
    stop.set()
    await asyncio.wait_for(running, GRACE.total_seconds() + 10)


@pytest.mark.spec("FR-011")
async def test_a_worker_that_cannot_reach_temporal_waits_and_ends_when_told_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    stop = asyncio.Event()
    connecting = asyncio.create_task(connect(stop))
    done, _ = await asyncio.wait({connecting}, timeout=1)
    assert not done
    stop.set()
    assert await asyncio.wait_for(connecting, 30) is None


@pytest.mark.spec("FR-011")
async def test_a_process_told_to_stop_before_temporal_answers_ends(
    settings: WorkerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(run_worker(settings, stop), 30)


@pytest.mark.spec("OPS-7")
async def test_a_process_that_lacks_something_tells_its_probe_and_ends_when_told_to(
    settings: WorkerSettings, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await register_namespace(client)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", name)
    stop = asyncio.Event()
    running = asyncio.create_task(run_worker(settings, stop))

    async def reason() -> str | None:
        async with httpx.AsyncClient() as http:
            try:
                answer = await http.get(f"http://{settings.health_listen}/readyz")
            except httpx.ConnectError:
                return None
            assert answer.status_code == 503
            return ", ".join(answer.json()["reasons"])

    async def is_told() -> bool:
        return f"{name} lacks the search attributes" in (await reason() or "")

    await eventually(is_told, seconds=30)
    stop.set()
    await asyncio.wait_for(running, 30)


async def test_without_an_address_temporals_own_default_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TEMPORAL_ADDRESS")
    asked: list[object] = []

    async def record(**options: object) -> None:
        asked.append(options["target_host"])

    monkeypatch.setattr(Client, "connect", record)
    await connect(asyncio.Event())
    assert asked == ["localhost:7233"]


@pytest.mark.spec("FR-011")
async def test_missing_search_attributes_are_named_with_the_command_until_they_exist(
    server: TemporalServer, client: Client
) -> None:
    name = await register_namespace(client)
    other = await Client.connect(server.address, namespace=name, data_converter=wire.DATA_CONVERTER)
    health, stop = WorkerHealth(other), asyncio.Event()
    preparing = asyncio.create_task(prepare(other, EVERY, health, stop))

    async def is_told() -> bool:
        return "search-attribute create" in health.waiting_for

    try:
        await eventually(is_told, seconds=30)
        assert f"--namespace {name} --name CatalystProject --type Keyword" in health.waiting_for
        (reason,) = await health.reasons_not_ready()
        assert reason == health.waiting_for
        await other.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=name,
                search_attributes={
                    key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
                    for key in wire.SEARCH_ATTRIBUTES
                },
            )
        )
        assert await asyncio.wait_for(preparing, 30)
        assert health.waiting_for == ""
    finally:
        stop.set()
        await asyncio.wait({preparing})


@pytest.mark.spec("FR-011")
async def test_a_temporal_that_fails_at_the_start_is_tried_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = 0

    async def fail_first(client: Client, every: timedelta) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise RPCError("shard is moving", RPCStatusCode.UNAVAILABLE, b"")
        await ensure_schedule(client, every)

    monkeypatch.setattr(process, "ensure_schedule", fail_first)
    health = WorkerHealth(client)
    assert await asyncio.wait_for(prepare(client, EVERY, health, asyncio.Event()), 30)
    assert (attempts, health.waiting_for) == (2, "")


async def test_preparing_ends_when_told_to_stop(client: Client) -> None:
    stop = asyncio.Event()
    stop.set()
    assert not await prepare(client, EVERY, WorkerHealth(client), stop)
