"""Real commands with long lines, odd bytes, input, and a start that is cut off."""

import asyncio
import time
from pathlib import Path

import pytest

from activities.processes import is_group_alive
from deploy.local.commands import run_command
from tests.support.children import children


async def test_lines_are_heard_as_they_come_and_standard_output_is_returned() -> None:
    heard: list[str] = []
    code, output = await run_command(["sh", "-c", "cat; echo oops >&2"], heard.append, stdin=b"in")
    assert (code, output) == (0, "in")
    assert sorted(heard) == ["in", "oops\n"]


async def test_a_line_may_be_long_and_not_be_text() -> None:
    script = "head -c 300000 /dev/zero | tr '\\0' x; printf '\\377\\n'"
    _, output = await run_command(["sh", "-c", script], lambda _: None)
    assert output == "x" * 300_000 + "\N{REPLACEMENT CHARACTER}\n"


async def test_a_command_gets_its_environment_beside_ours_and_its_directory(tmp_path: Path) -> None:
    argv = ["sh", "-c", 'echo "$ODD ${PATH:+has a path} $PWD"']
    _, output = await run_command(
        argv, lambda _: None, environment={"ODD": "one"}, directory=tmp_path
    )
    assert output == f"one has a path {tmp_path}\n"


async def test_a_command_that_is_not_there_is_an_error_of_its_own() -> None:
    with pytest.raises(FileNotFoundError):
        await run_command(["catalyst-no-such-command"], lambda _: None)


async def test_a_command_that_reads_nothing_may_be_fed() -> None:
    code, _ = await run_command(["sh", "-c", "exit 3"], lambda _: None, stdin=b"x" * 1_000_000)
    assert code == 3


async def test_a_cancel_during_the_start_leaves_no_child_behind(tmp_path: Path) -> None:
    """The command runs before its pipes are connected; a loop that is slow meanwhile makes that moment long."""
    file = tmp_path / "pid"
    script = 'sleep 600 & echo $$ > "$1"; wait'
    before = children()
    work = asyncio.ensure_future(run_command(["sh", "-c", script, "sh", str(file)], lambda _: None))
    deadline = time.monotonic() + 10
    while not written(file):
        await asyncio.sleep(0)  # the command's start, one callback after the other
        if not work.done() and children() - before:
            while not written(file) and time.monotonic() < deadline:
                time.sleep(0.01)  # noqa: ASYNC251  (a busy event loop is what this shows)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not is_group_alive(int(file.read_text()))


def written(file: Path) -> bool:
    return file.exists() and bool(file.read_text())
