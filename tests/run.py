"""All tests in the order that wastes least time, with what each part took.

    python -m tests.run            # everything; the stack it brings up is removed at the end
    python -m tests.run --keep     # leave the stack for looking at

The local stack of the tests is one of its own, beside that of `make demo`. It comes up while the tests that
need no cluster run, since the first time it compiles for minutes.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTANCE = "test"
PROCESSES = 4
CLUSTER_PROCESSES = 3
"""End-to-end tests mostly wait for pods; with more of them side by side, pods wait for each other."""
COVERAGE_FLOOR = 85
"""Per cent of all sources, lines and branches."""
WORKFLOWS_FLOOR = 99
"""Per cent of `workflows/`. 100 is what was measured and what is expected; one less, so that a line which only a rare
order of events reaches ends no run. The run lists what is missing.

A trap of measuring: when a coroutine catches what the event loop has thrown into it and returns at once, Python 3.11
does not trace the next lines of whoever awaited it. Let the failure pass to those lines, and catch it there.
"""


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
            print(f"  {name:<46} {seconds:7.1f} s  {outcome}", flush=True)


def say(text: str) -> None:
    print(f"::: {text}", flush=True)


def run(*argv: str, check: bool = True) -> int:
    """Run one of our modules or tools with the tests' own stack. Raises CalledProcessError when `check`."""
    return subprocess.run(
        [sys.executable, *argv], cwd=ROOT, env=environment(), check=check
    ).returncode


def environment() -> dict[str, str]:
    return {**os.environ, "CATALYST_LOCAL_INSTANCE": INSTANCE, "PYTHONUNBUFFERED": "1"}


@contextlib.contextmanager
def stack_coming_up(log: Path) -> Generator["subprocess.Popen[bytes]"]:
    """The stack on its way up; whatever happens, the process that brings it up does not outlive the tests."""
    with log.open("wb") as output:
        rising = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "up"],
            cwd=ROOT, env=environment(), stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield rising
        finally:
            if rising.poll() is None:
                rising.terminate()
            rising.wait()


def without_cluster() -> None:
    """Most of them wait for servers, so a few more processes than cores; each has servers of its own."""
    options = ["-q", f"-n{PROCESSES}", "--dist=loadfile", "--cov", "--cov-report="]
    run("-m", "pytest", *options, "-m", "not cluster", "tests")


def coverage() -> None:
    run("-m", "coverage", "report", "--skip-covered", f"--fail-under={COVERAGE_FLOOR}")
    run(
        "-m",
        "coverage",
        "report",
        "--include=workflows/*",
        "--skip-covered",
        "--show-missing",
        f"--fail-under={WORKFLOWS_FLOOR}",
    )


def await_stack(rising: "subprocess.Popen[bytes]", log: Path) -> None:
    if rising.wait() != 0:
        print(log.read_text(errors="replace")[-8_000:])
        raise subprocess.CalledProcessError(rising.returncode, "deploy.local up")


def with_cluster() -> None:
    on_the_cluster("cluster and not disruptive", f"-n{CLUSTER_PROCESSES}", "--dist=worksteal")


def with_cluster_alone() -> None:
    """Those that kill processes, or have GitHub misbehave."""
    on_the_cluster("cluster and disruptive")


def on_the_cluster(which: str, *how: str) -> None:
    """A test that fails is run once more, and named: twice is broken, once is a doubt worth reading."""
    options = ["-q", "--durations=10", "--cov", "--cov-append", "--cov-report="]
    if run("-m", "pytest", *options, *how, "-m", which, "tests/e2e", check=False) == 0:
        return
    say(f"the failed ones of `{which}` once more; those that pass now are unstable, not fine")
    run("-m", "pytest", "-q", "--last-failed", "-m", which, "tests/e2e")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the stack running")
    options = parser.parse_args()
    timings = Timings()
    log = ROOT / ".stack-up.log"
    try:
        with stack_coming_up(log) as rising:
            with timings.part("unit, workflow and integration tests"):
                without_cluster()
            with timings.part("the stack, after the tests that ran beside it"):
                await_stack(rising, log)
        with timings.part("end-to-end tests on the cluster"):
            with_cluster()
        with timings.part("end-to-end tests that disturb the stack"):
            with_cluster_alone()
        with timings.part("coverage"):
            coverage()
    except subprocess.CalledProcessError as error:
        print(f"failed: {error.cmd} ended with {error.returncode}", flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not options.keep:
            with timings.part("taking the stack down"):
                run("-m", "deploy.local", "down", check=False)
        timings.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
