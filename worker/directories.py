"""Directories of the node that an operator names for projects; what could harm the node is refused at start."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator

_SYSTEM = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/run", "/sbin"),
    *("/sys", "/usr", "/var"),
)  # fmt: skip


def check_directory(path: str) -> str:
    """The same path. Raises ValueError unless it is absolute, plain, below some directory, and none of the system's."""
    parts = PurePosixPath(path)
    if not parts.is_absolute() or ".." in parts.parts or path != str(parts) or "//" in path:
        raise ValueError(
            f"`{path}` must be an absolute path without `..`, `.` and a slash at its end"
        )
    if len(parts.parts) < 3:
        raise ValueError(f"`{path}` holds more than one project; name a directory below it")
    for each in _SYSTEM:
        if parts.is_relative_to(each):
            raise ValueError(f"`{path}` belongs to the system of the node ({each})")
    return path


def check_apart(directories: Mapping[str, str]) -> Mapping[str, str]:
    """The same. Raises ValueError where one project would work in another one's directory."""
    known = [(project, PurePosixPath(path)) for project, path in sorted(directories.items())]
    for project, path in known:
        for other, above in known:
            if project != other and path.is_relative_to(above):
                raise ValueError(f"`{path}` of `{project}` is in the directory of `{other}`")
    return directories


Directories = Annotated[
    Mapping[str, Annotated[str, AfterValidator(check_directory)]], AfterValidator(check_apart)
]
"""By the key of the project."""
