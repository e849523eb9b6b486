"""Procfiles: the command of the `web:` line, with the toolchain of the files beside it."""

import re

from workflows.models import ApplicationKind
from workflows.planning.detection.dressing import Toolchains, dressed, foreign_note, reasons_of
from workflows.planning.detection.files import Files, join, shorten
from workflows.planning.detection.ports import port_of_call, uses_port_variable
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Toolchain
from workflows.planning.detection.shell import Call, calls_of

GIVEN_PORT = 8080
"""What `$PORT` is set to where nothing says more: above 1024, so that no privilege is needed."""
_LINE = re.compile(r"^([\w-]+)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)


def detect_procfile(files: Files, folder: str, toolchains: Toolchains) -> Finding:
    path = join(folder, "Procfile")
    if not files.has(path):
        return Finding()
    processes = dict(_LINE.findall(files.text(path)))
    command = processes.get("web", "").strip()
    if not command:
        return Finding(notes=(f"`{path}` has no `web:` line.",))
    calls = calls_of(command)
    fit = toolchains(calls)
    if fit.foreign:
        return Finding(notes=(foreign_note(path, fit.foreign),))
    tools = fit.tools
    port, reason = _port(path, command, calls, tools)
    others = ", ".join(f"`{each}`" for each in processes if each != "web")
    reasons = [f"`{path}` has a `web:` line.", *reasons_of(tools, reason)]
    if others:
        reasons.append(
            f"Other processes in `{path}`, run where `.catalyst.yaml` names them under `processes` or `jobs`: "
            f"{shorten(others)}."
        )
    application = dressed(ApplicationKind.PROCFILE, folder, tools, port=port, start=command)
    proposal = Proposal(
        rank=Rank.PROCFILE,
        application=application,
        path=path,
        title=tools.title if tools else "Procfile",
        reasons=tuple(dict.fromkeys(each for each in reasons if each)),
        warnings=tools.warnings if tools else (),
    )
    return Finding((proposal,))


def _port(path: str, command: str, calls: list[Call], tools: Toolchain | None) -> tuple[int, str]:
    for call in calls:
        if port := port_of_call(call):
            return port, f"Port {port}, by the `web:` line in `{path}`."
    if tools and tools.port:
        return tools.port, tools.port_reason
    if uses_port_variable(command):
        return GIVEN_PORT, f"Port {GIVEN_PORT}, given to the `web:` line in `{path}` as `PORT`."
    return 0, ""
