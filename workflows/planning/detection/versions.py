"""Versions of languages, from the files that pin them."""

import re
from dataclasses import dataclass

from pydantic import JsonValue

from workflows.planning.detection.files import ROOT, Files, join, mapping, shorten, string

_LTS = {"argon": 4, "boron": 6, "carbon": 8, "dubnium": 10, "erbium": 12, "fermium": 14}
_LTS |= {"gallium": 16, "hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}
_MAJOR = re.compile(r"\d{1,3}")
_MINOR = re.compile(r"(\d)\.(\d{1,2})")
_GO = re.compile(r"(?m)^go\s+(\d{1,2}\.\d{1,3})")


@dataclass(frozen=True)
class Version:
    """Empty when nothing says it."""

    number: str = ""
    is_minimum: bool = False
    reason: str = ""


def node_version(files: Files, folder: str, manifest: dict[str, JsonValue]) -> Version:
    """The major version of Node.js: a pin beside the application or at the root, else what its manifest asks for."""
    for place in dict.fromkeys((folder, ROOT)):
        for name in (".nvmrc", ".node-version", ".tool-versions"):
            path = join(place, name)
            text = (
                _tool(files.text(path), "nodejs") if name == ".tool-versions" else files.text(path)
            )
            if number := _node_major(text):
                return Version(number, reason=f"Node.js {number}, by `{path}`.")
    path = join(folder, "package.json")
    if number := _node_major(string(mapping(manifest.get("volta")).get("node"))):
        return Version(number, reason=f"Node.js {number}, by `volta.node` in `{path}`.")
    wanted = string(mapping(manifest.get("engines")).get("node"))
    return _bounded(wanted, _node_major(wanted), "Node.js", f"`engines.node` in `{path}`")


def python_version(files: Files, folder: str) -> Version:
    """The minor version of Python: a pin, else what the project asks for."""
    for place in dict.fromkeys((folder, ROOT)):
        for name in (".python-version", "runtime.txt", ".tool-versions"):
            path = join(place, name)
            text = (
                _tool(files.text(path), "python") if name == ".tool-versions" else files.text(path)
            )
            if found := _MINOR.search(text):
                return Version(found[0], reason=f"Python {found[0]}, by `{path}`.")
    project = join(folder, "pyproject.toml")
    tools = mapping(files.mapping(project).get("tool"))
    poetry = mapping(mapping(tools.get("poetry")).get("dependencies"))
    pipfile = join(folder, "Pipfile")
    requires = mapping(files.mapping(pipfile).get("requires"))
    said = (
        (
            mapping(files.mapping(project).get("project")).get("requires-python"),
            "requires-python",
            project,
        ),
        (poetry.get("python"), "tool.poetry.dependencies.python", project),
        (
            requires.get("python_version") or requires.get("python_full_version"),
            "requires",
            pipfile,
        ),
    )
    for value, key, path in said:
        text = string(value)
        found = _MINOR.search(text)
        if found and not text.lstrip().startswith("<"):
            return _bounded(text, found[0], "Python", f"`{key}` in `{path}`")
    return Version()


def go_version(files: Files, path: str) -> Version:
    """The version a `go.mod` or `go.work` asks for at least."""
    found = _GO.search(files.text(path))
    if not found:
        return Version()
    return Version(found[1], is_minimum=True, reason=f"Go {found[1]} or newer, by `{path}`.")


def _bounded(wanted: str, number: str, language: str, source: str) -> Version:
    if not number or wanted.lstrip().startswith("<"):
        return Version()
    is_minimum = wanted.lstrip()[:1] in (">", "^", "~")
    words = f"{language} {number} or newer" if is_minimum else f"{language} {number}"
    return Version(number, is_minimum, f"{words}, by {source} (`{shorten(wanted, 40)}`).")


def _node_major(text: str) -> str:
    """`v22.3.0`, `22`, `>=20 <23`, `lts/jod` -> the major version."""
    first = text.strip().lower()[:40]
    if first.startswith("lts/"):
        number = _LTS.get(first.removeprefix("lts/"), 0)
        return str(number) if number else ""
    found = _MAJOR.search(first)
    return found[0] if found else ""


def _tool(text: str, name: str) -> str:
    """The line of one tool in a `.tool-versions`."""
    lines = (line.split() for line in text.splitlines())
    return next((parts[1] for parts in lines if len(parts) > 1 and parts[0] == name), "")
