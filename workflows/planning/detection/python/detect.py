"""A Python project -> the commands that serve it."""

from dataclasses import dataclass

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.files import Files
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Standing, Toolchain
from workflows.planning.detection.python.entry import Entry, find_entry
from workflows.planning.detection.python.project import PythonProject, read_project
from workflows.planning.detection.versions import python_version

_PORTS = {"django": 8000, "fastapi": 8000, "starlette": 8000, "litestar": 8000, "flask": 5000}
_NO_SERVER = "No production server is among the dependencies"
_SERVERS = ("uvicorn", "fastapi[standard]", "fastapi[all]", "litestar[standard]")
"""Dependencies that bring uvicorn."""


@dataclass(frozen=True)
class _Commands:
    dev: str
    start: str
    reason: str = ""
    warning: str = ""


def detect_python(files: Files, folder: str) -> Finding:
    project = read_project(files, folder)
    if project is None:
        return Finding()
    entry = find_entry(files, folder)
    if entry is None:
        note = (
            f"`{project.path}` is of a Python project, but no module in it is seen to serve "
            "(looked for Django, FastAPI, Flask, Starlette, Litestar, Streamlit and a main program)."
        )
        return Finding(notes=(note,))
    tools = _toolchain(files, project, entry)
    commands = _commands(project, entry, tools.port)
    application = Application(
        kind=ApplicationKind.PYTHON,
        workdir=folder,
        workspace=tools.workspace,
        language="python",
        framework=tools.framework,
        language_version=tools.version,
        is_version_minimum=tools.is_minimum,
        package_manager=tools.manager,
        install=tools.install,
        dev=project.prefix + commands.dev,
        start=project.prefix + commands.start,
        port=tools.port,
        variables=_variables(entry, tools.port),
    )
    doubt = "" if entry.is_seen else f"Nothing in `{entry.path}` is seen to listen."
    reasons = (f"`{project.path}` is of a Python project.", *tools.reasons, commands.reason)
    proposal = Proposal(
        rank=Rank.PYTHON,
        application=application,
        path=project.path,
        title=tools.title,
        reasons=tuple(each for each in reasons if each),
        warnings=(commands.warning,) if commands.warning else (),
        standing=Standing.SERVES if entry.is_seen else Standing.UNSEEN,
        doubt=doubt,
    )
    return Finding((proposal,))


def python_toolchain(files: Files, folder: str) -> Toolchain | None:
    project = read_project(files, folder)
    return _toolchain(files, project, find_entry(files, folder)) if project else None


def _toolchain(files: Files, project: PythonProject, entry: Entry | None) -> Toolchain:
    version = python_version(files, project.folder)
    port, port_reason = _port(entry) if entry else (0, "")
    what = f"{entry.title}, by `{entry.path}`." if entry and entry.framework else ""
    if entry and not entry.framework:
        what = f"`{entry.path}` is the program."
    return Toolchain(
        language="python",
        title=entry.title if entry else "Python",
        framework=entry.framework if entry else "",
        version=version.number,
        is_minimum=version.is_minimum,
        manager=project.manager,
        install=project.install,
        workspace=project.workspace,
        port=port,
        port_reason=port_reason,
        reasons=tuple(each for each in (project.reason, what, port_reason, version.reason) if each),
    )


def _port(entry: Entry) -> tuple[int, str]:
    usual = _PORTS.get(entry.framework, 0)
    if entry.framework in ("django", "streamlit"):
        return entry.port, f"Port {entry.port}, the usual one of {entry.title}."
    if entry.port:
        return entry.port, f"Port {entry.port}, by `{entry.path}`."
    return usual, f"Port {usual}, the usual one of {entry.title}." if usual else ""


def _commands(project: PythonProject, entry: Entry, port: int) -> _Commands:
    if entry.framework == "django":
        return _django(project, entry, port)
    if entry.framework == "flask":
        return _flask(project, entry, port)
    if entry.framework in ("fastapi", "starlette", "litestar"):
        return _asgi(project, entry, port)
    if entry.framework == "streamlit":
        options = f"--server.address 0.0.0.0 --server.port {port} --server.headless true"
        command = f"streamlit run {entry.file} {options}"
        return _Commands(command, command)
    command = f"python -m {entry.module}" if entry.module else f"python {entry.file}"
    return _Commands(command, command)


def _django(project: PythonProject, entry: Entry, port: int) -> _Commands:
    dev = f"python {entry.file} runserver 0.0.0.0:{port}"
    if "gunicorn" in project.dependencies and entry.module:
        place = f"--chdir {entry.app_dir} " if entry.app_dir else ""
        return _Commands(dev, f"gunicorn {place}{entry.module}:application --bind 0.0.0.0:{port}")
    lack = "No `wsgi.py` is seen" if "gunicorn" in project.dependencies else _NO_SERVER
    reason = f"{lack}, so `start` is Django's own."
    return _Commands(dev, f"{dev} --noreload", reason)


def _flask(project: PythonProject, entry: Entry, port: int) -> _Commands:
    module = entry.file if entry.app_dir else entry.module
    name = entry.variable.removesuffix("()")
    target = (
        module if name in ("app", "application", "create_app", "make_app") else f"{module}:{name}"
    )
    run = f"flask --app {target} run --host 0.0.0.0 --port {port}"
    if "gunicorn" in project.dependencies:
        place = f"--chdir {entry.app_dir} " if entry.app_dir else ""
        target = f"{entry.module}:{entry.variable}"
        target = f"'{target}'" if entry.variable.endswith("()") else target
        return _Commands(f"{run} --debug", f"gunicorn {place}{target} --bind 0.0.0.0:{port}")
    reason = f"{_NO_SERVER}, so `start` is Flask's own."
    return _Commands(f"{run} --debug", run, reason)


def _asgi(project: PythonProject, entry: Entry, port: int) -> _Commands:
    is_factory = entry.variable.endswith("()")
    target = f"{entry.module}:{entry.variable.removesuffix('()')}"
    options = f"--host 0.0.0.0 --port {port}"
    options = f"--app-dir {entry.app_dir} {options}" if entry.app_dir else options
    run = f"uvicorn {target} {'--factory ' if is_factory else ''}{options}"
    known = project.dependencies
    warning = ""
    if known and known.isdisjoint(_SERVERS):
        warning = f"`{project.path}` does not name `uvicorn`, which {entry.title} is served with."
    return _Commands(f"{run} --reload", run, warning=warning)


def _variables(entry: Entry, port: int) -> dict[str, str]:
    if not port:
        return {}
    variables = {"PORT": str(port)}
    if entry.framework == "gradio":
        variables["GRADIO_SERVER_NAME"] = "0.0.0.0"  # noqa: S104 - inside the preview's own pod
    if entry.framework in ("dash", ""):
        variables["HOST"] = "0.0.0.0"  # noqa: S104
    return variables
