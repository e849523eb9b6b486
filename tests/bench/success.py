"""`python -m tests.bench.success`: how many repositories become a preview at the first attempt (SC-002), and how soon.

Deploys all examples and the generated `candidates` on the running stack of this checkout, three at a time, and prints a
table in Markdown with the reason of every failure. An attempt that was repeated counts as failed, also when the next
one succeeded.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from deploy.local.cluster import connection_file
from deploy.local.instance import current
from tests.bench.candidates import ALL
from tests.bench.figures import machine, percentile
from tests.bench.repositories import Repository, of_candidate, of_scene
from tests.e2e.examples.scene import SCENES
from tests.e2e.support.preview import GONE, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack, open_stack
from tests.e2e.support.waiting import eventually
from workflows.models import Phase

AT_ONCE = 3
GOAL = 0.95
WAIT = 600.0
"""Seconds until a repository counts as failed without a reason of its own."""
ZERO_CONFIG_GOAL = 120.0
"""Seconds from opened to URL for a repository that says nothing of itself (SC-001)."""
_TRIES = frozenset(("failed", "timed out"))


@dataclass(frozen=True)
class Result:
    """How the first attempt of one repository went."""

    repository: Repository
    seconds: float = 0.0
    """From the pull request being opened until its page answered; 0 when it never did."""
    reason: str = ""
    """Why it counts as failed; empty for a success."""

    def row(self) -> str:
        what = "ready" if not self.reason else "**failed**"
        took = f"{self.seconds:.1f} s" if self.seconds else ""
        about = "; ".join(filter(None, (self.repository.about, self.reason)))
        return f"| {self.repository.name} | {what} | {took} | {about} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only these")
    parser.add_argument("--limit", type=int, default=0, help="only so many")
    options = parser.parse_args()
    known = [*map(of_scene, SCENES.values()), *map(of_candidate, ALL)]
    chosen = [each for each in known if not options.only or each.name in options.only]
    if unknown := set(options.only) - {each.name for each in known}:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    if not connection_file(current()).exists():
        print("the local stack is not up: run `make demo` first", file=sys.stderr)
        return 2
    results = asyncio.run(_run(chosen[: options.limit or None]))
    print(report(results))
    return 0 if _rate(results) >= GOAL else 1


def report(results: Sequence[Result]) -> str:
    """The table and its figures, as Markdown."""
    good = [each for each in results if not each.reason]
    share = f"{len(good)} of {len(results)}, {100 * _rate(results):.1f} %"
    lines = [
        f"Measured on {machine()}, {AT_ONCE} at a time.",
        "",
        f"First attempts that succeeded: {share} (goal: {100 * GOAL:.0f} %).",
    ]
    lines += filter(None, (_times("all", good), _times("without configuration", _zero(good))))
    rows = [each.row() for each in sorted(results, key=lambda each: not each.reason)]
    head = [
        "",
        "| repository | first attempt | opened → URL | what it is |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *head, *rows])


def _times(name: str, results: Sequence[Result]) -> str:
    if not results:
        return ""
    seconds = [each.seconds for each in results]
    middle, late = percentile(seconds, 50), percentile(seconds, 95)
    return (
        f"Opened → URL, {name} ({len(seconds)}): median {middle:.1f} s, p95 {late:.1f} s, "
        f"longest {max(seconds):.1f} s."
    )


def _zero(results: Sequence[Result]) -> list[Result]:
    return [each for each in results if each.repository.is_zero_config]


def _rate(results: Sequence[Result]) -> float:
    return sum(not each.reason for each in results) / len(results) if results else 0.0


async def _run(repositories: Sequence[Repository]) -> list[Result]:
    places = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(stack: Stack, repository: Repository) -> Result:
        nonlocal done
        async with places:
            result = await _try(Previews(stack), repository)
            done += 1
            _say(f"{done}/{len(repositories)} {result.row()}")
            return result

    async with open_stack() as stack:
        await stack.ensure_all()
        return await asyncio.gather(*(one(stack, each) for each in repositories))


async def _try(previews: Previews, repository: Repository) -> Result:
    """Open, look, close; the next one begins when nothing of this one is left."""
    name = f"bench-{uuid4().hex[:6]}"
    result, preview = Result(repository), None
    try:
        preview = await repository.create(previews, name)
        result = await _deploy(preview, repository, name)
    except Exception as error:  # noqa: BLE001  (whatever it was is the reason)
        result = replace(result, reason=" ".join(str(error).split())[:300] or repr(error))
    if preview is not None and preview.number:
        try:
            await _remove(preview)
            await repository.clean_up(preview)
        except Exception as error:  # noqa: BLE001  (the others are measured all the same)
            result = replace(result, reason=result.reason or f"removal: {error}")
    return result


async def _remove(preview: Preview) -> None:
    """Close, and wait until the cluster is free of it; GitHub is not asked, which counts requests by the hour."""
    await preview.close()

    async def is_gone() -> bool:
        return not await preview.leftovers_in_cluster()

    await eventually(is_gone, within=GONE, what=f"nothing is left of {preview.project}", poll=1.0)


async def _deploy(preview: Preview, repository: Repository, name: str) -> Result:
    commit = await preview.push({"CHANGES.md": "One line more.\n"})
    await repository.prepare(preview, name, commit)
    began = time.monotonic()
    await preview.open_pull()
    ended = asyncio.create_task(_until_over(preview, commit))
    answers = asyncio.create_task(_until(_page_says(preview, repository.text)))
    try:
        await asyncio.wait((ended, answers), return_when=asyncio.FIRST_COMPLETED)
        reason = await ended if ended.done() else ""
        if not reason:
            await answers
        seconds = time.monotonic() - began
        reason = reason or await ended
    finally:
        ended.cancel()
        answers.cancel()
    if reason:
        return Result(repository, reason=reason)
    return Result(repository, seconds, await repeated(preview, commit))


async def _until_over(preview: Preview, commit: str) -> str:
    """Wait for the end of the first revision; why it failed, or nothing."""

    async def over() -> str | None:
        snapshot = await preview.snapshot()
        if snapshot.phase is Phase.FAILED and snapshot.commit == commit:
            failure = snapshot.failure
            excerpt = " / ".join(failure.excerpt[-2:]) if failure else ""
            return f"{failure.message if failure else snapshot.reason} {excerpt}".strip()
        serving = snapshot.serving
        return "" if snapshot.phase is Phase.READY and serving is not None else None

    return await eventually(over, within=WAIT, what=f"{commit[:7]} is ready or has failed")


def _page_says(preview: Preview, text: str) -> Callable[[], Awaitable[bool]]:
    async def says() -> bool:
        page = await preview.page()
        return page.status == 200 and text in page.text

    return says


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    await eventually(condition, within=WAIT, what="the page says what it should")


async def repeated(preview: Preview, commit: str) -> str:
    """Which steps of a revision that succeeded had to be tried again; empty when none had."""
    run = await preview.stack.run_of((await preview.revision_of(commit)).id)
    again = [each for each in run.activities if each.outcome in _TRIES]
    return "; ".join(f"{each.name} was tried again: {each.failure}" for each in again)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
