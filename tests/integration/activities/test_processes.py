"""Programs end when we do: real processes that hang, ignore TERM, have children, or lose their parent."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from activities.helm.command import MARKER, HelmCommand, Surroundings
from activities.processes import (
    ProcessTimeoutError,
    end_survivors,
    is_group_alive,
    run_process,
)
from tests.support.children import children

ENV = {"PATH": os.defpath}
# The shell's child ignores TERM, as a program in trouble does, and says when it is ready.
STUBBORN = """
(trap '' TERM; echo $$ > "$1"; while :; do sleep 0.05; done) &
trap '' TERM
while :; do sleep 0.05; done
"""
FAKE_HELM = """#!/bin/sh
echo $$ > "$HOME/helm.pid"
sleep 600 &
wait
"""


async def eventually(look: Callable[[], bool], *, within: float = 10) -> None:
    deadline = time.monotonic() + within
    while not look():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.02)


def read_pid(file: Path) -> int:
    return int(file.read_text() or 0) if file.exists() else 0


def read_arguments(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


async def start(coroutine: Awaitable[object], file: Path) -> tuple[asyncio.Future[object], int]:
    work = asyncio.ensure_future(coroutine)
    await eventually(lambda: work.done() or read_pid(file) > 0)
    return work, read_pid(file)


@pytest.mark.invariant(6)
async def test_a_cancel_ends_the_whole_group_even_when_it_ignores_term(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    argv = ["sh", "-c", STUBBORN, "sh", str(file)]
    work, pid = await start(run_process(argv, env=ENV, timeout=60, grace=0.3), file)
    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not is_group_alive(pid)
    assert 0.3 <= time.monotonic() - began < 1.5


@pytest.mark.invariant(6)
async def test_a_second_cancel_does_not_cut_the_ending_short(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    argv = ["sh", "-c", STUBBORN, "sh", str(file)]
    work, pid = await start(run_process(argv, env=ENV, timeout=60, grace=0.5), file)
    work.cancel()
    await asyncio.sleep(0.1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not is_group_alive(pid)


@pytest.mark.invariant(6)
async def test_a_cancel_during_the_start_leaves_no_child_behind(tmp_path: Path) -> None:
    """The program runs before its pipes are connected; a loop that is slow meanwhile makes that moment long."""
    file = tmp_path / "pid"
    script = 'sleep 600 & echo $$ > "$1"; wait'
    before = children()
    work = asyncio.ensure_future(
        run_process(["sh", "-c", script, "sh", str(file)], env=ENV, timeout=60, grace=0.3)
    )
    deadline = time.monotonic() + 10
    while read_pid(file) == 0:
        await asyncio.sleep(0)  # the program's start, one callback after the other
        if not work.done() and children() - before:
            while read_pid(file) == 0 and time.monotonic() < deadline:
                time.sleep(0.01)  # noqa: ASYNC251  (a busy event loop is what this shows)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not is_group_alive(read_pid(file))


async def test_a_program_that_uses_up_its_time_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    argv = ["sh", "-c", STUBBORN, "sh", str(file)]
    with pytest.raises(ProcessTimeoutError, match=r"sh did not end within 0\.5 s"):
        await run_process(argv, env=ENV, timeout=0.5, grace=0.1)
    assert not is_group_alive(read_pid(file))


async def test_what_a_program_leaves_behind_is_ended_with_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    script = 'sleep 600 > /dev/null 2>&1 & echo $$ > "$1"; exit 7'
    finished = await run_process(["sh", "-c", script, "sh", str(file)], env=ENV, timeout=10)
    assert finished.code == 7
    assert not is_group_alive(read_pid(file))


async def test_input_and_both_outputs_are_carried() -> None:
    finished = await run_process(
        ["sh", "-c", "cat; echo oops >&2"], env=ENV, timeout=10, stdin=b"hello" * 50_000
    )
    assert finished.stdout == b"hello" * 50_000
    assert finished.text == "oops\n"


async def test_a_program_that_writes_more_than_is_kept_is_ended() -> None:
    script = "echo $$; yes; touch never"
    finished = await run_process(["sh", "-c", script], env=ENV, timeout=60, keep=100_000, grace=0.3)
    assert finished.is_cut
    assert len(finished.stdout) == 100_000
    assert not is_group_alive(int(finished.stdout.split(b"\n")[0]))


@pytest.mark.parametrize("size", [0, 5, 200_000])
async def test_a_program_that_keeps_to_its_limit_is_read_to_its_end(size: int) -> None:
    script = "cat; echo oops >&2; exit 3"
    finished = await run_process(
        ["sh", "-c", script], env=ENV, timeout=10, stdin=b"x" * size, keep=200_000
    )
    assert (finished.stdout, finished.text) == (b"x" * size, "oops\n")
    assert (finished.code, finished.is_cut) == (3, False)


async def test_a_program_that_does_not_want_its_input_may_end_all_the_same() -> None:
    finished = await run_process(["true"], env=ENV, timeout=10, stdin=b"x" * 10**6, keep=10)
    assert (finished.code, finished.stdout) == (0, b"")


@pytest.mark.invariant(6)
async def test_a_survivor_is_found_by_its_marker_and_ended(tmp_path: Path) -> None:
    file, value = tmp_path / "pid", uuid4().hex
    other = await asyncio.create_subprocess_exec(
        *("sh", "-c", STUBBORN, "sh", str(file)),
        env={**ENV, "SOME_MARKER": value},
        start_new_session=True,
    )
    await eventually(lambda: read_pid(file) > 0)
    assert await end_survivors("SOME_MARKER", f"{value}x") == 0
    assert is_group_alive(other.pid)
    assert await end_survivors("SOME_MARKER", value, grace=0.2) == 1
    assert not is_group_alive(other.pid)
    await other.wait()
    assert await end_survivors("SOME_MARKER", value) == 0


@pytest.mark.invariant(6)
async def test_a_killed_worker_takes_its_programs_with_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    script = (
        "import asyncio, sys; from activities.processes import run_process;"
        "asyncio.run(run_process(['sh', '-c', 'echo $$ > \"$0\"; exec sleep 600', sys.argv[1]],"
        " env={'PATH': '/usr/bin:/bin'}, timeout=600))"
    )
    root = Path(__file__).parents[3]
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", script, file, cwd=root)
    await eventually(lambda: read_pid(file) > 0)
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await eventually(lambda: not is_group_alive(read_pid(file)), within=5)


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_cancelling_helm_ends_helm_and_not_a_shell_around_it(tmp_path: Path) -> None:
    helm = tmp_path / "helm"
    helm.write_text(FAKE_HELM)
    helm.chmod(0o755)
    surroundings = Surroundings(tmp_path, tmp_path / "kubeconfig", uuid4().hex)
    command = HelmCommand(helm, surroundings, limit=60, grace=0.5, history=10)
    upgrade = command.install_or_upgrade("shop", tmp_path, {}, namespace="n", timeout="60s")
    work, pid = await start(upgrade, tmp_path / "helm.pid")
    assert str(helm).encode() in read_arguments(pid)[:2]
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not is_group_alive(pid)
    assert await end_survivors(MARKER, surroundings.mark) == 0
