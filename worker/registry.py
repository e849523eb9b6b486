"""Ports to bound methods: the list of activities is read from the ports, so none is kept by hand."""

from abc import ABC
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from workflows.ports import ALL_PORTS


def activities_of(implementation: object, port: type[ABC]) -> list[Callable[..., Any]]:
    """The bound activities of one port.

    Raises TypeError when the object does not implement it: an abstract class cannot be created anyway, so
    this only catches a wrong pairing.
    """
    if not isinstance(implementation, port):
        raise TypeError(f"{type(implementation).__name__} does not implement {port.__name__}")
    return [getattr(implementation, name) for name in sorted(port.__abstractmethods__)]


def all_activities(implementations: Iterable[object]) -> list[Callable[..., Any]]:
    """Every activity of every port that the given objects implement."""
    return [
        method
        for implementation in implementations
        for port in ALL_PORTS
        if isinstance(implementation, port)
        for method in activities_of(implementation, port)
    ]


def missing_ports(implementations: Sequence[object]) -> list[str]:
    """Names of ports that nobody implements; a worker with one missing must not start."""
    return [
        port.__name__
        for port in ALL_PORTS
        if not any(isinstance(implementation, port) for implementation in implementations)
    ]
