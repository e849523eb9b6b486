"""`python -m api` as it runs: it starts before Temporal, says what it waits for, and stops cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.api.webhooks.deliveries import make_headers, pull_request
from tests.support.examples import make_project
from tests.support.temporal_server import TemporalServer, free_port
from tests.support.wait import eventually

SECRET = "a secret of both sides"
SECOND_ADDRESS = "127.0.0.2"
"""Loopback too on Linux: stands for the address that GitHub reaches."""


@dataclass
class Process:
    popen: subprocess.Popen[str]
    http: httpx.AsyncClient
    second: str
    """Base of the second listener."""

    async def readiness(self) -> dict[str, str]:
        report = (await self.http.get("/readyz")).json()
        return {each["name"]: each["reason"] for each in report["checks"]}


def start(tmp_path: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "CATALYST_API_WEBHOOK_SECRET": SECRET,
        "CATALYST_API_LISTEN": f"127.0.0.1:{port},{SECOND_ADDRESS}:{port}",
        "CATALYST_API_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}",
        "CATALYST_API_TRUSTED_NETWORKS": "127.0.0.1/32",
        **settings,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "api"], env=environment, stderr=subprocess.PIPE, text=True
    )


@asynccontextmanager
async def serving(tmp_path: Path, temporal: str) -> AsyncIterator[Process]:
    port = free_port()
    popen = start(tmp_path, port, TEMPORAL_ADDRESS=temporal)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=15) as http:

            async def is_alive() -> bool:
                assert popen.poll() is None, popen.communicate()[1]
                try:
                    return (await http.get("/healthz")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(is_alive, seconds=60)
            yield Process(popen, http, f"http://{SECOND_ADDRESS}:{port}")
    finally:
        if popen.poll() is None:
            popen.kill()
        popen.communicate()


@pytest.mark.spec("EC-9", "US1")
async def test_it_starts_before_temporal_and_takes_deliveries_once_that_is_there(
    tmp_path: Path,
) -> None:
    temporal = TemporalServer(free_port())
    body = json.dumps(pull_request("opened")).encode()
    headers = make_headers(body, "pull_request", SECRET)
    async with serving(tmp_path, temporal.address) as process:

        async def is_migrated() -> bool:
            return (await process.readiness())["database"] == ""

        await eventually(is_migrated)
        assert (await process.readiness())["temporal"] == "Temporal cannot be reached"
        registered = await process.http.put(
            "/api/v1/projects/web-shop", json=make_project().model_dump(mode="json")
        )
        assert registered.status_code == 200
        refused = await process.http.post("/webhooks/github", content=body, headers=headers)
        assert refused.status_code == 503

        temporal.start()
        try:
            client = await temporal.connect()

            async def is_ready() -> bool:
                return (await process.http.get("/readyz")).status_code == 200

            await eventually(is_ready, seconds=20)
            # By the address that is GitHub's: the door is open there and nothing else is.
            async with httpx.AsyncClient(
                base_url=process.second,
                transport=httpx.AsyncHTTPTransport(local_address=SECOND_ADDRESS),
            ) as github:
                taken = await github.post("/webhooks/github", content=body, headers=headers)
                assert (taken.status_code, taken.json()["decision"]) == (202, "accepted")
                assert (await github.get("/api/v1/projects")).status_code == 403
            await client.get_workflow_handle("env:web-shop:pr-shop-12").describe()
        finally:
            temporal.stop()

        process.popen.send_signal(signal.SIGTERM)
        _, told = process.popen.communicate(timeout=20)
        assert process.popen.returncode == 0
        assert "Traceback" not in told


def test_an_address_in_use_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        popen = start(tmp_path, port)
        _, told = popen.communicate(timeout=60)
    assert popen.returncode == 1
    assert f"cannot listen: 127.0.0.1:{port}: Address already in use" in told
    assert "Traceback" not in told


def test_a_wrong_setting_is_told_by_its_name_without_its_value(tmp_path: Path) -> None:
    popen = start(tmp_path, 0, CATALYST_API_LISTEN="nonsense", CATALYST_API_WEBHOOK_SECRET="")
    _, told = popen.communicate(timeout=60)
    assert popen.returncode == 2
    assert "CATALYST_API_LISTEN" in told
    assert "CATALYST_API_WEBHOOK_SECRET" in told
    assert "Traceback" not in told
