"""A process of ours is kept while nothing about it changed, and replaced when something did."""

import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.control.service import Service, ensure_service
from deploy.local.instance import Instance
from deploy.local.processes import Processes, is_alive
from deploy.local.progress import PlainReporter
from deploy.local.steps import Outcome, Step, StepContext, StepError

PROGRAM = """
import os, pathlib, sys, time
print("it begins", flush=True)
if "FAIL" in os.environ:
    sys.exit("there is no such thing")
pathlib.Path(sys.argv[1]).write_text(" ".join(sorted(os.environ)))
time.sleep(600)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(
        name=f"catalyst-unit-{tmp_path.name}",
        checkout=tmp_path,
        state_home=tmp_path / "state",
        cache_home=tmp_path / "cache",
    )


@pytest.fixture
async def service(instance: Instance, tmp_path: Path) -> AsyncIterator[Service]:
    ready = tmp_path / "ready"
    code = tmp_path / "code"
    code.mkdir()
    (code / "module.py").write_text("one = 1\n")

    async def is_ready() -> bool:
        return ready.exists()

    yield Service(
        name="sleeper",
        argv=(sys.executable, "-c", PROGRAM, str(ready)),
        is_ready=is_ready,
        sources=(code,),
        seconds=20,
    )
    await Processes(instance).stop("sleeper")


def context_for(instance: Instance) -> StepContext:
    async def nothing(_: StepContext) -> Outcome:
        return Outcome.DONE

    instance.log_directory.mkdir(parents=True, exist_ok=True)
    step = Step("start-sleeper", "sleeper", nothing)
    log = instance.log_directory / "start-sleeper.log"
    log.touch()
    return StepContext(step, log, PlainReporter())


def variable_of(pid: int, name: str) -> str:
    """Of its environment, which is empty for a moment while the program takes its place."""
    deadline = time.monotonic() + 10
    while True:
        variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
        found = dict(each.partition("=")[::2] for each in variables)
        if name in found or time.monotonic() > deadline:
            return found[name]
        os.sched_yield()


async def pid_after(service: Service, instance: Instance, outcome: Outcome) -> int:
    assert await ensure_service(service, instance, context_for(instance)) is outcome
    record = Processes(instance).find(service.name)
    assert record
    return record.pid


async def test_a_process_is_kept_while_code_and_settings_are_the_same(
    service: Service, instance: Instance
) -> None:
    first = await pid_after(service, instance, Outcome.DONE)
    assert await pid_after(service, instance, Outcome.CACHED) == first


async def test_a_change_of_code_replaces_the_process(service: Service, instance: Instance) -> None:
    first = await pid_after(service, instance, Outcome.DONE)
    before = Processes(instance).find(service.name)
    (service.sources[0] / "module.py").write_text("one = 2\n")
    assert await pid_after(service, instance, Outcome.DONE) != first
    assert before
    assert not is_alive(before)


async def test_a_change_of_settings_replaces_the_process(
    service: Service, instance: Instance
) -> None:
    first = await pid_after(service, instance, Outcome.DONE)
    changed = replace(service, environment={"COLOUR": "blue"})
    assert await pid_after(changed, instance, Outcome.DONE) != first


async def test_what_a_killed_process_has_left_in_its_temporary_files_is_gone_with_it(
    service: Service, instance: Instance
) -> None:
    pid = await pid_after(service, instance, Outcome.DONE)
    directory = Path(variable_of(pid, "TMPDIR"))
    assert directory.is_relative_to(instance.state_directory), "so that `down` removes it"
    (directory / "left").touch()
    await pid_after(replace(service, environment={"COLOUR": "blue"}), instance, Outcome.DONE)
    assert not (directory / "left").exists()


async def test_temporary_files_that_cannot_be_removed_keep_no_process_from_starting(
    service: Service, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = await pid_after(service, instance, Outcome.DONE)
    directory = Path(variable_of(pid, "TMPDIR"))
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    changed = replace(service, environment={"COLOUR": "blue"})
    pid = await pid_after(changed, instance, Outcome.DONE)
    assert Path(variable_of(pid, "TMPDIR")) == directory


async def test_a_process_that_ends_at_once_is_reported_with_its_last_lines(
    service: Service, instance: Instance
) -> None:
    broken = replace(service, environment={"FAIL": "1"})
    context = context_for(instance)
    with pytest.raises(StepError, match="ended before sleeper is ready") as caught:
        await ensure_service(broken, instance, context)
    assert "there is no such thing" in context.log.read_text()
    assert str(instance.log_directory) in caught.value.hint


async def test_a_process_inherits_nothing_of_the_shell_that_began_it(
    service: Service, instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/somebody/elses")
    await pid_after(service, instance, Outcome.DONE)
    assert "KUBECONFIG" not in (tmp_path / "ready").read_text().split()


async def test_a_process_that_nobody_recorded_is_ended_before_a_new_one_starts(
    service: Service, instance: Instance
) -> None:
    await pid_after(service, instance, Outcome.DONE)
    lost = Processes(instance).find(service.name)
    (instance.state_directory / "processes" / "sleeper.json").unlink()
    await pid_after(service, instance, Outcome.DONE)
    assert lost
    assert not is_alive(lost)


async def test_a_process_whose_port_is_held_for_a_moment_is_started_again(
    service: Service, instance: Instance, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.touch()
    program = f"import os\nif os.path.exists({str(held)!r}): os.remove({str(held)!r}); raise SystemExit(1)\n"
    patient = replace(
        service, argv=(*service.argv[:2], program + PROGRAM, *service.argv[3:]), starts=2
    )
    await pid_after(patient, instance, Outcome.DONE)
    assert not held.exists()
