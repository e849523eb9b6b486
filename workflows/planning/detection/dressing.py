"""Applications that a file of commands starts, dressed with what the languages' own files beside it say."""

from collections.abc import Callable
from dataclasses import dataclass

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.proposal import Toolchain
from workflows.planning.detection.shell import Call


@dataclass(frozen=True)
class Fit:
    """The toolchain of a directory that fits what a command calls; neither is set where nothing is known."""

    tools: Toolchain | None = None
    foreign: str = ""
    """The language that is called and not supported, as a part of a sentence."""


Toolchains = Callable[[list[Call]], Fit]


def foreign_note(path: str, foreign: str) -> str:
    return f"`{path}` starts {foreign}: known, but not supported yet without a Dockerfile."


def reasons_of(tools: Toolchain | None, port_reason: str) -> list[str]:
    """The toolchain's own, with the one for the port that counts."""
    if tools is None:
        return [port_reason]
    return [*(each for each in tools.reasons if each != tools.port_reason), port_reason]


def dressed(
    kind: ApplicationKind,
    folder: str,
    tools: Toolchain | None,
    *,
    port: int,
    start: str = "",
    dev: str = "",
) -> Application:
    """An application started by a file of its own, with what the language's files say."""
    application = Application(
        kind=kind,
        workdir=folder,
        start=start,
        dev=dev,
        port=port,
        variables={"PORT": str(port)} if port else {},
    )
    if tools is None:
        return application
    variables = {"HOST": "0.0.0.0"} if tools.language == "node" else {}  # noqa: S104 - the preview's own pod
    return application.model_copy(
        update={
            "variables": {**variables, **application.variables},
            "workspace": tools.workspace,
            "language": tools.language,
            "framework": tools.framework,
            "language_version": tools.version,
            "is_version_minimum": tools.is_minimum,
            "package_manager": tools.manager,
            "install": tools.install,
            "build": tools.build,
        }
    )
