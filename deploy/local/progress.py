"""How the steps look to a person: live lines on a terminal, one line per event elsewhere."""

import sys
import time
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from deploy.local.steps import Outcome, Step, StepResult

_SHOWN_AFTER = 1.0
"""Seconds: a plain log names a step at its start only when it is worth waiting for (a note)."""
_NOTE_EVERY = 10.0
"""Seconds between two notes of one step in a plain log."""


class PlainReporter:
    """One line per event: for logs and pipes."""

    def __init__(self) -> None:
        self._noted: dict[str, float] = {}

    def started(self, step: Step) -> None:
        """Say nothing yet: most steps end within a second."""
        self._noted[step.name] = time.monotonic() - _NOTE_EVERY + _SHOWN_AFTER

    def noted(self, step: Step, text: str) -> None:
        """Print the note unless one was printed a moment ago."""
        now = time.monotonic()
        if now - self._noted.get(step.name, 0.0) >= _NOTE_EVERY:
            self._noted[step.name] = now
            _print(f"   …     {step.title}: {text}")

    def finished(self, result: StepResult) -> None:
        """Print the result."""
        mark = result.outcome.value if result.outcome else "failed"
        _print(f"{result.seconds:6.1f} s  {mark:<6}  {result.step.title}")
        _print_failure(result)


class LiveReporter:
    """Running steps at the bottom of the terminal, finished ones above them."""

    def __init__(self) -> None:
        self._console = Console()
        self._running: dict[str, tuple[Step, float, str]] = {}
        self._live = Live(
            get_renderable=self._table, console=self._console, refresh_per_second=4, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def started(self, step: Step) -> None:
        """Show the step as running."""
        self._running[step.name] = (step, time.monotonic(), "")

    def noted(self, step: Step, text: str) -> None:
        """Show the note beside the running step."""
        began = self._running[step.name][1]
        self._running[step.name] = (step, began, text)

    def finished(self, result: StepResult) -> None:
        """Move the step to the finished ones."""
        self._running.pop(result.step.name, None)
        style = {Outcome.DONE: "green", Outcome.CACHED: "cyan", None: "bold red"}[result.outcome]
        mark = result.outcome.value if result.outcome else "failed"
        self._console.print(
            f"{result.seconds:6.1f} s  [{style}]{mark:<6}[/]  {escape(result.step.title)}"
        )
        _print_failure(result)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        now = time.monotonic()
        for step, began, note in self._running.values():
            table.add_row(f"{now - began:6.1f} s", "[yellow]…[/]", escape(step.title), escape(note))
        return table


def is_terminal() -> bool:
    """Say whether a person is watching."""
    return sys.stdout.isatty()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _print_failure(result: StepResult) -> None:
    if result.error is None:
        return
    _print(f"\n{result.step.title} failed: {str(result.error) or repr(result.error)}")
    for line in result.last_lines:
        _print(f"    {line}")
    _print(f"  the whole log: {result.log}")
    if result.hint:
        _print(f"  what to do: {result.hint}")
