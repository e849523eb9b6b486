"""Where a Node.js application listens, and what makes it listen on more than localhost."""

from dataclasses import dataclass

from workflows.planning.detection.files import (
    Files,
    depth_below,
    folder_of,
    join,
    name_of,
    resolve,
    string,
)
from workflows.planning.detection.node.frameworks import NONE, Framework, by_program, usual
from workflows.planning.detection.node.manifest import Manifest
from workflows.planning.detection.ports import port_in_code, port_of_call
from workflows.planning.detection.shell import Call, calls_of

_CODE = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "/www")
_HOST_FLAGS = ("--host", "-H", "--hostname", "--ip")
_MAX_FILES = 12
_MAX_DEPTH = 2
"""Directories between a manifest and the code that is looked at for a port."""


@dataclass(frozen=True)
class Listening:
    port: int = 0
    reason: str = ""


def find_port(
    files: Files, manifest: Manifest, script: str, framework: Framework, calls: list[Call]
) -> Listening:
    """Flags of the script, then configuration and code, then what is usual."""
    ordered = sorted(calls, key=lambda each: by_program(each) is NONE)
    for call in ordered:
        if port := port_of_call(call):
            return Listening(port, f"Port {port}, by `scripts.{script}` in `{manifest.path}`.")
    found = _in_config(files, manifest) if framework.is_vite else Listening()
    if not found.port and (framework is NONE or framework.is_server):
        found = _in_code(files, manifest, calls)
    if found.port or not framework.port:
        return found
    hint = "; nothing says another" if framework.is_server else ""
    return Listening(
        framework.port, f"Port {framework.port}, the usual one of {framework.title}{hint}."
    )


def listening_arguments(
    files: Files, manifest: Manifest, script: str, port: int
) -> tuple[str, str]:
    """What is added to a script so that its server can be reached, and the reason or the warning for it."""
    text = manifest.scripts.get(script, "")
    behind = [each for each in manifest.calls(script) if usual(by_program(each), manifest).host]
    if not behind or _has_host(files, manifest, behind[-1]):
        return "", ""
    framework = by_program(behind[-1])
    own = calls_of(text)
    is_last = bool(own) and by_program(own[-1]) is framework and text.rstrip()[-1] not in "'\"&)"
    if not is_last:
        return "", (
            f"{framework.title} listens on localhost alone: `scripts.{script}` in `{manifest.path}` "
            f"needs `{framework.host}` to be reached."
        )
    arguments = framework.host
    if own[-1].arguments[:1] == ("preview",) and not port_of_call(own[-1]) and port:
        arguments += f" --port {port}"
    return arguments, (
        f"{framework.title} listens on localhost alone, so `{arguments}` is added to `scripts.{script}`."
    )


def is_dev_server(call: Call) -> bool:
    """Whether a framework's own development server is called."""
    framework = by_program(call)
    if call.arguments[:1] in (("build",), ("preview",), ("optimize",)):
        return False
    return bool(framework.dev) and f"{call} ".startswith(f"{framework.dev} ")


def _has_host(files: Files, manifest: Manifest, call: Call) -> bool:
    if any(each.split("=")[0] in _HOST_FLAGS for each in call.arguments):
        return True
    return any("host:" in files.text(each) for each in _configs(files, manifest))


def _configs(files: Files, manifest: Manifest) -> list[str]:
    names = sorted(each for each in files.names(manifest.folder) if ".config." in each)
    return [join(manifest.folder, each) for each in names]


def _in_config(files: Files, manifest: Manifest) -> Listening:
    for path in _configs(files, manifest):
        if port := port_in_code(files.text(path), "config"):
            return Listening(port, f"Port {port}, by `{path}`.")
    return Listening()


def _in_code(files: Files, manifest: Manifest, calls: list[Call]) -> Listening:
    for path in _code_files(files, manifest, calls)[:_MAX_FILES]:
        if port := port_in_code(files.text(path), "node"):
            return Listening(port, f"Port {port}, by `{path}`.")
    return Listening()


def _code_files(files: Files, manifest: Manifest, calls: list[Call]) -> list[str]:
    """What the script names, what the manifest names, then files that are usually the beginning."""
    folder = manifest.folder
    named = [word for call in calls for word in call.words]
    named.append(string(manifest.value.get("main")))
    paths = [resolve(folder, each) for each in named]
    paths += [
        each
        for each in files.read_under(folder)
        if f"/{each}".endswith(_CODE)
        and ".config." not in name_of(each)
        and depth_below(each, folder) <= _MAX_DEPTH
        and not _belongs_to_another(files, each, folder)
    ]
    return list(dict.fromkeys(each for each in paths if files.text(each)))


def _belongs_to_another(files: Files, path: str, folder: str) -> bool:
    place = folder_of(path)
    while place not in (folder, "."):
        if "package.json" in files.names(place):
            return True
        place = folder_of(place)
    return False
