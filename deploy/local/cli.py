"""The commands of the local stack."""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence

from deploy.local import instance as instances
from deploy.local.cluster import ClusterConnection, connection_file, read_connection
from deploy.local.exclusive import exclusively
from deploy.local.instance import MARKER_VARIABLE, Instance, InstanceError
from deploy.local.preflight import find_problems, is_place_free
from deploy.local.processes import NAME_VARIABLE, Processes
from deploy.local.progress import LiveReporter, PlainReporter, is_terminal
from deploy.local.stack import ClusterStack
from deploy.local.steps import (
    Outcome,
    Reporter,
    Step,
    StepContext,
    StepResult,
    StepsFailedError,
    run_steps,
)

FAILED = 1
CANNOT_START = 2
CHANGING = frozenset({"cluster", "up", "demo", "down"})
"""Commands that start or stop parts of the stack: one of them at a time."""
_COMMAND = "command"
"""The name that what a step runs (a compiler, apt) carries among the processes of the stack."""
Commands = dict[str, tuple[Callable[[Instance], int], str]]


def main(commands: Commands, arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, (_, summary) in commands.items():
        subparsers.add_parser(name, help=summary, description=summary)
    chosen = parser.parse_args(arguments)
    action, _ = commands[chosen.command]
    try:
        instance = instances.current()
        if chosen.command not in CHANGING:
            return action(instance)
        with exclusively(instance):
            _take_over(instance)
            return action(instance)
    except InstanceError as error:
        print(error, file=sys.stderr)
        return CANNOT_START
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to go on", file=sys.stderr)
        return 130


def _take_over(instance: Instance) -> None:
    """End commands that a killed run left at work, and mark ours, so that they are found in turn."""
    asyncio.run(Processes(instance).end_survivors(_COMMAND))
    os.environ[MARKER_VARIABLE] = instance.name
    os.environ[NAME_VARIABLE] = _COMMAND


def up(instance: Instance) -> int:
    """Bring the cluster up and print how to reach it."""
    settled = prepare(instance)
    if settled is None:
        return CANNOT_START
    stack = ClusterStack(settled)
    if run(stack.steps(), settled) is None:
        return FAILED
    show_connection(stack.connection)
    return 0


def prepare(instance: Instance) -> Instance | None:
    """Check the machine and settle on addresses and ports; None (and why, printed) if in vain."""
    problems = find_problems(instance)
    for problem in problems:
        print(f"cannot start: {problem.text}\n   what to do: {problem.remedy}", file=sys.stderr)
    if problems:
        return None
    return instances.settle(instance, is_place_free)


def run(steps: Sequence[Step], instance: Instance) -> tuple[StepResult, ...] | None:
    """Run steps with progress; None when one failed, which has been shown by then."""
    began = time.monotonic()

    def perform(reporter: Reporter) -> tuple[StepResult, ...]:
        return asyncio.run(run_steps(steps, logs=instance.log_directory, reporter=reporter))

    try:
        if is_terminal():
            with LiveReporter() as reporter:
                results = perform(reporter)
        else:
            results = perform(PlainReporter())
    except StepsFailedError:
        return None
    print(f"{time.monotonic() - began:6.1f} s  in all")
    return results


def show_connection(cluster: ClusterConnection) -> None:
    """Print where everything is."""
    print(f"\n  previews    http://NAME.{cluster.preview_domain}:{cluster.browser_port}/")
    print(f"  registry    {cluster.registry}")
    print(f"  kubectl     KUBECONFIG={cluster.kubeconfig} {cluster.kubectl} get pods -A")


def down(instance: Instance) -> int:
    """Remove the stack with every trace of it."""

    async def remove(context: StepContext) -> Outcome:
        stack = ClusterStack(instance)
        processes = Processes(instance)
        for record in processes.running():
            if record.name != "node":
                context.note(f"stopping {record.name}")
                await processes.stop(record.name)
        await stack.delete_if_present(context)
        return Outcome.DONE

    if run([Step("down", f"{instance.name} removed", remove)], instance) is None:
        return FAILED
    shutil.rmtree(instance.state_directory)
    return 0


def kubeconfig(instance: Instance) -> int:
    """Print the path of the kubeconfig."""
    try:
        print(os.fspath(read_connection(connection_file(instance)).kubeconfig))
    except FileNotFoundError:
        print(f"{instance.name} is not up", file=sys.stderr)
        return FAILED
    return 0


COMMANDS: Commands = {
    "cluster": (up, "bring the local cluster up, without Catalyst"),
    "down": (down, "remove it with every trace"),
    "kubeconfig": (kubeconfig, "print the path of its kubeconfig"),
}
