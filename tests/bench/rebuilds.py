"""How long a build takes after one line has changed, against the first of its repository (FR-002, ENV-031)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.figures import Figure, Goal
from tests.e2e.build import repositories
from tests.e2e.support.previews import Previews
from workflows.models import EnvironmentSnapshot

KINDS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "a Node program with a build step": (repositories.NODE, "greeting.js"),
    "a Go program": (repositories.GO, "main.go"),
    "a Python program": (repositories.PYTHON, "app.py"),
    "a static site": (repositories.STATIC, "index.html"),
}
"""Files without a Dockerfile, and the one whose greeting changes."""


@dataclass(frozen=True)
class Rebuilt:
    """Seconds of the build phase."""

    first: float
    again: float


async def measure_rebuilding(previews: Previews, kind: str, number: int) -> Rebuilt:
    """A repository of its own, so that nothing of it was ever built."""
    files, name = KINDS[kind]
    preview = await previews.create(tree=files, type="auto")
    first = await preview.until_ready(await preview.open({"CHANGES.md": "Begun.\n"}))
    text = files[name].replace(repositories.GREETING, f"greeting number {number}")
    again = await preview.until_ready(await preview.push({name: text}))
    await preview.close()
    return Rebuilt(_building(first), _building(again))


def figures_of(measured: Mapping[str, list[Rebuilt]]) -> list[Figure]:
    """Two rows for each kind; the second against the first."""
    rows = []
    for kind, found in measured.items():
        first = Figure(f"{kind}: its first build", tuple(one.first for one in found))
        again = tuple(one.again for one in found)
        changed = "… after a change of one line, against the first"
        rows += [first, Figure(changed, again, baseline=first.median, goal=Goal(0.5, "ratio"))]
    return rows


def _building(snapshot: EnvironmentSnapshot) -> float:
    return sum(
        (timing.finished_at - timing.started_at).total_seconds()
        for timing in snapshot.revisions[0].timings
        if timing.phase == "build" and timing.finished_at
    )
