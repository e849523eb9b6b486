"""`make invariants`: every invariant of the architecture is broken on purpose, in a copy, and its tests have to notice.

A test that passes whatever the code does guards nothing. So for each invariant one line that keeps it is taken away, and
the tests that carry its mark in one file are run: they have to fail. The tests themselves pass with `make test`.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300.0
"""For one of them; a test that waits in vain for what was broken has failed too."""
_TESTS_FAILED = 1
"""Exit code of pytest. Others tell of a mistake in here, such as a file that is not there any more."""


@dataclass(frozen=True)
class Breach:
    """One line that keeps an invariant, and what is in its place once it is broken."""

    invariant: int
    says: str
    """What is then the case, in words."""
    file: str
    kept: str
    broken: str
    tests: str
    """The file whose tests of that invariant have to fail."""


BREACHES = (
    Breach(
        1,
        "a second revision begins beside the first",
        "workflows/planning/next_step.py",
        "is_superseding=in_flight is not None,\n        trigger=trigger,\n    )",
        "trigger=trigger,\n    )",
        "tests/workflows/lifecycle/test_pushing.py",
    ),
    Breach(
        2,
        "an answer that is older than the close is believed",
        "workflows/planning/hints.py",
        "return state.closed_at is not None or state.announced_commit not in (None, pull.head_commit)",
        "return state.announced_commit not in (None, pull.head_commit)",
        "tests/workflows/planning/test_hints.py",
    ),
    Breach(
        3,
        "pods of an older commit speak for the new one",
        "activities/cluster/rollout/workloads.py",
        "return list(snapshot.pods_of(newest)) if newest else []",
        "return list(snapshot.pods)",
        "tests/activities/cluster/rollout/test_workloads.py",
    ),
    Breach(
        4,
        "failures go into the history as they are",
        "activities/failures.py",
        "raise to_application_error(masked(error)) from None",
        "raise to_application_error(error) from None",
        "tests/activities/test_failures.py",
    ),
    Breach(
        5,
        "what an earlier attempt has stored is stored again",
        "activities/store/history.py",
        "                .on_conflict_do_nothing()\n",
        "",
        "tests/activities/store/test_history.py",
    ),
    Breach(
        6,
        "a cancelled build leaves its Job at work",
        "activities/build/activities.py",
        "if is_told_to_stop():",
        "if False:",
        "tests/integration/activities/test_lost_attempts.py",
    ),
    Breach(
        7,
        "an approval counts for whatever is pushed after it",
        "workflows/planning/next_step.py",
        "state.approval is not None and state.approval.commit == pull.head_commit",
        "state.approval is not None",
        "tests/workflows/lifecycle/test_commands.py",
    ),
    Breach(
        8,
        "nobody asks whether the caller may",
        "api/operations/base.py",
        "if self.command.permission not in caller.permissions:",
        "if False:",
        "tests/api/test_one_door.py",
    ),
    Breach(
        9,
        "a step that older runs have not is always there",
        "workflows/place.py",
        "if not workflow.patched(COPY_SECRETS):",
        "if False:",
        "tests/replay/test_replay.py",
    ),
    Breach(
        10,
        "a cluster that does not answer counts as well",
        "api/standing.py",
        '    Namespace.UNREACHABLE: (\n        "unknown",',
        '    Namespace.UNREACHABLE: (\n        "fine",',
        "tests/api/test_standing.py",
    ),
)


def main() -> int:
    unnoticed = []
    with tempfile.TemporaryDirectory(prefix="catalyst-invariants-") as directory:
        copy = Path(directory)
        _copy_to(copy)
        for breach in BREACHES:
            began = time.monotonic()
            is_noticed, said = _try(breach, copy)
            mark = "noticed" if is_noticed else "NOT NOTICED"
            seconds = time.monotonic() - began
            told = f"invariant {breach.invariant}: {breach.says}"
            print(f"{seconds:6.1f} s  {mark}  {told}", flush=True)
            if not is_noticed:
                unnoticed.append(breach)
                print(said)
    print(f"{len(BREACHES) - len(unnoticed)} of {len(BREACHES)} breaches were noticed")
    return 1 if unnoticed else 0


def _copy_to(copy: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)


def _try(breach: Breach, copy: Path) -> tuple[bool, str]:
    """Whether its tests fail, and what they said. Raises ValueError where the line that keeps it is not there."""
    file = copy / breach.file
    text = file.read_text()
    if text.count(breach.kept) != 1:
        message = f"{breach.file} has not once, in one place: {breach.kept}"
        raise ValueError(message)
    file.write_text(text.replace(breach.kept, breach.broken))
    # `-m` with the copy as the present directory: that is where modules are found first.
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header"]
    try:
        done = subprocess.run(
            [*command, "-m", "invariant", breach.tests],
            cwd=copy,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return True, ""
    finally:
        file.write_text(text)
    return done.returncode == _TESTS_FAILED, done.stdout[-2_000:]


if __name__ == "__main__":
    sys.exit(main())
