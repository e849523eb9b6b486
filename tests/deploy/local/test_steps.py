"""Steps run in order and side by side, and a failure stops the rest and explains itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.local.processes import start_time, wait_until
from deploy.local.steps import (
    CommandError,
    Outcome,
    Step,
    StepContext,
    StepError,
    StepResult,
    StepsFailedError,
    check_order,
    run_steps,
)

Action = Callable[[StepContext], Awaitable[Outcome]]


@dataclass
class Recorder:
    """A reporter that keeps what it was told."""

    events: list[str] = field(default_factory=list)

    def started(self, step: Step) -> None:
        self.events.append(f"+{step.name}")

    def noted(self, step: Step, text: str) -> None:
        self.events.append(f"{step.name}: {text}")

    def finished(self, result: StepResult) -> None:
        mark = result.outcome.value if result.outcome else "failed"
        self.events.append(f"-{result.step.name} {mark}")


def make_step(name: str, *after: str, action: Action | None = None, heavy: bool = False) -> Step:
    async def done(_: StepContext) -> Outcome:
        return Outcome.DONE

    return Step(name, name, action or done, after, is_heavy=heavy)


async def test_a_step_waits_for_those_before_it(tmp_path: Path) -> None:
    recorder = Recorder()
    steps = [make_step("c", "a", "b"), make_step("b", "a"), make_step("a")]

    results = await run_steps(steps, logs=tmp_path, reporter=recorder)

    assert [result.step.name for result in results] == ["a", "b", "c"]
    assert recorder.events == ["+a", "-a done", "+b", "-b done", "+c", "-c done"]


async def test_independent_steps_run_side_by_side(tmp_path: Path) -> None:
    meeting = asyncio.Barrier(2)

    async def meet(_: StepContext) -> Outcome:
        async with asyncio.timeout(5):
            await meeting.wait()
        return Outcome.DONE

    steps = [make_step("a", action=meet), make_step("b", action=meet)]
    assert len(await run_steps(steps, logs=tmp_path, reporter=Recorder())) == 2


async def test_heavy_steps_take_turns_in_their_given_order(tmp_path: Path) -> None:
    running: list[str] = []
    order: list[str] = []

    def heavy(name: str) -> Step:
        async def work(_: StepContext) -> Outcome:
            assert not running
            running.append(name)
            await asyncio.sleep(0)
            running.remove(name)
            order.append(name)
            return Outcome.DONE

        return make_step(name, action=work, heavy=True)

    await run_steps([heavy(n) for n in "abc"], logs=tmp_path, reporter=Recorder())

    assert order == ["a", "b", "c"]


async def test_a_failure_stops_what_runs_and_keeps_the_rest_from_starting(tmp_path: Path) -> None:
    stopped = asyncio.Event()
    began = asyncio.Event()

    async def endless(_: StepContext) -> Outcome:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        return Outcome.DONE

    async def fail(context: StepContext) -> Outcome:
        await began.wait()
        for number in range(40):
            context.write(f"line {number}")
        raise StepError("no room", hint="make some")

    recorder = Recorder()
    steps = [
        make_step("endless", action=endless),
        make_step("bad", action=fail),
        make_step("later", "bad"),
    ]
    with pytest.raises(StepsFailedError) as caught:
        await run_steps(steps, logs=tmp_path, reporter=recorder)

    (failure,) = caught.value.failures
    assert stopped.is_set()
    assert failure.step.name == "bad"
    assert failure.hint == "make some"
    assert failure.last_lines[-1] == "line 39"
    assert len(failure.last_lines) == 15
    assert "+later" not in recorder.events


async def test_a_command_leaves_its_output_in_the_log_and_returns_stdout(tmp_path: Path) -> None:
    seen: list[str] = []

    async def run(context: StepContext) -> Outcome:
        output = await context.run(
            "sh", "-c", "cat; echo err >&2", stdin=b"in\n", on_line=seen.append
        )
        assert output == "in\n"
        return Outcome.CACHED

    (result,) = await run_steps([make_step("a", action=run)], logs=tmp_path, reporter=Recorder())

    assert result.outcome is Outcome.CACHED
    assert sorted(seen) == ["err", "in"]
    assert {"err", "in"} <= set((tmp_path / "a.log").read_text().splitlines())


async def test_a_failing_command_is_a_failure_that_names_it(tmp_path: Path) -> None:
    async def run(context: StepContext) -> Outcome:
        await context.run("sh", "-c", "echo why; exit 3")
        return Outcome.DONE

    with pytest.raises(StepsFailedError) as caught:
        await run_steps([make_step("a", action=run)], logs=tmp_path, reporter=Recorder())

    (failure,) = caught.value.failures
    assert isinstance(failure.error, CommandError)
    assert "`sh` ended with code 3" in str(failure.error)
    assert failure.last_lines[-1] == "why"


async def test_a_cancelled_step_ends_its_command_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 100 & echo $! > {pids}.new; mv {pids}.new {pids}; wait"

    async def run(context: StepContext) -> Outcome:
        await context.run("sh", "-c", script)
        return Outcome.DONE

    task = asyncio.create_task(
        run_steps([make_step("a", action=run)], logs=tmp_path, reporter=Recorder())
    )
    await wait_until(pids.exists, seconds=10, what="the command runs")
    child = int(pids.read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await wait_until(lambda: start_time(child) is None, seconds=10, what="the child has ended")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([make_step("a", "x")], "unknown"),
        ([make_step("a"), make_step("a")], "same name"),
        ([make_step("a", "b"), make_step("b", "a")], "each other"),
    ],
)
def test_an_impossible_order_is_refused_before_anything_runs(
    steps: list[Step], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_order(steps)
