"""What a local stack could leave on the machine, as sets that can be compared."""

import contextlib
import ipaddress
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from deploy.local import debian
from deploy.local.instance import Instance
from deploy.local.processes import start_time

_WATCHED = ("/", "/etc", "/opt", "/run", "/usr/libexec", "/var/lib", "/var/log")
_OTHER_STACK = re.compile(r"catalyst-[0-9a-f]{8}|cat[0-9a-f]{8}-[hn]|10\.213\.\d+\.\d+")
_LISTENS, _UNCONNECTED = "0A", "07"
"""States of TCP and UDP sockets that take what comes."""
_PROCESS_NAMESPACES = ("pid", "net", "mnt", "uts")


@dataclass(frozen=True)
class Traces:
    """Everything on the machine that a node could leave behind."""

    mounts: frozenset[str]
    links: frozenset[str]
    addresses: frozenset[str]
    rules: frozenset[str]
    cgroups: frozenset[str]
    entries: frozenset[str]
    """Of the directories that Kubernetes writes to on other machines."""
    marked: frozenset[str]
    """Processes that name the instance in their command line or environment."""
    settings: frozenset[str]
    """Settings of the kernel that a kubelet likes to change."""
    ports: frozenset[str]
    """Where somebody listens, of the ports and addresses that are the instance's."""
    sockets: frozenset[str]
    """Names of local sockets that hold the instance's name."""

    def new_since(self, before: "Traces", instance: Instance) -> dict[str, set[str]]:
        """Return what is there and was not; other stacks of this machine may come and go."""
        found = {}
        for field in fields(self):
            added = getattr(self, field.name) - getattr(before, field.name)
            ours = {item for item in added if not _belongs_to_another(item, instance)}
            if ours:
                found[field.name] = ours
        return found


def read_traces(instance: Instance) -> Traces:
    """Look at the machine as it is now."""
    return Traces(
        mounts=frozenset(Path("/proc/self/mounts").read_text().splitlines()),
        links=frozenset(path.name for path in Path("/sys/class/net").iterdir()),
        addresses=frozenset(_lines("ip", "-o", "-4", "route", "show", "table", "all")),
        rules=frozenset(_firewall(instance)),
        cgroups=frozenset(str(path) for path in Path("/sys/fs/cgroup").glob("*/*")),
        entries=frozenset(
            str(path) for top in _WATCHED for path in Path(top).iterdir() if path.is_dir()
        ),
        marked=frozenset(_marked(instance)),
        settings=frozenset(
            _lines("sysctl", "vm.overcommit_memory", "kernel.panic", "vm.panic_on_oom")
        ),
        ports=frozenset(_listening(instance)),
        sockets=frozenset(
            line.split()[-1]
            for line in Path("/proc/net/unix").read_text().splitlines()
            if instance.name in line
        ),
    )


def namespaces_of(pid: int) -> frozenset[str]:
    """Return the name spaces of a process and of all below it that are not ours."""
    parents = _parents()
    family = {pid}
    while found := {child for child, parent in parents.items() if parent in family} - family:
        family |= found
    return frozenset(_namespaces([str(each) for each in family])) - frozenset(_namespaces(["self"]))


def running() -> frozenset[tuple[int, int]]:
    """Return all processes of the machine, each with its start time, which tells it from a later one."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return frozenset((pid, begun) for pid in pids if (begun := start_time(pid)) is not None)


def still_held(namespaces: Iterable[str], processes: Iterable[tuple[int, int]]) -> set[str]:
    """Return the name spaces in which one of these processes still runs.

    Later ones do not count: the kernel gives the number of a name space that is gone to a new one.
    """
    alive = [str(pid) for pid, begun in processes if start_time(pid) == begun]
    return set(namespaces) & _namespaces(alive)


def _belongs_to_another(item: str, instance: Instance) -> bool:
    own = {instance.name[:17], instance.host_link, instance.network.node_address}
    names = set(_OTHER_STACK.findall(item))
    return bool(names) and instance.name not in item and not names & (own - {instance.name[:17]})


def _firewall(instance: Instance) -> list[str]:
    """Rules of nftables, which iptables of today writes too, and the tables of the iptables of old."""
    tools = debian.node_artifact(instance.cache_directory)
    environment = {"LD_LIBRARY_PATH": str(tools / "usr" / "lib" / "x86_64-linux-gnu")}
    nft = _lines(str(tools / "usr" / "sbin" / "nft"), "list", "ruleset", environment=environment)
    old = [path for path in Path("/proc/net").glob("ip*_tables_names") if path.is_file()]
    return nft + [f"{path.name} {name}" for path in old for name in path.read_text().split()]


def _listening(instance: Instance) -> set[str]:
    addresses = {instance.network.host_address, instance.network.node_address}
    found = set()
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = _endpoint(fields[1])
            is_open = fields[3] in (_LISTENS, _UNCONNECTED)
            if is_open and (port in instance.ports.all or address in addresses):
                found.add(f"{kind} {address}:{port}")
    return found


def _endpoint(text: str) -> tuple[str, int]:
    """Read an address as the kernel writes it: hexadecimal words in the machine's byte order."""
    address, _, port = text.partition(":")
    words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
    return str(ipaddress.ip_address(b"".join(words))), int(port, 16)


def _parents() -> dict[int, int]:
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def _namespaces(pids: list[str]) -> set[str]:
    found = set()
    for pid in pids:
        for kind in _PROCESS_NAMESPACES:
            with contextlib.suppress(OSError):
                found.add(str(Path("/proc", pid, "ns", kind).readlink()))
    return found


def _marked(instance: Instance) -> set[str]:
    found = set()
    for path in Path("/proc").iterdir():
        if not path.name.isdigit() or int(path.name) in {os.getpid(), os.getppid()}:
            continue
        with contextlib.suppress(OSError):
            told = (path / "environ").read_bytes() + (path / "cmdline").read_bytes()
            if instance.name.encode() in told:
                found.add(f"{path.name} {(path / 'comm').read_text().strip()}")
    return found


def _lines(*command: str, environment: dict[str, str] | None = None) -> list[str]:
    merged = {**os.environ, **(environment or {})}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=merged)
    return done.stdout.splitlines()
