"""A process that is kept while it is what it should be, and replaced when code or settings changed."""

import asyncio
import os
import shutil
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.cache import version_key
from deploy.local.instance import Instance
from deploy.local.processes import (
    NotReadyError,
    ProcessDiedError,
    Processes,
    ProcessRecord,
    wait_until,
)
from deploy.local.steps import Outcome, StepContext, StepError

_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE")
"""What a process inherits. Nothing else: its behaviour must not depend on the shell that began it."""
_LAST_LINES = 15
_RESTART_PAUSE = 1.0


@dataclass(frozen=True)
class Service:
    """One process of ours and what it depends on."""

    name: str
    argv: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Path, ...] = ()
    """Directories and files of code: a change of theirs restarts the process."""
    seconds: float = 60.0
    """How long it may take until it is ready."""
    grace: float = 10.0
    """Seconds between TERM and KILL when it is replaced."""
    starts: int = 1
    """How often it is started before its end counts: more where a port may still be held for a moment."""
    hint: str = ""


async def ensure_service(service: Service, instance: Instance, context: StepContext) -> Outcome:
    """Have the process run as described and be ready; keep it when it already does.

    Raises StepError with the process's last lines in the step's log.
    """
    processes = Processes(instance)
    fingerprint = fingerprint_of(service)
    mark = _fingerprint_file(instance, service.name)
    record = processes.find(service.name)
    if record and _read(mark) == fingerprint and await service.is_ready():
        return Outcome.CACHED
    await processes.stop(service.name, grace=service.grace)
    # A run that was killed may have started it without writing the record.
    await processes.end_survivors(service.name, grace=service.grace)
    try:
        record = await start_until_ready(service, instance)
    except (ProcessDiedError, NotReadyError) as error:
        log = instance.log_directory / f"{service.name}.log"
        for line in last_lines(log):
            context.write(line)
        raise StepError(str(error), hint=service.hint or f"read {log}") from error
    context.write(f"started {service.name} as process {record.pid}, its log is {record.log}")
    return Outcome.DONE


async def start_until_ready(service: Service, instance: Instance) -> ProcessRecord:
    """Start the process and wait until it is ready.

    Raises ProcessDiedError when it ends before, NotReadyError when it takes longer than it may.
    """
    for attempt in range(1, service.starts + 1):
        record = start_service(service, instance)
        try:
            await wait_until(
                service.is_ready,
                seconds=service.seconds,
                what=f"{service.name} is ready",
                process=record,
                poll=0.1,
            )
        except ProcessDiedError:
            if attempt == service.starts:
                raise
            await asyncio.sleep(_RESTART_PAUSE)
        else:
            return record
    raise AssertionError(service.starts)  # it is at least one


def start_service(service: Service, instance: Instance) -> ProcessRecord:
    """Start the process without waiting for it."""
    mark = _fingerprint_file(instance, service.name)
    mark.parent.mkdir(parents=True, exist_ok=True)
    inherited = {name: os.environ[name] for name in _PASSED if name in os.environ}
    temporary = {"TMPDIR": str(_empty_directory(instance, service.name))}
    record = Processes(instance).start(
        service.name,
        service.argv,
        environment={**inherited, **temporary, **service.environment},
        directory=instance.checkout,
    )
    mark.write_text(fingerprint_of(service))
    return record


def _empty_directory(instance: Instance, name: str) -> Path:
    """For temporary files: what a killed predecessor has left is removed as far as it can be, and `down` removes all."""
    directory = instance.state_directory / "temporary" / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def fingerprint_of(service: Service) -> str:
    """Return a key over command, settings and code: equal means that a restart changes nothing."""
    parts: list[str | bytes] = [*service.argv, repr(sorted(service.environment.items()))]
    for path in _files(service.sources):
        parts += [str(path), path.read_bytes()]
    return version_key(*parts)


def last_lines(log: Path, count: int = _LAST_LINES) -> list[str]:
    """Return the end of a log file; nothing when there is none."""
    try:
        with log.open(errors="replace") as file:
            return [line.rstrip() for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        return []


def _files(sources: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for source in sources:
        found += [source] if source.is_file() else source.rglob("*")
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _fingerprint_file(instance: Instance, name: str) -> Path:
    return instance.state_directory / "fingerprints" / name


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
