"""Networks that an operator names; what would open more than it says is refused at start."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from activities.manifests import LOCAL, is_within
from workflows.repo_config.egress import is_network

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)


def check_network(text: str) -> str:
    """The same. Raises ValueError for what is no network, also for one with bits of a host in it."""
    if not is_network(text):
        raise ValueError(f"`{text}` is no network such as `192.0.2.0/24`")
    return text


def check_opened(text: str) -> str:
    """The same network. Raises ValueError for one that no build may reach, and for all addresses at once."""
    network = ip_network(check_network(text))
    if network.prefixlen == 0:
        raise ValueError(f"`{text}` is every address, private ones too; leave the host out instead")
    for each in LOCAL:
        if is_within(network, ip_network(each)):
            raise ValueError(f"`{text}` is at loopback or link-local ({each}), which nothing opens")
    return text


def check_host(name: str) -> str:
    """The same. Raises ValueError unless it is the name of a host and nothing else."""
    if not _HOST.fullmatch(name) or is_network(name):
        raise ValueError(
            f"`{name}` must be the name of a host, such as `github.com`: lower case, no scheme, no port"
        )
    return name


Network = Annotated[str, AfterValidator(check_network)]
HostNetworks = Mapping[
    Annotated[str, AfterValidator(check_host)],
    Annotated[tuple[Annotated[str, AfterValidator(check_opened)], ...], Field(min_length=1)],
]
"""By the name of the host."""
