"""Long-lived processes of a stack: started apart from us, found again, and surely ended.

A process is known by its pid together with its start time, so that a reused pid is never
signalled. Every one of them carries the instance's name in its environment, so that also those
are found whose record was lost because the run that started them was killed.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local.instance import MARKER_VARIABLE, Instance

NAME_VARIABLE = "CATALYST_LOCAL_PROCESS"
"""Set to a process's name in it and in its children, so that one of several can be told apart."""
DEFAULT_GRACE = 10.0
"""Seconds between TERM and KILL; etcd and containerd need about one."""
_POLL = 0.05


class ProcessDiedError(RuntimeError):
    """A process ended while somebody waited for it to become ready."""


class NotReadyError(TimeoutError):
    """A condition was not met before its deadline."""


class ProcessRecord(BaseModel):
    """One started process, as kept in the state directory."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    start_time: int
    """Clock ticks since boot, from /proc/PID/stat."""
    log: Path


class Processes:
    """The processes of one stack."""

    def __init__(self, instance: Instance) -> None:
        self._marker = instance.name
        self._records = instance.state_directory / "processes"
        self._logs = instance.log_directory

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> ProcessRecord:
        """Start a process in a session of its own, its output in a fresh log file."""
        self._records.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        marked = {**(os.environ if environment is None else environment)}
        marked[MARKER_VARIABLE] = self._marker
        marked[NAME_VARIABLE] = name
        with log.open("wb") as output:
            child = subprocess.Popen(
                [os.fspath(argument) for argument in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=marked,
                cwd=directory,
                start_new_session=True,
            )
        started = start_time(child.pid)
        # A child that ended at once is still our zombie, so it always has a start time.
        record = ProcessRecord(name=name, pid=child.pid, start_time=started or 0, log=log)
        partial = self._records / f".{name}.partial"
        partial.write_text(record.model_dump_json())
        partial.replace(self._records / f"{name}.json")
        # It outlives us by design: without this, the interpreter warns about it on exit.
        child.returncode = 0
        return record

    def find(self, name: str) -> ProcessRecord | None:
        """Return the running process of that name, or nothing."""
        try:
            record = ProcessRecord.model_validate_json((self._records / f"{name}.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return record if is_alive(record) else None

    def running(self) -> list[ProcessRecord]:
        """Return the recorded processes that are still alive, by name."""
        names = sorted(path.stem for path in self._records.glob("*.json"))
        return [record for name in names if (record := self.find(name))]

    async def stop(self, name: str, *, grace: float = DEFAULT_GRACE) -> bool:
        """End the process of that name and wait for its end; say whether there was one."""
        record = self.find(name)
        if record:
            await end_process(record, grace=grace)
        (self._records / f"{name}.json").unlink(missing_ok=True)
        return record is not None

    def survivors(self, name: str = "") -> list[ProcessRecord]:
        """Return every process that carries this stack's mark, recorded or not, except us.

        With a name: only that process and its children.
        """
        marks = {f"{MARKER_VARIABLE}={self._marker}".encode()}
        if name:
            marks.add(f"{NAME_VARIABLE}={name}".encode())
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if not marks.issubset((entry / "environ").read_bytes().split(b"\0")):
                    continue
                command = (entry / "comm").read_text().strip()
                started = start_time(int(entry.name))
                if started is not None:
                    pid = int(entry.name)
                    found.append(
                        ProcessRecord(
                            name=command, pid=pid, start_time=started, log=Path(os.devnull)
                        )
                    )
        return found

    async def end_survivors(self, name: str = "", *, grace: float = DEFAULT_GRACE) -> int:
        """End all processes that carry the mark (and the name); return how many there were."""
        survivors = self.survivors(name)
        await asyncio.gather(*(end_process(record, grace=grace) for record in survivors))
        return len(survivors)


def start_time(pid: int) -> int | None:
    """Return the start time of a process in clock ticks; None when it is gone or a zombie."""
    try:
        # The command's name is in parentheses and may hold spaces and parentheses itself.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def is_alive(record: ProcessRecord) -> bool:
    """Say whether this very process still runs (not another with its pid, not a zombie)."""
    return start_time(record.pid) == record.start_time


async def end_process(record: ProcessRecord, *, grace: float = DEFAULT_GRACE) -> None:
    """TERM, wait, KILL, wait.

    Raises NotReadyError when the kernel does not let it go within ten seconds after KILL.
    """
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
        if not is_alive(record):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(record.pid, number)
        with contextlib.suppress(NotReadyError):
            await wait_until(lambda: not is_alive(record), seconds=seconds, what=record.name)
    _reap(record.pid)
    if is_alive(record):
        message = f"{record.name} (pid {record.pid}) does not end"
        raise NotReadyError(message)


async def wait_until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    *,
    seconds: float,
    what: str,
    process: ProcessRecord | None = None,
    poll: float = _POLL,
) -> None:
    """Wait for a condition, at most that many seconds.

    Raises NotReadyError at the deadline, ProcessDiedError as soon as `process` has ended.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer if isinstance(answer, bool) else await answer:
            return
        if process and not is_alive(process):
            message = f"{process.name} ended before {what}; its log is {process.log}"
            raise ProcessDiedError(message)
        if time.monotonic() >= deadline:
            message = f"{what}: not within {seconds:g} s"
            raise NotReadyError(message)
        await asyncio.sleep(poll)


def _reap(pid: int) -> None:
    """Collect a child of ours, so that it does not stay a zombie until we exit."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
