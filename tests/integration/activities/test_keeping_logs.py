"""Logs of any length are read and kept while the process goes on, and are masked where they are kept."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from kubernetes.aio.client import ApiClient

from activities.build.config import BuildConfig
from activities.build.keeping import BuildLogs
from activities.cluster.keeping import Keeping
from activities.heartbeat import Progress
from activities.store import Store
from tests.integration.activities.kubernetes_api import serving
from tests.integration.activities.test_following_builds import JOB
from workflows.models import EnvironmentRef

REF = EnvironmentRef(team="team", project="team-shop", environment="pr-7", namespace="ns")
LOG = "\n".join(
    f"2026-01-01T00:00:00Z line {number} says password: none and token={number:040d}"
    for number in range(20_000)
)
MOST = 0.5
"""Seconds of processor time between two turns of the loop: far from the ten that end an activity without a beat."""


class Namespace:
    """One pod with one container, which has written a lot."""

    def __init__(self, log: str) -> None:
        self._log = log

    async def handle(self, request: web.Request) -> web.Response:
        if request.path.endswith("/log"):
            return web.Response(text=self._log)
        if not request.path.endswith("/pods"):
            return web.json_response({"metadata": {}, "items": []})
        state = {"name": "build", "state": {"running": {}}}
        pod = {
            "metadata": {"name": "web-1"},
            "spec": {"containers": [{"name": "build"}]},
            "status": {"containerStatuses": [state]},
        }
        return web.json_response({"items": [pod]})


async def longest_hold_up(work: Awaitable[None]) -> float:
    """Processor time of this thread between two turns of the loop, at most."""
    longest, last = 0.0, time.thread_time()

    async def turn() -> None:
        nonlocal longest, last
        while True:
            now = time.thread_time()
            longest, last = max(longest, now - last), now
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    await work
    turning.cancel()
    return max(longest, time.thread_time() - last)


def of_a_build(api: ApiClient, store: Store) -> Awaitable[None]:
    job = replace(JOB, request=JOB.request.model_copy(update={"ref": REF}))
    config = BuildConfig(registry="r.test", builder_image="b")
    return BuildLogs(api, config, store.kept_logs).keep(job)


def of_an_environment(api: ApiClient, store: Store) -> Awaitable[None]:
    return Keeping(api, store.kept_logs).keep(REF, Progress())


def of_a_job(api: ApiClient, store: Store) -> Awaitable[None]:
    return Keeping(api, store.kept_logs).keep_jobs(REF, ["build"], Progress())


Keep = Callable[[ApiClient, Store], Awaitable[None]]


@pytest.mark.spec("FR-006")
@pytest.mark.invariant(4)
@pytest.mark.parametrize("keep", [of_a_build, of_an_environment, of_a_job])
async def test_a_long_log_holds_up_nobody_and_is_kept_masked(keep: Keep, tmp_path: Path) -> None:
    async with (
        Store.open(f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}") as store,
        serving(Namespace(LOG), tmp_path) as api,
    ):
        assert await longest_hold_up(keep(api, store)) < MOST
        (kept,) = await store.kept_logs.of_namespace("ns")
    assert kept.lines[-1] == "2026-01-01T00:00:00Z line 19999 says password: none and token=***"
    assert not [line for line in kept.lines if not line.endswith("token=***")]


class Nothing:
    """A cluster in which nothing is there."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.json_response({"message": "there is none"}, status=404)


@pytest.mark.spec("FR-006", "ENV-018")
async def test_logs_of_jobs_that_cannot_be_had_stop_nobody(tmp_path: Path) -> None:
    nothing = Nothing()
    async with (
        Store.open(f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}") as store,
        serving(nothing, tmp_path) as api,
    ):
        keeping = Keeping(api, store.kept_logs)
        await keeping.keep_jobs(REF, [], Progress())
        assert nothing.asked == [], "there are no jobs"
        await keeping.keep_jobs(REF, ["migrate"], Progress())
        assert nothing.asked
        assert not await store.kept_logs.of_namespace("ns")
