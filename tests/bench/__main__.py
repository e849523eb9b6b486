"""`python -m tests.bench`: measure on the running stack of this checkout and print a table in Markdown."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Sequence

from deploy.local.cluster import connection_file
from deploy.local.instance import current
from deploy.local.processes import Processes
from tests.bench import development, floor, lifecycle, rebuilds
from tests.bench.figures import Figure, Goal, machine, resident, table
from tests.e2e.support.preview import BRANCH, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack, open_stack

STOPS = 4
"""Superseded builds a run: a 95th percentile of five samples is their worst."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each measurement (default 5)")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="only this part")
    options = parser.parse_args()
    if not connection_file(current()).exists():
        print("the local stack is not up: run `make demo` first", file=sys.stderr)
        return 2
    figures = asyncio.run(_run(options.only or list(PARTS), options.runs))
    print(f"\nMeasured on {machine()}.\n\n{table(figures)}")
    missed = [each.name for each in figures if each.is_missed]
    for name in missed:
        print(f"missed: {name}", file=sys.stderr)
    return 1 if missed else 0


async def _run(parts: Sequence[str], runs: int) -> list[Figure]:
    async with open_stack() as stack:
        await stack.ensure_all()
        previews = Previews(stack, dockerfile="")
        try:
            figures = _memory(stack)
            for part in parts:
                figures += await PARTS[part](previews, runs)
        finally:
            for preview in previews.made:
                if preview.number:
                    await preview.close()
    return figures


async def _lifecycle(previews: Previews, runs: int) -> list[Figure]:
    cold, floors, warm = [], [], []
    for number in range(1, runs + 1):
        preview = await previews.create()
        _say(f"{number}/{runs}: opening a pull request of a new repository")
        cold.append(await lifecycle.measure_opening(preview))
        _say(f"{number}/{runs}: the same with bare tools")
        floors.append(await _floor(preview))
        _say(f"{number}/{runs}: closing and reopening")
        warm.append(await lifecycle.measure_reopening(preview))
    preview = previews.made[-1]
    pushes, stops, closings = [], [], []
    later: dict[str, list[float]] = {phase: [] for phase in lifecycle.LATER}
    for number in range(1, runs + 1):
        _say(f"{number}/{runs}: pushing, superseding")
        pushes.append(await lifecycle.measure_push(preview))
        stops += [await lifecycle.measure_superseding(preview) for _ in range(STOPS)]
        for phase, found in later.items():
            found += [await lifecycle.measure_stopping(preview, phase) for _ in range(STOPS)]
    for number, each in enumerate(previews.made, 1):
        _say(f"{number}/{len(previews.made)}: closing")
        closings.append(await lifecycle.measure_closing(each))
    whole = tuple(one.whole for one in floors)
    bare = Figure("bare `buildctl` Job, then `helm upgrade --install --wait`", whole)
    return [
        Figure(
            "opened → URL answers, empty build cache",
            tuple(one.until_url for one in cold),
            baseline=bare.median,
            goal=Goal(1.5, "ratio"),
        ),
        *(
            Figure(f"… of which {phase}", samples)
            for phase, samples in lifecycle.by_phase(cold).items()
        ),
        bare,
        Figure("reopened → URL answers, warm build cache", tuple(o.until_url for o in warm)),
        Figure("push → URL answers with the new commit", tuple(pushes)),
        Figure("opened → workflow started", tuple(o.until_workflow for o in cold)),
        Figure(
            "new head read → old build stopped, its pod's own end apart",
            tuple(each.ours for each in stops),
            goal=Goal(2, "p95"),
        ),
        Figure("… with it (1 s of grace)", tuple(each.whole for each in stops)),
        *(
            Figure(f"new head read → {phase} stopped", tuple(found), goal=Goal(2, "p95"))
            for phase, found in later.items()
        ),
        Figure("closed → namespace gone", tuple(closings), goal=Goal(300, "all")),
    ]


async def _rebuilds(previews: Previews, runs: int) -> list[Figure]:
    rebuilt: dict[str, list[rebuilds.Rebuilt]] = {kind: [] for kind in rebuilds.KINDS}
    for number in range(1, runs + 1):
        _say(f"{number}/{runs}: building again after a change of one line")
        for kind, found in rebuilt.items():
            found.append(await rebuilds.measure_rebuilding(previews, kind, number))
    return rebuilds.figures_of(rebuilt)


async def _development(previews: Previews, runs: int) -> list[Figure]:
    _say("pushing to an environment in development mode")
    return [development.figure_of(await development.measure_in_place(previews, runs))]


PARTS = {"lifecycle": _lifecycle, "rebuilds": _rebuilds, "development": _development}


async def _floor(preview: Preview) -> floor.Floor:
    stack = preview.stack
    token = await stack.github.token(preview.repository.full_name.partition("/")[0])
    scheme, _, rest = stack.github.base_url.partition("://")
    clone = f"{scheme}://x-access-token:{token}@{rest}/{preview.repository.full_name}.git"
    return await floor.measure_floor(
        stack, preview.repository, BRANCH, clone, preview.sample, secrets.token_hex(4)
    )


def _memory(stack: Stack) -> list[Figure]:
    """Resident memory of our two processes, before the first measurement."""
    found = {record.name: record.pid for record in Processes(stack.instance).running()}
    return [
        Figure(f"memory of the {name}, at rest", (resident(found[name]),), unit="MiB")
        for name in ("api", "worker")
    ]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
