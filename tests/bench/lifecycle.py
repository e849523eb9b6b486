"""Catalyst's own times, read where they happen: at the URL, in the workflow's history, in the cluster."""

import asyncio
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field

from tests.e2e.main_job.slow import ill_at_first, slow_helm
from tests.e2e.support.history import read_activities
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.waiting import eventually
from workflows.models import Phase


@dataclass
class Opened:
    """Opening one pull request, in seconds from the moment it was opened."""

    until_workflow: float
    until_url: float
    phases: dict[str, float] = field(default_factory=dict)
    """Phase name to its own duration, as the revision recorded it."""


async def measure_opening(preview: Preview) -> Opened:
    """Open, and wait until the URL answers with that commit. The build cache is empty: the repository is new."""
    return await _measure(preview, preview.open(preview.with_values(greeting=secrets.token_hex(4))))


async def measure_reopening(preview: Preview) -> Opened:
    """The same for a pull request whose removal has ended: its images are gone, its layers are cached."""
    await preview.close()
    await preview.until_gone()

    async def reopen() -> str:
        await preview.reopen()
        return preview.commits[-1]

    return await _measure(preview, reopen())


async def _measure(preview: Preview, opening: Coroutine[None, None, str]) -> Opened:
    stack = preview.stack
    began = time.monotonic()
    commit = await opening
    started = asyncio.create_task(_since(began, _workflow_runs(preview)))
    until_url = await _since(began, _url_answers(preview, commit))
    until_workflow = await started
    snapshot = await preview.until_ready(commit)
    phases = {
        timing.phase: (timing.finished_at - timing.started_at).total_seconds()
        for timing in snapshot.revisions[0].timings
        if timing.finished_at
    }
    await stack.until_deliveries_are_in()
    return Opened(until_workflow, until_url, phases)


async def measure_push(preview: Preview) -> float:
    """From a push until the URL answers with its commit."""
    began = time.monotonic()
    commit = await preview.push(preview.with_values(greeting=secrets.token_hex(4)))
    return await _since(began, _url_answers(preview, commit))


@dataclass
class Superseded:
    """From the read of a new head until the old revision, at work on its build, had really stopped; in seconds."""

    whole: float
    """As both workflows' histories tell it."""
    grace: float
    """What the old build's pod took to end after it was told to: its container's own time, as the cluster shows it."""

    @property
    def ours(self) -> float:
        return self.whole - self.grace


async def measure_superseding(preview: Preview) -> Superseded:
    """Push while a build runs, and again when the one before has taken over."""
    slow: Files = {"Dockerfile": _slow(preview.sample["Dockerfile"])}
    old = await preview.push(slow, force=True)
    await preview.until_build_runs()
    pods = await preview.stack.cluster.build_pods(preview.environment)
    (pod,) = (each for each in pods if each["status"]["phase"] in ("Pending", "Running"))
    ending = asyncio.create_task(_ending_of(preview, pod["metadata"]["name"]))
    new = await preview.push(preview.with_values(greeting=secrets.token_hex(4)), force=True)
    await preview.until_ready(new)
    return Superseded(await _until_stopped(preview, old), await ending)


LATER = ("Helm", "health check")
"""Of a revision, what is stopped beside a build; nothing of these takes time to end."""


async def measure_stopping(preview: Preview, phase: str) -> float:
    """Seconds from the read of a new head until the old revision, at work on that, had really stopped."""
    is_helm = phase == "Helm"
    slow = slow_helm() if is_helm else ill_at_first(preview.sample["app.py"], seconds=60)
    old = await preview.push(slow, force=True)
    if is_helm:
        await preview.until_release("pending-upgrade")
    else:
        await preview.until_phase(Phase.CHECKING)
    new = await preview.push(preview.with_values(greeting=secrets.token_hex(4)), force=True)
    await preview.until_ready(new)
    return await _until_stopped(preview, old)


async def _until_stopped(preview: Preview, old: str) -> float:
    """From the last read of a head before the old revision's end until that end, as both histories tell it."""
    before = await preview.stack.run_of((await preview.revision_of(old)).id)
    entity = await read_activities(preview.stack.temporal, preview.workflow_id)
    if before.closed is None:
        raise RuntimeError(f"{old[:7]} never stopped")
    looks = [look.ended for look in entity if look.name == "read_pull_request" and look.ended]
    read = max(look for look in looks if look <= before.closed)
    return (before.closed - read).total_seconds()


async def _ending_of(preview: Preview, name: str) -> float:
    """Seconds from the pod's deletion being asked for until it is gone; looked at as fast as the API answers."""
    told = 0.0
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = await preview.stack.cluster.build_pods(preview.environment)
        pod = next((each for each in found if each["metadata"]["name"] == name), None)
        if pod is None:
            return time.monotonic() - told if told else 0.0
        if not told and "deletionTimestamp" in pod["metadata"]:
            told = time.monotonic()
        await asyncio.sleep(0.02)
    raise RuntimeError(f"{name} was not deleted")


async def measure_closing(preview: Preview) -> float:
    """From closing until the namespace is gone."""
    namespace = await preview.namespace()
    began = time.monotonic()
    await preview.close()

    async def is_gone() -> bool:
        return await preview.stack.cluster.namespace(namespace) is None

    await eventually(is_gone, within=300, what=f"{namespace} is gone")
    return time.monotonic() - began


def by_phase(opened: list[Opened]) -> dict[str, tuple[float, ...]]:
    """Phase to its durations over all runs."""
    found: dict[str, list[float]] = defaultdict(list)
    for one in opened:
        for phase, seconds in one.phases.items():
            found[phase].append(seconds)
    return {phase: tuple(values) for phase, values in found.items()}


async def _since(began: float, condition: Awaitable[None]) -> float:
    await condition
    return time.monotonic() - began


async def _workflow_runs(preview: Preview) -> None:
    async def runs() -> bool:
        return (await preview.snapshot()).phase is not Phase.DELETED

    await eventually(runs, within=60, what="the workflow runs")


async def _url_answers(preview: Preview, commit: str) -> None:
    async def answers() -> bool:
        page = await preview.page()
        return page.status == 200 and commit in page.text

    await eventually(answers, within=300, what=f"{preview.url} answers with {commit[:7]}")


def _slow(dockerfile: str) -> str:
    return f"{dockerfile}\nRUN sleep 120\n"
