"""All tests in the order that wastes least time, with what each part took.

    python -m tests.run            # everything; the stacks it brings up are removed at the end
    python -m tests.run --thorough # the variants too: what another test shows, by one more technology or way
    python -m tests.run --keep     # leave the stacks for looking at

The local stacks of the tests are their own, beside that of `make demo`. They come up while the tests that need no
cluster run, since the first time they compile for minutes. Tests that kill processes or have GitHub misbehave run one
after the other on a second stack; they mostly wait, so they do it beside the others.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COVERAGE_FLOOR = 85
"""Per cent of all sources, lines and branches."""
WORKFLOWS_FLOOR = 99
"""Per cent of `workflows/`. 100 is what was measured and what is expected; one less, so that a line which only a rare
order of events reaches ends no run. The run lists what is missing.

A trap of measuring: when a coroutine catches what the event loop has thrown into it and returns at once, Python 3.11
does not trace the next lines of whoever awaited it. Let the failure pass to those lines, and catch it there.
"""


@dataclass(frozen=True)
class Suite:
    """Tests that run in one go, on a stack of theirs where they need one."""

    name: str
    tests: str
    """Where they are."""
    marks: str
    """Which of them, as pytest's `-m` says it."""
    options: tuple[str, ...] = ()
    instance: str = ""
    """The local stack's name."""
    is_measured: bool = False
    """Whether it counts which lines are reached. That takes as long again as pure code itself, and the tests without a
    cluster reach what has to be reached."""

    def log(self, what: str) -> Path:
        return ROOT / f".test-{self.name}-{what}.log"

    def environment(self) -> dict[str, str]:
        """Suites that run side by side share no file."""
        stack = {"CATALYST_LOCAL_INSTANCE": self.instance} if self.instance else {}
        data = {"COVERAGE_FILE": str(ROOT / f".coverage.{self.name}"), "PYTHONUNBUFFERED": "1"}
        return {**os.environ, **data, **stack}

    def pytest(self, *more: str) -> list[str]:
        own = ["-q", "-o", f"cache_dir=.pytest_cache/{self.name}"]
        if self.is_measured:
            own += ["--cov", "--cov-report=", "--cov-append"]
        return [sys.executable, "-m", "pytest", *own, *more, "-m", self.marks, self.tests]


PLAIN = Suite("plain", "tests", "not cluster", ("-n4", "--dist=loadfile"), is_measured=True)
"""They mostly wait for servers, so a few more processes than cores; each process has servers of its own."""
SHARED = Suite(
    "shared",
    "tests/e2e",
    "cluster and not disruptive and not variant",
    ("-n4", "--dist=load", "--maxschedchunk=1"),
    "test",
)
"""They wait for pods; with more of them side by side, pods wait for each other. One at a time, those with the most time first
(`tests/e2e/conftest.py`), so that no long one is left to the end."""
DISRUPTIVE = Suite(
    "disruptive",
    "tests/e2e",
    "cluster and disruptive and not variant",
    (),
    "test-disruptive",
)


def with_variants(suite: Suite) -> Suite:
    return replace(suite, marks=suite.marks.removesuffix(" and not variant"))


class Timings:
    """What each part took, printed also when one has failed."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, float, str]] = []

    @contextlib.contextmanager
    def part(self, name: str) -> Generator[None]:
        begun = time.monotonic()
        outcome = "failed"
        say(name)
        try:
            yield
            outcome = "ok"
        finally:
            self._parts.append((name, time.monotonic() - begun, outcome))

    def show(self) -> None:
        say("time taken")
        for name, seconds, outcome in self._parts:
            print(f"  {name:<52} {seconds:7.1f} s  {outcome}", flush=True)


def say(text: str) -> None:
    print(f"::: {text}", flush=True)


def run(*argv: str, env: dict[str, str] | None = None) -> None:
    """One of our modules or tools. Raises CalledProcessError."""
    subprocess.run([sys.executable, *argv], cwd=ROOT, env=env, check=True)


@contextlib.contextmanager
def beside(argv: list[str], suite: Suite, log: Path) -> Generator["subprocess.Popen[bytes]"]:
    """A program that runs beside what follows; whatever happens, it does not outlive that."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv, cwd=ROOT, env=suite.environment(), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()


def stack_coming_up(suite: Suite) -> contextlib.AbstractContextManager["subprocess.Popen[bytes]"]:
    up = [sys.executable, "-m", "deploy.local", "up"]
    return beside(up, suite, suite.log("stack"))


def await_stack(suite: Suite, rising: "subprocess.Popen[bytes]") -> None:
    if rising.wait() != 0:
        print(suite.log("stack").read_text(errors="replace")[-8_000:])
        raise subprocess.CalledProcessError(rising.returncode, f"the stack `{suite.instance}`")


def run_tests(suite: Suite) -> bool:
    command = suite.pytest(*suite.options, "--durations=10")
    return subprocess.run(command, cwd=ROOT, env=suite.environment(), check=False).returncode == 0


def run_again(suite: Suite) -> None:
    """A test that fails is run once more, and named: twice is broken, once is a doubt worth reading."""
    say(f"what failed of `{suite.name}` once more; what passes now is unstable, not fine")
    command = suite.pytest("--last-failed", "--last-failed-no-failures=none")
    subprocess.run(command, cwd=ROOT, env=suite.environment(), check=True)


@contextlib.contextmanager
def stack_until(process: "subprocess.Popen[bytes]", suite: Suite) -> Generator[None]:
    """While the others go on, the stack of tests that have passed is removed: it costs them a part of a core."""

    def end() -> None:
        if process.wait() == 0:
            take_down(suite)

    waiting = threading.Thread(target=end, name=f"{suite.name} ends")
    waiting.start()
    try:
        yield
    finally:
        if process.poll() is None:
            process.terminate()
        waiting.join()


def run_on_the_cluster(
    timings: Timings, shared: Suite, disruptive: Suite, *, is_kept: bool
) -> None:
    log = disruptive.log("tests")
    command = disruptive.pytest(*disruptive.options, "-v", "--durations=10")
    failed = []
    with contextlib.ExitStack() as until:
        process = until.enter_context(beside(command, disruptive, log))
        if not is_kept:
            until.enter_context(stack_until(process, disruptive))
        with timings.part("end-to-end tests that share a stack"):
            say(f"beside them, those that disturb one: {log.name}")
            if not run_tests(shared):
                failed.append(shared)
        with timings.part("end-to-end tests that disturb a stack, rest of them"):
            if process.wait() != 0:
                failed.append(disruptive)
            print(log.read_text(errors="replace"), flush=True)
    for suite in failed:
        with timings.part(f"what failed of `{suite.name}`, once more"):
            run_again(suite)


def report_coverage() -> None:
    run("-m", "coverage", "combine", "-q")
    whole = ["-m", "coverage", "report", "--skip-covered"]
    run(*whole, f"--fail-under={COVERAGE_FLOOR}")
    run(*whole, "--include=workflows/*", "--show-missing", f"--fail-under={WORKFLOWS_FLOOR}")


def run_everything(timings: Timings, shared: Suite, disruptive: Suite, *, is_kept: bool) -> None:
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    with stack_coming_up(shared) as first:
        with timings.part("unit, workflow and integration tests"):
            is_fine = run_tests(PLAIN)
        if not is_fine:
            with timings.part(f"what failed of `{PLAIN.name}`, once more"):
                run_again(PLAIN)
        with timings.part("the first stack, after the tests that ran beside it"):
            await_stack(shared, first)
    # Not before: what the first one has compiled and fetched serves both.
    with timings.part("the second stack"), stack_coming_up(disruptive) as second:
        await_stack(disruptive, second)
    run_on_the_cluster(timings, shared, disruptive, is_kept=is_kept)
    with timings.part("coverage"):
        report_coverage()


def take_down(suite: Suite) -> None:
    down = [sys.executable, "-m", "deploy.local", "down"]
    subprocess.run(down, cwd=ROOT, env=suite.environment(), check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--thorough", action="store_true", help="run the variants too")
    parser.add_argument("--keep", action="store_true", help="leave the stacks running")
    options = parser.parse_args()
    timings = Timings()
    try:
        chosen = (
            map(with_variants, (SHARED, DISRUPTIVE)) if options.thorough else (SHARED, DISRUPTIVE)
        )
        run_everything(timings, *chosen, is_kept=options.keep)
    except subprocess.CalledProcessError as error:
        print(f"failed: {error.cmd} ended with {error.returncode}", flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not options.keep:
            with timings.part("taking the stacks down"):
                for suite in (DISRUPTIVE, SHARED):
                    take_down(suite)
        timings.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
