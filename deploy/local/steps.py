"""The step engine: named steps with dependencies, run side by side, each safe to repeat.

A step decides by itself whether what it promises is already there (`Outcome.CACHED`), so an
interrupted run is resumed by running it again. The first failure stops the others.
"""

# ruff: noqa: ASYNC240  (a few local files: quicker than handing them to a thread)

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Protocol

from deploy.local.commands import run_command

_LAST_LINES = 15


class Outcome(Enum):
    """How a step ended well."""

    DONE = "done"
    CACHED = "cached"
    """It was already as it should be, and nothing was changed."""


class StepError(RuntimeError):
    """A step failed in a way that a person can act on."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CommandError(StepError):
    """A command that a step ran ended with an error; its output is in the step's log."""


class Reporter(Protocol):
    """Shows people what is going on."""

    def started(self, step: "Step") -> None:
        """A step began."""

    def noted(self, step: "Step", text: str) -> None:
        """A step says how far it is."""

    def finished(self, result: "StepResult") -> None:
        """A step ended."""


class StepContext:
    """What a running step gets: a log of its own, a line of progress, and commands."""

    def __init__(self, step: "Step", log: Path, reporter: Reporter) -> None:
        self.log = log
        self._step = step
        self._reporter = reporter

    def note(self, text: str) -> None:
        """Say how far the step is, in a few words."""
        self._reporter.noted(self._step, text)

    def write(self, text: str) -> None:
        """Add a line to the step's log."""
        with self.log.open("a") as file:
            file.write(text.rstrip("\n") + "\n")

    async def run(
        self,
        *argv: str | Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        on_line: Callable[[str], None] | None = None,
        stdin: bytes | None = None,
    ) -> str:
        """Run a command with its output in the log and return what it wrote to stdout.

        The command and its children end when the step is cancelled. Raises CommandError.
        """
        arguments = [os.fspath(argument) for argument in argv]
        self.write("$ " + " ".join(arguments))

        def heard(line: str) -> None:
            self.write(line)
            if on_line:
                on_line(line.rstrip())

        code, output = await run_command(
            arguments, heard, environment=environment, directory=directory, stdin=stdin
        )
        if code:
            message = f"`{Path(arguments[0]).name}` ended with code {code}"
            raise CommandError(message)
        return output


@dataclass(frozen=True)
class Step:
    """One thing to bring about."""

    name: str
    title: str
    run: Callable[[StepContext], Awaitable[Outcome]]
    after: tuple[str, ...] = ()
    """Names of the steps that must have ended well before."""
    is_heavy: bool = False
    """It alone uses all processors: only one such step runs at a time."""
    hint: str = ""
    """What a person can do when it fails."""


@dataclass(frozen=True)
class StepResult:
    """How a step ended and how long it took."""

    step: Step
    outcome: Outcome | None
    seconds: float
    """Without the time spent waiting for other steps."""
    error: BaseException | None = None
    last_lines: tuple[str, ...] = ()
    log: Path = field(default_factory=Path)

    @property
    def hint(self) -> str:
        """What to do now; the error knows better than the step."""
        return getattr(self.error, "hint", "") or self.step.hint


class StepsFailedError(RuntimeError):
    """At least one step failed."""

    def __init__(self, results: Sequence[StepResult]) -> None:
        self.results = tuple(results)
        self.failures = tuple(r for r in results if r.error is not None)
        names = ", ".join(r.step.name for r in self.failures)
        super().__init__(f"failed: {names}")


def check_order(steps: Sequence[Step]) -> list[str]:
    """Return one possible order; raises ValueError on an unknown, doubled or circular name."""
    graph = {step.name: set(step.after) for step in steps}
    if len(graph) != len(steps):
        message = "two steps have the same name"
        raise ValueError(message)
    unknown = {name for after in graph.values() for name in after} - graph.keys()
    if unknown:
        message = f"steps depend on unknown ones: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        message = f"steps depend on each other: {' -> '.join(error.args[1])}"
        raise ValueError(message) from error


async def run_steps(
    steps: Sequence[Step], *, logs: Path, reporter: Reporter
) -> tuple[StepResult, ...]:
    """Run all steps, each as soon as those before it are through.

    Raises StepsFailedError after the first failure, when everything still running was stopped.
    """
    check_order(steps)
    logs.mkdir(parents=True, exist_ok=True)
    finished = {step.name: asyncio.Event() for step in steps}
    heavy = asyncio.Lock()
    results: list[StepResult] = []

    async def perform(step: Step) -> None:
        for name in step.after:
            await finished[name].wait()
        async with heavy if step.is_heavy else contextlib.nullcontext():
            result = await _run_one(step, logs / f"{step.name}.log", reporter)
        results.append(result)
        reporter.finished(result)
        if result.error is not None:
            raise StepsFailedError(results)
        finished[step.name].set()

    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(perform(step), name=step.name)
    except* StepsFailedError:
        raise StepsFailedError(results) from None
    return tuple(results)


async def _run_one(step: Step, log: Path, reporter: Reporter) -> StepResult:
    log.write_text("")
    reporter.started(step)
    began = time.monotonic()
    try:
        outcome = await step.run(StepContext(step, log, reporter))
    except Exception as error:  # noqa: BLE001  (every failure is reported the same way)
        seconds = time.monotonic() - began
        return StepResult(step, None, seconds, error, _tail(log), log)
    return StepResult(step, outcome, time.monotonic() - began, log=log)


def _tail(log: Path) -> tuple[str, ...]:
    with log.open(errors="replace") as file:
        return tuple(line.rstrip() for line in deque(file, maxlen=_LAST_LINES))
