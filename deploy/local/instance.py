"""Which local stack this is, and everything that follows from that.

All names, directories, addresses and ports derive from the path of the checkout, so that two
checkouts on one machine never meet and no configuration is needed. The environment variable
`CATALYST_LOCAL_INSTANCE` names a further stack of the same checkout (the tests use one, so that
they can run beside a demo). The derivation is pure; `settle` is the one place that looks at the
machine, steps aside when an address or port is taken, and records what it chose.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

INSTANCE_VARIABLE = "CATALYST_LOCAL_INSTANCE"
MARKER_VARIABLE = "CATALYST_LOCAL_STACK"
"""Set to the instance name in every process of a stack: how survivors of a killed run are found."""

POD_NETWORK = "10.244.0.0/16"
SERVICE_NETWORK = "10.96.0.0/16"
"""Both are constant: they exist only inside the node's network namespace."""
DNS_ADDRESS = "10.96.0.10"

MAX_SALT = 64
"""How many places are tried before giving up; every try is a different subnet and port block."""
_NODE_NETWORKS = ipaddress.ip_network("10.213.0.0/16")
_PORT_BLOCK = 10
_FIRST_PORT = 20_000
_PORT_BLOCKS = 1_000
"""Ports 20000 to 29999: below Linux's range of ephemeral ports (32768 and up)."""
_SUFFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")


class InstanceError(ValueError):
    """The instance cannot be derived or finds no free place on this machine."""


@dataclass(frozen=True)
class Network:
    """The point-to-point link between the machine and its node."""

    subnet: ipaddress.IPv4Network

    @property
    def host_address(self) -> str:
        """The machine's end: what pods use to reach processes outside (local GitHub)."""
        return str(self.subnet[1])

    @property
    def node_address(self) -> str:
        """The node's end: apiserver, registry and ingress answer here."""
        return str(self.subnet[2])

    @property
    def prefix_length(self) -> int:
        """The length of the subnet's prefix, for `ip addr add`."""
        return self.subnet.prefixlen


@dataclass(frozen=True)
class Ports:
    """TCP ports of this stack on the machine, one block of ten from `base`."""

    base: int

    @property
    def ingress(self) -> int:
        """Loopback: every preview answers at `http://NAME.localhost:<ingress>/`."""
        return self.base

    @property
    def api(self) -> int:
        """Catalyst itself: pages and REST on loopback, the webhook door on the host address."""
        return self.base + 1

    @property
    def github(self) -> int:
        """The local GitHub, on loopback and on the host address."""
        return self.base + 2

    @property
    def temporal_ui(self) -> int:
        """Temporal's web page."""
        return self.base + 3

    @property
    def temporal(self) -> int:
        """Temporal's gRPC front end."""
        return self.base + 4

    @property
    def worker_health(self) -> int:
        """The worker's liveness and readiness."""
        return self.base + 5

    @property
    def packages(self) -> int:
        """On the host address: where builds ask for packages. The tests serve some there."""
        return self.base + 6

    @property
    def all(self) -> tuple[int, ...]:
        """Every port of the block, also the spare ones."""
        return tuple(range(self.base, self.base + _PORT_BLOCK))


@dataclass(frozen=True)
class Instance:
    """One local stack. Every property is a pure function of these fields."""

    name: str
    checkout: Path
    state_home: Path
    cache_home: Path
    salt: int = 0

    @property
    def state_directory(self) -> Path:
        """Everything of this stack that lives on disk; `down` removes it."""
        return self.state_home / "catalyst" / self.name

    @property
    def cache_directory(self) -> Path:
        """Content by version, shared by all stacks of this user; `down` keeps it."""
        return self.cache_home / "catalyst"

    @property
    def log_directory(self) -> Path:
        """Logs of steps and processes."""
        return self.state_directory / "logs"

    @property
    def host_link(self) -> str:
        """The machine's end of the veth pair; a link's name has at most 15 characters."""
        return f"cat{self._digest[:8]}-h"

    @property
    def node_link(self) -> str:
        """The node's end of the veth pair."""
        return f"cat{self._digest[:8]}-n"

    @property
    def cgroup(self) -> str:
        """The cgroup (relative to each hierarchy's root) that holds all pods of the node."""
        return self.name

    @property
    def network(self) -> Network:
        """A /30 from the hash of the name: 16384 places, moved by the salt."""
        places = _NODE_NETWORKS.num_addresses // 4
        place = (int(self._digest[8:16], 16) + self.salt) % places
        first = int(_NODE_NETWORKS.network_address) + 4 * place
        return Network(subnet=ipaddress.IPv4Network((first, 30)))

    @property
    def ports(self) -> Ports:
        """A block of ten ports from the hash of the name, moved by the salt."""
        block = (int(self._digest[16:24], 16) + self.salt) % _PORT_BLOCKS
        return Ports(base=_FIRST_PORT + _PORT_BLOCK * block)

    @property
    def _digest(self) -> str:
        return sha256(self.name.encode()).hexdigest()


def derive(checkout: Path, environment: Mapping[str, str]) -> Instance:
    """Return the stack of a checkout; pure, so it may differ from what `settle` chose.

    Raises InstanceError when the suffix in `CATALYST_LOCAL_INSTANCE` is no lower-case name.
    """
    suffix = environment.get(INSTANCE_VARIABLE, "")
    if suffix and not _SUFFIX.fullmatch(suffix):
        message = (
            f"{INSTANCE_VARIABLE}={suffix!r}: use up to 20 lower-case letters, digits and dashes"
        )
        raise InstanceError(message)
    digest = sha256(str(checkout).encode()).hexdigest()[:8]
    home = Path(environment.get("HOME", "/root"))
    return Instance(
        name=f"catalyst-{digest}-{suffix}" if suffix else f"catalyst-{digest}",
        checkout=checkout,
        state_home=Path(environment.get("XDG_STATE_HOME") or home / ".local" / "state"),
        cache_home=Path(environment.get("XDG_CACHE_HOME") or home / ".cache"),
    )


def current(environment: Mapping[str, str] = os.environ) -> Instance:
    """Return the stack of this checkout, with the place it settled on when it was brought up."""
    instance = derive(Path(__file__).resolve().parents[2], environment)
    try:
        salt = int(_place_file(instance).read_text())
    except (FileNotFoundError, ValueError):
        return instance
    return replace(instance, salt=salt)


def settle(instance: Instance, is_free: Callable[[Instance], bool]) -> Instance:
    """Choose the first place that is free and record it, so that later commands agree.

    Raises InstanceError when none of the tried places is free.
    """
    for step in range(MAX_SALT):
        # From where it was before: a stack that is up stays where it is.
        candidate = replace(instance, salt=(instance.salt + step) % MAX_SALT)
        if is_free(candidate):
            place = _place_file(candidate)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{candidate.salt}\n")
            return candidate
    message = f"none of {MAX_SALT} blocks of addresses and ports is free for {instance.name}"
    raise InstanceError(message)


def _place_file(instance: Instance) -> Path:
    return instance.state_directory / "place"
