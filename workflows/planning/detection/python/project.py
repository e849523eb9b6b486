"""A Python project's dependencies, and the package manager that installs them."""

import re
from dataclasses import dataclass, replace

from pydantic import JsonValue

from workflows.models import PackageManager
from workflows.planning.detection.files import (
    ROOT,
    Files,
    folder_of,
    join,
    mapping,
    resolve,
    string,
    strings,
)

MANIFESTS = ("pyproject.toml", "requirements.txt", "Pipfile", "setup.py")
_REQUIREMENTS = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
    "requirements-prod.txt",
)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_EXTRAS = re.compile(r"([A-Za-z0-9][\w.-]*)\s*\[([^\]]*)\]")
_INCLUDE = re.compile(r"(?m)^[ \t]*(?:-r|--requirement)[ =][ \t]*(\S+)")


@dataclass(frozen=True)
class PythonProject:
    folder: str
    path: str
    """The file that says it is one."""
    dependencies: frozenset[str]
    """Names as PyPI writes them in URLs; with extras as `fastapi[standard]` besides."""
    manager: PackageManager
    install: str
    prefix: str
    """Before every command, so that it runs in the project's environment."""
    workspace: str = ""
    reason: str = ""


def read_project(files: Files, folder: str) -> PythonProject | None:
    """None where no file says that a directory is a Python project."""
    path = next((join(folder, each) for each in MANIFESTS if each in files.names(folder)), "")
    path = path or _requirements(files, folder)
    if not path:
        return None
    pyproject = files.mapping(join(folder, "pyproject.toml"))
    found = _dependencies(files, folder, pyproject)
    project = PythonProject(folder, path, found, "pip", "", "")
    return _with_manager(files, project, pyproject)


def _with_manager(
    files: Files, project: PythonProject, pyproject: dict[str, JsonValue]
) -> PythonProject:
    folder, names = project.folder, files.names(project.folder)
    tools = mapping(pyproject.get("tool"))
    top = _uv_workspace(files, folder)
    if "uv.lock" in names or top or "uv" in tools:
        lock = join(top or folder, "uv.lock")
        is_locked = files.has(lock)
        by = f"`{lock}`" if is_locked else f"`tool.uv` in `{project.path}`"
        return _managed(project, "uv", "uv sync --locked" if is_locked else "uv sync", by, top)
    if "poetry.lock" in names or "poetry" in tools:
        by = join(folder, "poetry.lock" if "poetry.lock" in names else "pyproject.toml")
        install = (
            "poetry install"
            if _has_package(files, folder, pyproject)
            else "poetry install --no-root"
        )
        return _managed(project, "poetry", install, f"`{by}`")
    if "Pipfile" in names:
        install = "pipenv install --deploy" if "Pipfile.lock" in names else "pipenv install"
        by = "Pipfile.lock" if "Pipfile.lock" in names else "Pipfile"
        return _managed(project, "pipenv", install, f"`{join(folder, by)}`")
    return _with_pip(files, project)


def _with_pip(files: Files, project: PythonProject) -> PythonProject:
    folder = project.folder
    if requirements := _requirements(files, folder):
        relative = requirements.removeprefix(f"{folder}/")
        return _managed(project, "pip", f"pip install -r {relative}", f"`{requirements}`")
    return _managed(project, "pip", "pip install .", f"`{project.path}`")


def _managed(
    project: PythonProject, manager: PackageManager, install: str, by: str, workspace: str = ""
) -> PythonProject:
    prefix = "" if manager == "pip" else f"{manager} run "
    reason = f"{manager}, by {by}."
    return replace(
        project, manager=manager, install=install, prefix=prefix, workspace=workspace, reason=reason
    )


def _uv_workspace(files: Files, folder: str) -> str:
    """The directory above whose `uv.lock` covers this one too."""
    place = folder
    while place != ROOT:
        place = folder_of(place)
        uv = mapping(mapping(files.mapping(join(place, "pyproject.toml")).get("tool")).get("uv"))
        if "uv.lock" in files.names(place) and "workspace" in uv:
            return place
    return ""


def _has_package(files: Files, folder: str, pyproject: dict[str, JsonValue]) -> bool:
    """Whether poetry finds something to install besides the dependencies."""
    poetry = mapping(mapping(pyproject.get("tool")).get("poetry"))
    if poetry.get("packages"):
        return True
    name = string(poetry.get("name")) or string(mapping(pyproject.get("project")).get("name"))
    package = re.sub(r"[-.]+", "_", name).lower()
    return bool(package) and any(
        package in files.folders(place) for place in (folder, join(folder, "src"))
    )


def _requirements(files: Files, folder: str) -> str:
    return next((path for each in _REQUIREMENTS if files.has(path := join(folder, each))), "")


def _dependencies(files: Files, folder: str, pyproject: dict[str, JsonValue]) -> frozenset[str]:
    lines = _requirement_lines(files, _requirements(files, folder))
    project = mapping(pyproject.get("project"))
    lines += strings(project.get("dependencies"))
    for groups in (project.get("optional-dependencies"), pyproject.get("dependency-groups")):
        lines += [line for group in mapping(groups).values() for line in strings(group)]
    poetry = mapping(mapping(pyproject.get("tool")).get("poetry"))
    lines += _named(mapping(poetry.get("dependencies")))
    for group in mapping(poetry.get("group")).values():
        lines += _named(mapping(mapping(group).get("dependencies")))
    pipfile = files.mapping(join(folder, "Pipfile"))
    lines += _named(mapping(pipfile.get("packages"))) + _named(mapping(pipfile.get("dev-packages")))
    return frozenset(name for line in lines for name in _names(line))


def _named(table: dict[str, JsonValue]) -> list[str]:
    """`fastapi = {extras = ["standard"]}` -> `fastapi[standard]`."""
    extras = {
        name: ",".join(strings(mapping(value).get("extras"))) for name, value in table.items()
    }
    return [f"{name}[{extra}]" if extra else name for name, extra in extras.items()]


def _names(line: str) -> list[str]:
    found = _NAME.match(line.strip())
    if not found:
        return []
    name = re.sub(r"[-_.]+", "-", found[0]).lower()
    extras = _EXTRAS.match(line.strip())
    return [
        name,
        *(f"{name}[{each.strip().lower()}]" for each in (extras[2].split(",") if extras else ())),
    ]


def _requirement_lines(files: Files, path: str) -> list[str]:
    """Lines of a requirements file and of those it names, each once."""
    lines: list[str] = []
    open_paths, seen = [path], {path}
    while open_paths:
        text = files.text(each := open_paths.pop())
        lines += text.splitlines()
        included = [resolve(folder_of(each), name) for name in _INCLUDE.findall(text)]
        open_paths += [name for name in dict.fromkeys(included) if name not in seen]
        seen.update(included)
    return lines
