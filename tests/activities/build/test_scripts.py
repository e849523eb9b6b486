"""The two scripts of a build's pod, run here with programs that stand in for BuildKit's."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from activities.build.scripts import BUILD_SCRIPT, FETCH_SCRIPT, UNFETCHED

DAEMONLESS = '#!/bin/sh\nset -eu\n$BUILDCTL --addr=x debug workers\n$BUILDCTL --addr=x "$@"\n'
LIMIT = 20
"""Seconds until a test gives up."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Stands for `/build`; `begun` in it grows by the arguments of every call of `buildctl`."""
    programs = {
        "buildctl-daemonless.sh": DAEMONLESS,
        "buildctl": f'#!/bin/sh\necho "$@" >> {tmp_path}/begun\n',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path / "build"


def started(script: str, place: Path) -> subprocess.Popen[str]:
    place.mkdir(exist_ok=True)
    text = script.replace("/build/", f"{place}/").replace("cd /build\n", f"cd {place}\n")
    return subprocess.Popen(
        ["sh", "-euc", text, "build", "--progress=plain"],
        env={"PATH": f"{place.parent}:{os.environ['PATH']}", "SETTINGS": "", "HEADER": "x"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def fetching(place: Path) -> Iterator[subprocess.Popen[str]]:
    """Begun, holding its lock, until its standard input ends; then as a fetch that succeeded."""
    begin = FETCH_SCRIPT.partition("rm -rf source")[0]
    with started(f"{begin}\necho held\ncat\ntouch /build/fetched\n", place) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def begun(place: Path) -> list[str]:
    return (place.parent / "begun").read_text().splitlines()


@pytest.mark.spec("ENV-020", "ENV-031")
@pytest.mark.invariant(4)
def test_a_build_begins_when_the_fetching_container_has_ended(place: Path) -> None:
    with fetching(place) as fetch, started(BUILD_SCRIPT, place) as build:
        with pytest.raises(subprocess.TimeoutExpired):
            build.wait(timeout=1)
        assert begun(place) == ["--addr=x debug workers"], "only the daemon was asked for"
        fetch.communicate(timeout=LIMIT)
        assert build.wait(timeout=LIMIT) == 0
    assert begun(place)[1:] == ["--addr=x build --progress=plain"]


@pytest.mark.spec("EC-4")
def test_a_fetch_that_is_killed_leaves_nothing_to_build(place: Path) -> None:
    with fetching(place) as fetch, started(BUILD_SCRIPT, place) as build:
        os.killpg(fetch.pid, signal.SIGKILL)
        assert build.wait(timeout=LIMIT) == UNFETCHED
    assert begun(place) == ["--addr=x debug workers"]
