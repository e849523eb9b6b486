"""Destinations outside the cluster: host names, host names with `*.` in front, networks."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from workflows.repo_config.fields import refusal

_HOST = re.compile(
    r"(?:\*\.)?(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


def is_network(destination: str) -> bool:
    """Whether it is a network rather than a host name."""
    return _network(destination) is not None


def covers(granted: str, asked: str) -> bool:
    """Whether what is granted includes what is asked for. `*.x.org` includes every name below x.org, not itself."""
    granted_network, asked_network = _network(granted), _network(asked)
    if granted_network is not None and asked_network is not None:
        return _holds(granted_network, asked_network)
    if granted_network is not None or asked_network is not None:
        return False
    if granted.startswith("*."):
        below = granted.removeprefix("*")
        return asked.removeprefix("*").endswith(below)
    return granted == asked


def _holds(
    granted: IPv4Network | IPv6Network,
    asked: IPv4Network | IPv6Network,
) -> bool:
    if isinstance(granted, IPv4Network) and isinstance(asked, IPv4Network):
        return asked.subnet_of(granted)
    if isinstance(granted, IPv6Network) and isinstance(asked, IPv6Network):
        return asked.subnet_of(granted)
    return False


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def _is_destination(text: str) -> str:
    if _network(text) is None and not _HOST.fullmatch(text):
        raise refusal(
            "must be a host such as `api.example.com` or `*.example.com` (lower case, no scheme, no port), "
            "or a network such as `192.0.2.0/24`"
        )
    return text


Destination = Annotated[str, Field(max_length=260), AfterValidator(_is_destination)]
