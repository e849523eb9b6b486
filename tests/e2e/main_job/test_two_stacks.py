"""Two stacks of one machine, each with a preview: neither disturbs the other, and one goes without a trace."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from api.schemas import EnvironmentSummary
from deploy.local.control.worker import catalyst_url
from deploy.local.demo.catalyst import CatalystClient
from deploy.local.instance import INSTANCE_VARIABLE, Instance
from deploy.local.processes import Processes, is_alive, wait_until
from tests.e2e import stacks
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.traces import namespaces_of, read_traces, running, still_held

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.disruptive,
    pytest.mark.timeout(stacks.UP_SECONDS + 300),
]

CONTROL = {"api", "worker", "temporal", "github", "forward"}


@pytest.fixture
async def second() -> AsyncIterator[stacks.Stack]:
    """A further stack beside the one of this run, gone afterwards whatever happens."""
    second = stacks.Stack(f"{os.environ.get(INSTANCE_VARIABLE) or 'main'}-b")
    yield second
    if second.instance.state_directory.exists():
        await asyncio.to_thread(second.run, "down")


@pytest.mark.spec("OPS-7", "ENV-002", "ENV-025")
async def test_a_second_stack_serves_beside_the_first_and_after_a_crash_goes_without_a_trace(
    second: stacks.Stack, previews: Previews, stack: Stack
) -> None:
    first = stack.instance
    preview = await previews.create()
    commit = await preview.open()
    await preview.until_ready(commit)
    of_first = {record.name: record.pid for record in Processes(first).running()}
    before = read_traces(second.instance)

    await asyncio.to_thread(second.run, "demo")

    other = second.instance
    (shown,) = await environments(other)
    assert shown.serving_commit in await page(second, httpx.URL(shown.url).host)
    assert commit in (await preview.page()).text
    assert preview.environment not in {each.environment for each in await environments(other)}
    assert shown.project not in {each.project for each in await environments(first)}
    # Neither port leads to the other's previews.
    assert shown.serving_commit not in await page(second, f"{preview.expected_namespace}.localhost")
    assert not set(first.ports.all) & set(other.ports.all)
    assert not first.network.subnet.overlaps(other.network.subnet)

    during = read_traces(other)
    node = Processes(other).find("node")
    assert node
    inner, processes = namespaces_of(node.pid), running()
    assert inner
    seen = during.new_since(before, other)
    assert {"links", "addresses", "cgroups", "marked", "ports"} <= seen.keys()
    assert len(seen["ports"]) > len(CONTROL)
    await kill_half(other)

    await asyncio.to_thread(second.run, "down")

    assert read_traces(other).new_since(before, other) == {}
    assert still_held(inner, processes) == set()
    assert not other.state_directory.exists()
    # The first one noticed nothing of all that, and goes on.
    assert {record.name: record.pid for record in Processes(first).running()} == of_first
    assert commit in (await preview.page()).text
    newer = await preview.push()
    await preview.until_ready(newer)
    assert newer in (await preview.page()).text


async def environments(instance: Instance) -> tuple[EnvironmentSummary, ...]:
    async with CatalystClient.connect(catalyst_url(instance)) as catalyst:
        return await catalyst.environments()


async def page(stack: stacks.Stack, host: str) -> str:
    """What a browser gets for that host from a stack's port, whatever the status."""
    return (await asyncio.to_thread(stacks.Cluster(stack.connection).get, "/", host)).text


async def kill_half(instance: Instance) -> None:
    """End every other process of a stack with no chance to clean up.

    Spared are the node's first two: their end is that of all others there, by the kernel.
    """
    processes = Processes(instance)
    spared = {
        each.pid for each in processes.survivors("node") if each.name in ("unshare", "python")
    }
    rest = [each for each in processes.survivors() if each.pid not in spared]
    victims = sorted(rest, key=lambda each: (each.name, each.start_time))[::2]
    assert {"containerd-shim", "python"} <= {each.name for each in victims}
    for victim in victims:
        os.kill(victim.pid, signal.SIGKILL)
    await wait_until(
        lambda: not any(is_alive(each) for each in victims), seconds=10, what="half of it has ended"
    )
