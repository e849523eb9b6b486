"""Which version of a language an image has: the one that is asked for, or the usual one."""

import re
from typing import Final

from workflows.models import Application

NODE: Final = "22"
PYTHON: Final = "3.12"
GO: Final = "1.24"
"""What is used where nothing says more; a lower bound that lies above is used as it stands."""
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}")


def version_of(application: Application, usual: str) -> str:
    wanted = application.language_version
    if not _VERSION.fullmatch(wanted):
        return usual
    if application.is_version_minimum and _numbers(wanted) <= _numbers(usual):
        return usual
    return wanted


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
