"""Commands that people and agents have run in an environment's containers."""

from activities.executing.places import (
    BusyError,
    NotRunningError,
    PlaceError,
    UnclearComponentError,
    UnknownComponentError,
    UnknownContainerError,
    UnknownDirectoryError,
)
from activities.executing.runner import CommandRunner, Execution, Finished, Output

__all__ = [
    "BusyError",
    "CommandRunner",
    "Execution",
    "Finished",
    "NotRunningError",
    "Output",
    "PlaceError",
    "UnclearComponentError",
    "UnknownComponentError",
    "UnknownContainerError",
    "UnknownDirectoryError",
]
