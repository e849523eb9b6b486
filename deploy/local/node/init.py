"""The node's first process: sets up its view of the machine, starts and keeps its processes.

It runs as pid 1 of the node with the standard library alone, because most of the machine's files
are hidden behind the node's own mounts by the time it works. Killing it ends everything in the
node: the kernel takes the processes, the mounts and the links along.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TypedDict

_TICK = 0.1
_IDLE_TICK = 1.0
_RESTART_DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a process that ended is started again; what a service manager would do."""
_LINK_DEADLINE = 20.0
_GRACE = 5.0
_WAKING = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGIO}
_MS_BIND = 4096
_MS_REC = 16384
_AS_MADE = 0o750
"""Mode that Kubernetes gives the directory of a new volume."""


class Mount(TypedDict):
    """One directory or file of the machine, shown at another place."""

    source: str
    target: str


class Ready(TypedDict, total=False):
    """When a process counts as ready: one of these."""

    http: str
    authority: str
    unix: str


class Process(TypedDict):
    """One process of the node."""

    name: str
    argv: list[str]
    after: list[str]
    ready: Ready


class Specification(TypedDict):
    """Everything the init does, decided by whoever wrote it."""

    hostname: str
    link: str
    address: str
    temporary: list[str]
    mounts: list[Mount]
    shown_settings: dict[str, str]
    settings: dict[str, str]
    commands: list[list[str]]
    environment: dict[str, str]
    logs: str
    status: str
    processes: list[Process]
    volumes: str
    """Where the cluster makes a directory for each volume that is claimed."""


class Member:
    """A process with what has become of it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.pid = 0
        self.is_ready = False
        self.starts = 0
        self.next_start = 0.0


def main() -> int:
    """Run the node that the given file describes until TERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAKING)
    specification: Specification = json.loads(Path(sys.argv[1]).read_text())
    _set_up(specification)
    members = [Member(process) for process in specification["processes"]]
    environment = {**os.environ, **specification["environment"]}
    status = Path(specification["status"])
    logs = Path(specification["logs"])
    volumes = _watch_volumes(Path(specification["volumes"]))
    while True:
        _start_due(members, logs, environment)
        _check_ready(members)
        _write_status(status, members)
        tick = _IDLE_TICK if all(member.is_ready for member in members) else _TICK
        received = signal.sigtimedwait(_WAKING, tick)
        if received and received.si_signo in (signal.SIGTERM, signal.SIGINT):
            _stop(members)
            return 0
        _open_volumes(volumes)
        _reap(members)


def _set_up(specification: Specification) -> None:
    _run("mount", "--make-rshared", "/")
    _run("mount", "-t", "proc", "proc", "/proc")
    socket.sethostname(specification["hostname"])
    # Sources are opened before anything hides them: a mount below may cover their path.
    opened = [(os.open(m["source"], os.O_PATH), m["target"]) for m in specification["mounts"]]
    for target in specification["temporary"]:
        _run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", target)
    for descriptor, target in opened:
        if not Path(target).exists():
            Path(target).mkdir(parents=True)
        _bind(f"/proc/self/fd/{descriptor}", target)
        os.close(descriptor)
    _show_settings(specification["shown_settings"])
    _wait_for_link(specification["link"])
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "addr", "add", specification["address"], "dev", specification["link"])
    _run("ip", "link", "set", specification["link"], "up")
    for name, value in specification["settings"].items():
        Path("/proc/sys", name).write_text(value)
    for command in specification["commands"]:
        _run(*command, environment=specification["environment"])


def _watch_volumes(directory: Path) -> Path:
    """Have the kernel send SIGIO for every directory that is made in it."""
    directory.mkdir(parents=True, exist_ok=True)
    # Left open: it is watched as long as it is.
    fcntl.fcntl(
        os.open(directory, os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE | fcntl.DN_MULTISHOT
    )
    return directory


def _open_volumes(directory: Path) -> None:
    """Let every pod write to its volumes, whoever it runs as: volumes that are paths of the node ignore `fsGroup`,
    which other storage classes honour."""
    for volume in directory.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if volume.stat().st_mode & 0o7777 == _AS_MADE:
                volume.chmod(0o777)


def _bind(source: str, target: str) -> None:
    """Bind by the system call: mount(8) would resolve the descriptor back into a hidden path."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), None, _MS_BIND | _MS_REC, None):
        error = os.strerror(ctypes.get_errno())
        sys.exit(f"cannot show {source} at {target}: {error}")


def _show_settings(settings: dict[str, str]) -> None:
    """Cover kernel settings of the whole machine with the value a process insists on."""
    directory = Path("/run/catalyst/shown")
    directory.mkdir(parents=True)
    for name, value in settings.items():
        file = directory / name.replace("/", ".")
        file.write_text(value + "\n")
        _bind(str(file), f"/proc/sys/{name}")


def _wait_for_link(name: str) -> None:
    deadline = time.monotonic() + _LINK_DEADLINE
    while f"{name}:" not in Path("/proc/self/net/dev").read_text():
        if time.monotonic() > deadline:
            sys.exit(f"the link {name} did not appear")
        time.sleep(0.02)


def _run(*argv: str, environment: dict[str, str] | None = None) -> None:
    merged = None if environment is None else {**os.environ, **environment}
    subprocess.run(argv, check=True, env=merged)


def _start_due(members: list[Member], logs: Path, environment: dict[str, str]) -> None:
    ready = {member.process["name"] for member in members if member.is_ready}
    for member in members:
        waits = member.starts == 0 and not ready.issuperset(member.process["after"])
        if member.pid or waits or time.monotonic() < member.next_start:
            continue
        name = member.process["name"]
        mode = "ab" if member.starts else "wb"
        with (logs / f"{name}.log").open(mode) as log:
            try:
                child = subprocess.Popen(
                    member.process["argv"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                    preexec_fn=_unblock_signals,  # noqa: PLW1509  (there are no threads here)
                )
            except OSError as error:
                sys.exit(f"cannot start {name}: {error}")
        member.pid = child.pid
        member.starts += 1
        child.returncode = 0  # pid 1 collects every child itself, see _reap


def _unblock_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _check_ready(members: list[Member]) -> None:
    for member in members:
        if member.pid and not member.is_ready:
            member.is_ready = _is_ready(member.process["ready"])


def _is_ready(ready: Ready) -> bool:
    if "unix" in ready:
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
            try:
                connection.connect(ready["unix"])
            except OSError:
                return False
        return True
    context = None
    if "authority" in ready:
        context = ssl.create_default_context(cafile=ready["authority"])
    elif ready["http"].startswith("https:"):
        # A self-signed certificate on the node's own loopback: whether it answers is the question.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(ready["http"], timeout=2, context=context) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _reap(members: list[Member]) -> None:
    """Collect every ended process, also those of pods that lost their parent."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        for member in members:
            if member.pid == pid:
                delay = _RESTART_DELAYS[min(member.starts, len(_RESTART_DELAYS)) - 1]
                member.pid, member.is_ready = 0, False
                member.next_start = time.monotonic() + delay


def _write_status(path: Path, members: list[Member]) -> None:
    status = {
        m.process["name"]: {"pid": m.pid, "ready": m.is_ready, "starts": m.starts} for m in members
    }
    text = json.dumps(status)
    with contextlib.suppress(FileNotFoundError):
        if path.read_text() == text:
            return
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)


def _stop(members: list[Member]) -> None:
    """End in reverse order of start, so that nothing loses what it stands on."""
    for member in reversed(members):
        if member.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member.pid, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while any(member.pid for member in members) and time.monotonic() < deadline:
        signal.sigtimedwait({signal.SIGCHLD}, _TICK)
        _reap(members)


if __name__ == "__main__":
    sys.exit(main())
