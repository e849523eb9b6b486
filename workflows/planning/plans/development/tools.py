"""What a development server runs in: the language's own image, and how it is made ready."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.planning.detection.files import ROOT, folder_of, join, name_of
from workflows.planning.dockerfiles import golang, node, plain, python
from workflows.planning.dockerfiles.model import Layout
from workflows.planning.dockerfiles.node_tools import tool_of
from workflows.planning.dockerfiles.python_packages import installation_of
from workflows.planning.plans.development.places import CACHE

_VENV = f"{CACHE}/venv"
_MANIFESTS = frozenset(
    {
        *node.FILES,
        *("pyproject.toml", "uv.lock", "poetry.lock", "Pipfile", "Pipfile.lock", "setup.py", "setup.cfg"),
        *("go.mod", "go.sum", "go.work", "go.work.sum"),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Tools:
    """Of one language."""

    image: str
    install: tuple[str, ...] = ()
    """Shell commands, in order."""
    is_of_workspace: bool = False
    """Whether they are run where the whole workspace is, not where its member is."""
    env: Mapping[str, str] = field(default_factory=dict)
    memory: str = ""
    """Limit; empty for what the environment's containers have by default."""


def tools_of(layout: Layout) -> Tools:
    """By the application's language; a plain Debian where none was recognized."""
    match layout.application.language:
        case "node":
            return _node(layout)
        case "python":
            return _python(layout)
        case "go":
            env = {"GOPATH": f"{CACHE}/go"}
            return Tools(golang.image_of(layout), _commands(layout), env=env, memory="2Gi")
        case _:
            return Tools(plain.IMAGE, _commands(layout))


def inputs_of(layout: Layout) -> tuple[str, ...]:
    """Files that an installation reads, relative to the repository's root: a change of one of them asks for another."""
    folders = {layout.context, layout.application.workdir}
    return tuple(
        path
        for path in layout.files.paths
        if _is_manifest(path) and (folder_of(path) in folders or _is_of_member(layout, path))
    )


def _node(layout: Layout) -> Tools:
    tool = tool_of(layout)
    return Tools(
        node.image_of(layout),
        (*([f"npm install --global {tool}"] if tool else []), *_commands(layout)),
        is_of_workspace=True,
        env={
            "NPM_CONFIG_PREFIX": f"{CACHE}/npm",
            "NPM_CONFIG_UPDATE_NOTIFIER": "false",
            "NEXT_TELEMETRY_DISABLED": "1",
            # Volumes of some clusters tell nobody of a change: watchers have to look themselves.
            "WATCHPACK_POLLING": "true",
            "CHOKIDAR_USEPOLLING": "true",
        },
        memory="2Gi",
    )


def _python(layout: Layout) -> Tools:
    installation = installation_of(layout)
    commands = (
        f"test -x {_VENV}/bin/python || python3 -m venv {_VENV}",
        *_python_tool(layout),
        installation.dependencies,
        installation.project,
    )
    return Tools(
        python.image_of(layout),
        tuple(filter(None, commands)),
        env={
            name: value
            for name, value in python.variables_of(layout, CACHE, _VENV).items()
            if name != "HOME"  # the supervisor's to say, for every language alike
        },
    )


def _python_tool(layout: Layout) -> tuple[str, ...]:
    """As in a build, one that depends on packages itself gets an environment of its own."""
    manager, tool = layout.application.package_manager, python.tool_of(layout)
    if not tool:
        return ()
    if manager == "uv":
        return (f"pip install {tool}",)
    place = f"{CACHE}/{manager}"
    return (
        f"test -x {place}/bin/pip || python3 -m venv {place}",
        f"{place}/bin/pip install {tool}",
        f"ln -sf {place}/bin/{manager} {_VENV}/bin/{manager}",
    )


def _commands(layout: Layout) -> tuple[str, ...]:
    return tuple(filter(None, (layout.application.install,)))


def _is_manifest(path: str) -> bool:
    name = name_of(path)
    return name in _MANIFESTS or (name.startswith("requirements") and name.endswith(".txt"))


def _is_of_member(layout: Layout, path: str) -> bool:
    """Of a workspace, whose installation reads every member's manifest."""
    if not layout.application.workspace or name_of(path) not in ("package.json", "pyproject.toml"):
        return False
    inside = layout.context == ROOT or path.startswith(join(layout.context, ""))
    return inside and "node_modules" not in path
