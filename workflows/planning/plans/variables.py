"""Environment variables of an application, and which of them came from where (ENV-030)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.planning.plans.case import Case
from workflows.repo_config import FILE_NAME

PORT = "PORT"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = "CATALYST_"

Layer = tuple[str, Mapping[str, str]]
"""Who says it, in words, and what."""


@dataclass(frozen=True)
class Variables:
    """Values by name, and for each name the one that set it last, in words."""

    values: Mapping[str, str]
    origins: Mapping[str, str]

    def told(self) -> str:
        """`A` and `B` from the project, `C` from …; names only. Empty when there are none."""
        by_origin: dict[str, list[str]] = {}
        for name in sorted(self.origins):
            by_origin.setdefault(self.origins[name], []).append(f"`{name}`")
        parts = [f"{', '.join(names)} from {origin}" for origin, names in by_origin.items()]
        return f"Variables: {'; '.join(parts)}." if parts else ""


def variables_of(case: Case, found: Sequence[Layer] = ()) -> Variables:
    """What is set, each layer over the ones before; what was `found` gives way to what the configuration says.

    Names that no environment can have are noted as problems.
    """
    layers = (
        ("the project", case.request.project.variables),
        (f"the template `{case.key}`", case.template.variables),
        *found,
        (f"`{FILE_NAME}`", case.config.variables),
        ("this environment's own settings", case.request.variables),
    )
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        case.problems.extend(filter(None, (_problem(name, origin) for name in layer)))
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    return Variables(values, origins)


def said_port(case: Case) -> int:
    """The port in a variable `PORT` that people have set; 0 when it is none."""
    said = (case.request.variables, case.config.variables)
    configured = (case.template.variables, case.request.project.variables)
    for layer in (*said, *configured):
        text = layer.get(PORT, "").strip()
        if text.isascii() and text.isdigit() and 0 < int(text) <= 65535:
            return int(text)
    return 0


def can_be_set(name: str) -> bool:
    """Whether an environment can have a variable of this name from anybody but Catalyst."""
    return _NAME.fullmatch(name) is not None and not name.upper().startswith(_RESERVED)


def _problem(name: str, origin: str) -> str:
    if not _NAME.fullmatch(name):
        return (
            f"The variable `{name}` from {origin} has a name that no environment variable can have."
        )
    if name.upper().startswith(_RESERVED):
        return f"The variable `{name}` from {origin} is reserved: Catalyst itself sets what begins with `{_RESERVED}`."
    return ""
