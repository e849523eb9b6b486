"""A process is found again, ended for sure, and never mistaken for another."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from deploy.local.instance import Instance
from deploy.local.processes import (
    NotReadyError,
    ProcessDiedError,
    Processes,
    end_process,
    is_alive,
    start_time,
    wait_until,
)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(
        name=f"catalyst-test-{os.getpid()}-{tmp_path.name}",
        checkout=tmp_path,
        state_home=tmp_path / "state",
        cache_home=tmp_path / "cache",
    )


@pytest.fixture
def processes(instance: Instance) -> Processes:
    return Processes(instance)


async def test_a_started_process_is_found_by_another_run_and_stopped(
    instance: Instance, processes: Processes
) -> None:
    record = processes.start("sleeper", ["sleep", "100"])

    assert Processes(instance).find("sleeper") == record
    assert await Processes(instance).stop("sleeper")
    assert not is_alive(record)
    assert processes.running() == []
    assert not await processes.stop("sleeper")


async def test_a_process_that_ignores_term_is_killed(processes: Processes) -> None:
    record = processes.start(
        "stubborn", ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"]
    )
    await wait_until(lambda: "up" in record.log.read_text(), seconds=10, what="it is up")

    await end_process(record, grace=0.2)

    assert not is_alive(record)
    await processes.end_survivors(grace=0.2)


async def test_a_reused_pid_is_never_signalled(processes: Processes) -> None:
    record = processes.start("sleeper", ["sleep", "100"])
    other = record.model_copy(update={"start_time": record.start_time + 1})

    await end_process(other)

    assert is_alive(record)
    await end_process(record)


async def test_survivors_without_a_record_are_found_and_ended(
    instance: Instance, processes: Processes
) -> None:
    record = processes.start("lost", ["sh", "-c", "sleep 100 & wait"])
    await wait_until(lambda: len(processes.survivors()) == 2, seconds=10, what="both run")
    (instance.state_directory / "processes" / "lost.json").unlink()

    assert processes.find("lost") is None
    assert await processes.end_survivors() == 2
    assert not is_alive(record)


async def test_each_start_begins_a_fresh_log(processes: Processes) -> None:
    for text in ("one", "two"):
        record = processes.start("writer", ["echo", text])
        await wait_until(lambda r=record: not is_alive(r), seconds=10, what="it ended")
    assert record.log.read_text() == "two\n"


async def test_waiting_ends_at_once_when_the_process_has_died(processes: Processes) -> None:
    record = processes.start("brief", ["true"])
    with pytest.raises(ProcessDiedError, match="brief ended before it answers"):
        await wait_until(lambda: False, seconds=30, what="it answers", process=record)


async def test_waiting_has_an_end() -> None:
    with pytest.raises(NotReadyError, match="rain: not within"):
        await wait_until(lambda: False, seconds=0.1, what="rain")


async def test_a_zombie_counts_as_gone() -> None:
    child = await asyncio.create_subprocess_exec("sleep", "100")
    assert start_time(child.pid) is not None
    os.kill(child.pid, signal.SIGKILL)
    await wait_until(lambda: start_time(child.pid) is None, seconds=10, what="it is gone")
    await child.wait()
