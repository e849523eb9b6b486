"""How soon a push shows on the page of an environment in development mode (ENV-005)."""

import time

from tests.bench.figures import Figure, Goal
from tests.e2e.development.workshop import Workshop, open_workshop
from tests.e2e.support.previews import Previews

PUSHES = 4
"""A run: a 95th percentile of a few samples is their worst."""


async def measure_in_place(previews: Previews, runs: int) -> tuple[float, ...]:
    """Seconds from a push of one line until the page shows it, each after the one before has ended."""
    workshop, commit = await open_workshop(previews)
    await workshop.preview.until_ready(commit)
    pod = await workshop.uid()
    samples = [await _push(workshop, f"Edition {number}") for number in range(runs * PUSHES)]
    if await workshop.uid() != pod:
        raise RuntimeError("a push has made a new pod")
    await workshop.preview.close()
    return tuple(samples)


def figure_of(samples: tuple[float, ...]) -> Figure:
    return Figure(
        "development mode: push → the page shows it, in the same pod", samples, goal=Goal(5, "p95")
    )


async def _push(workshop: Workshop, title: str) -> float:
    began = time.monotonic()
    commit = await workshop.preview.push(workshop.titled(title))
    await workshop.until_page_says(title)
    seconds = time.monotonic() - began
    await workshop.preview.until_ready(commit)
    return seconds
