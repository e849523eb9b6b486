"""How a Python project's packages are installed: the dependencies before the sources, as far as that can be told apart."""

import re
from dataclasses import dataclass

from workflows.models import Application
from workflows.planning.detection.files import ROOT, folder_of, join, mapping, resolve, strings
from workflows.planning.dockerfiles.blocks import Manifests, gather
from workflows.planning.dockerfiles.model import Layout
from workflows.planning.dockerfiles.versions import PYTHON, version_of

_FILES = (
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "poetry.toml",
    "Pipfile",
    "Pipfile.lock",
)
_FROM_FILE = "pip install -r "
_FROM_PROJECT = "pip install ."
_LOCAL = re.compile(r"(?m)^[ \t]*(?:-e\b|--editable|\.|/|file:)|@[ \t]*file:")
_INCLUDED = re.compile(r"(?m)^[ \t]*(?:-r|-c|--requirement|--constraint)[ =]?[ \t]*(\S+)")
_LISTED = (
    "python -c \"import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']"
    "['dependencies'], sep=chr(10))\" > /tmp/requirements.txt "
    "&& pip install -r /tmp/requirements.txt"
)
_HIDDEN = "the project's dependencies are known only to its own build"


@dataclass(frozen=True)
class Installation:
    """Commands for a shell in the application's directory; empty where there is nothing to do."""

    manifests: Manifests
    dependencies: str = ""
    project: str = ""
    """Installs the project itself, from its sources."""


def installation_of(layout: Layout) -> Installation:
    command = layout.application.install
    match layout.application.package_manager:
        case "uv":
            project = command if _is_package(layout) else ""
            others = " --no-install-workspace" if layout.application.workspace else ""
            only = f"{command} --no-install-project{others}"
            return Installation(_manifests(layout, _obstacle(layout)), only, project)
        case "poetry":
            only = command.removesuffix(" --no-root")
            return Installation(
                _manifests(layout, _obstacle(layout)),
                f"{only} --no-root",
                command if command == only else "",
            )
        case "pip" if command.startswith(_FROM_FILE):
            return Installation(_requirements(layout, command.removeprefix(_FROM_FILE)), command)
        case "pip" if command == _FROM_PROJECT:
            return _of_project(layout)
        case _:
            return Installation(_manifests(layout), command)


def _obstacle(layout: Layout) -> str:
    """Why an installation needs more than the manifests; empty when it does not."""
    path = _path(layout, "pyproject.toml")
    document = layout.files.mapping(path)
    if "dependencies" in strings(mapping(document.get("project")).get("dynamic")):
        return _HIDDEN
    tools = mapping(document.get("tool"))
    poetry = mapping(tools.get("poetry"))
    groups = (mapping(each) for each in mapping(poetry.get("group")).values())
    tables = (
        mapping(mapping(tools.get("uv")).get("sources")),
        *(mapping(each.get("dependencies")) for each in (poetry, *groups)),
    )
    if any("path" in mapping(value) for table in tables for value in table.values()):
        return f"{path} names directories of the repository"
    return ""


def _of_project(layout: Layout) -> Installation:
    """A project that lists its dependencies runs from its sources; only its own commands make it a package."""
    project = mapping(layout.files.mapping(_path(layout, "pyproject.toml")).get("project"))
    is_listed = bool(project) and "dependencies" not in strings(project.get("dynamic"))
    if not is_listed or _is_old(layout.application):
        return Installation(_manifests(layout, _HIDDEN), _FROM_PROJECT)
    dependencies = _LISTED if strings(project.get("dependencies")) else ""
    itself = "pip install --no-deps ." if mapping(project.get("scripts")) else ""
    return Installation(_manifests(layout), dependencies, itself)


def _is_old(application: Application) -> bool:
    """Python without a reader of TOML."""
    numbers = tuple(int(part) for part in version_of(application, PYTHON).split("."))
    return (3,) < numbers < (3, 11)


def _is_package(layout: Layout) -> bool:
    """Whether uv installs the project itself: https://docs.astral.sh/uv/concepts/projects/config/#build-systems"""
    document = layout.files.mapping(_path(layout, "pyproject.toml"))
    uv = mapping(mapping(document.get("tool")).get("uv"))
    return bool(uv.get("package", "build-system" in document))


def _manifests(layout: Layout, obstacle: str = "") -> Manifests:
    names = [*_FILES, *(layout.member_path(each) for each in _FILES)]
    if layout.application.workspace:
        below = (each for each in layout.files.paths if each.endswith("/pyproject.toml"))
        names += [each for each in map(layout.relative, below) if each]
    return gather(layout, names, obstacle=obstacle)


def _requirements(layout: Layout, first: str) -> Manifests:
    """The file and those it names; packages of the repository itself come with all the rest."""
    open_paths, seen, obstacle = [_path(layout, first)], [], ""
    while open_paths and not obstacle:
        path = open_paths.pop()
        seen.append(path)
        text = layout.files.text(path)
        if _LOCAL.search(text):
            obstacle = f"{path} names directories of the repository"
        named = [resolve(folder_of(path), each) for each in _INCLUDED.findall(text)]
        if not all(layout.files.has(each) and layout.relative(each) for each in named):
            obstacle = f"{path} names files that are elsewhere"
        open_paths += [each for each in named if each not in seen]
    return gather(
        layout, [layout.relative(each) for each in dict.fromkeys(seen)], obstacle=obstacle
    )


def _path(layout: Layout, name: str) -> str:
    return resolve(ROOT, join(layout.application.workdir, name))
