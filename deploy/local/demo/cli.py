"""The commands of the whole stack: `up`, `demo`, `push`, `close`, `status`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import httpx

from deploy.local import cli as local
from deploy.local.control.steps import control_steps
from deploy.local.demo.catalyst import CatalystError
from deploy.local.demo.run import Demo, close, demonstrate, open_demo, push
from deploy.local.demo.status import show_status
from deploy.local.demo.steps import demo_steps
from deploy.local.instance import Instance
from deploy.local.stack import CLUSTER_READY, ClusterStack
from deploy.local.steps import Step

LINK_READY = "node"
"""After this step the machine's end of the link to the node is there."""


def stack_steps(instance: Instance) -> list[Step]:
    """Return the steps of cluster and Catalyst together."""
    cluster = ClusterStack(instance).steps()
    return [*cluster, *control_steps(instance, link=(LINK_READY,), cluster=(CLUSTER_READY,))]


def up(instance: Instance) -> int:
    """Bring everything up, with no pull request."""
    settled = local.prepare(instance)
    if settled is None:
        return local.CANNOT_START
    if local.run(stack_steps(settled), settled) is None:
        return local.FAILED
    local.show_connection(ClusterStack(settled).connection)
    return 0


def demo(instance: Instance) -> int:
    """Bring everything up, open a pull request and wait until its URL answers."""
    settled = local.prepare(instance)
    if settled is None:
        return local.CANNOT_START
    if local.run([*stack_steps(settled), *demo_steps(settled)], settled) is None:
        return local.FAILED
    return _talk(demonstrate, settled)


def push_change(instance: Instance) -> int:
    """Push a change to the demonstration's pull request."""
    return _talk(push, instance)


def close_pull(instance: Instance) -> int:
    """Close the demonstration's pull request."""
    return _talk(close, instance)


def status(instance: Instance) -> int:
    """Show what runs; the exit code says whether everything is up."""
    return asyncio.run(show_status(instance))


def _talk(action: Callable[[Demo], Awaitable[int]], instance: Instance) -> int:
    async def run() -> int:
        async with open_demo(instance) as demo:
            return await action(demo)

    try:
        return asyncio.run(run())
    except (httpx.HTTPError, CatalystError) as error:
        print(f"{str(error) or type(error).__name__}", file=sys.stderr)
        print("   what to do: see `make status`, then `make demo` again", file=sys.stderr)
        return local.FAILED


COMMANDS: local.Commands = {
    "up": (up, "bring the whole stack up"),
    "demo": (demo, "bring it up, open a pull request and wait for its preview"),
    "push": (push_change, "push a change to the demonstration's pull request"),
    "close": (close_pull, "close the demonstration's pull request"),
    "status": (status, "show what runs, where, and what it uses"),
}
