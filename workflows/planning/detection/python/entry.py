"""The module of a Python project that serves, found in its code."""

import re
from dataclasses import dataclass

from workflows.planning.detection.files import (
    Files,
    depth_below,
    folder_of,
    is_shell_safe,
    join,
    name_of,
)
from workflows.planning.detection.ports import port_in_code
from workflows.planning.detection.python.project import MANIFESTS

_MAX_DEPTH = 3
_MAX_FILES = 150
_ANNOTATION = r"(?:[ \t]*:[ \t]*[\w.\"'\[\]]{1,60})?"
_FACTORY = re.compile(r"(?m)^(?:async )?def (create_app|make_app|create_application|get_app)\(")
_IMPORT = re.compile(r"(?m)^[ \t]*(?:from|import)[ \t]+(\w+)")
_MAIN = re.compile(r"(?m)^if __name__ == [\"']__main__[\"']")
_STREAMLIT = re.compile(r"(?m)^(?:import|from)[ \t]+streamlit\b")
_LIBRARIES = (
    ("aiohttp", "aiohttp", 8080),
    ("sanic", "Sanic", 8000),
    ("tornado", "Tornado", 8888),
    ("bottle", "Bottle", 8080),
    ("cherrypy", "CherryPy", 8080),
    ("gradio", "Gradio", 7860),
    ("dash", "Dash", 8050),
    ("nicegui", "NiceGUI", 8080),
    ("quart", "Quart", 5000),
    ("falcon", "Falcon", 8000),
    ("http", "http.server", 0),
    ("socketserver", "socketserver", 0),
    ("wsgiref", "wsgiref", 0),
)
"""Modules whose import says that a program serves; their usual ports, 0 where the program must name one."""
_NAMES = ("main", "app", "server", "wsgi", "asgi", "api", "run", "application", "web", "manage")


def _made_by(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?m)^(\w+){_ANNOTATION}[ \t]*=[ \t]*(?:\w+\.)?{name}\(")


_APPLICATIONS = (
    ("fastapi", "FastAPI", _made_by("FastAPI")),
    ("flask", "Flask", _made_by("Flask")),
    ("starlette", "Starlette", _made_by("Starlette")),
    ("litestar", "Litestar", _made_by("Litestar")),
)


@dataclass(frozen=True)
class Entry:
    """What starts the application: a module's variable, or a file."""

    framework: str
    title: str
    path: str
    file: str
    """The same, relative to the project."""
    module: str = ""
    variable: str = ""
    app_dir: str = ""
    """Where the module is imported from, relative to the project; empty for the project itself."""
    port: int = 0
    is_seen: bool = True
    """Whether anything shows that it listens."""


def find_entry(files: Files, folder: str) -> Entry | None:
    """Django's manage.py, then an application object, then Streamlit, then a program."""
    code = _code(files, folder)
    for find in (_django, _application, _streamlit, _program):
        if entry := find(files, folder, code):
            return entry
    return None


def _django(files: Files, folder: str, code: list[str]) -> Entry | None:
    for path in code:
        is_manage = name_of(path) == "manage.py" and depth_below(path, folder) <= 1
        if is_manage and "DJANGO_SETTINGS_MODULE" in files.text(path):
            file = _relative(path, folder)
            wsgi = _django_module(files, folder_of(path))
            app_dir = file.removesuffix("manage.py").rstrip("/")
            return Entry("django", "Django", path, file, wsgi, "application", app_dir, 8000)
    return None


def _django_module(files: Files, folder: str) -> str:
    """The package with `wsgi.py` beside manage.py."""
    for each in files.folders(folder):
        if "wsgi.py" in files.names(join(folder, each)):
            return f"{each}.wsgi"
    return ""


def _application(files: Files, folder: str, code: list[str]) -> Entry | None:
    for name, title, pattern in _APPLICATIONS:
        for path in code:
            text = files.text(path)
            if variable := _variable(name, text, pattern):
                app_dir, module = _module(files, folder, path)
                port = port_in_code(text, "python")
                file = _relative(path, folder)
                return Entry(name, title, path, file, module, variable, app_dir, port)
    return None


def _variable(name: str, text: str, pattern: re.Pattern[str]) -> str:
    """`app`, or `create_app()` for a factory."""
    if found := pattern.search(text):
        return found[1]
    factory = _FACTORY.search(text)
    makes = re.search(rf"\b{name}\(", text, re.IGNORECASE)
    return f"{factory[1]}()" if factory and makes else ""


def _streamlit(files: Files, folder: str, code: list[str]) -> Entry | None:
    found = [path for path in code if _STREAMLIT.search(files.text(path))]
    if not found:
        return None
    names = ("streamlit_app.py", "Home.py", "home.py", "app.py", "main.py")
    path = next((each for name in names for each in found if name_of(each) == name), found[0])
    return Entry("streamlit", "Streamlit", path, _relative(path, folder), port=8501)


def _program(files: Files, folder: str, code: list[str]) -> Entry | None:
    """A file that runs when it is called; one that listens before one of which nothing is seen."""
    runnable = [
        path for path in code if name_of(path) == "__main__.py" or _MAIN.search(files.text(path))
    ]
    runnable += [path for path in code if folder_of(path) == folder and path not in runnable]
    entries = [
        _as_program(files, folder, path) for path in runnable if name_of(path) != "__init__.py"
    ]
    return min(entries, key=lambda each: not each.is_seen, default=None)


def _as_program(files: Files, folder: str, path: str) -> Entry:
    text = files.text(path)
    imported = set(_IMPORT.findall(text))
    library = next((each for each in _LIBRARIES if each[0] in imported), None)
    is_server = library is not None and (library[0] != "http" or "http.server" in text)
    port = port_in_code(text, "python") or (library[2] if library and is_server else 0)
    name, title = (
        (library[0], library[1]) if library and is_server and library[2] else ("", "Python")
    )
    app_dir, module = (
        _module(files, folder, folder_of(path)) if name_of(path) == "__main__.py" else ("", "")
    )
    file = _relative(path, folder)
    is_seen = is_server or port > 0
    return Entry(name, title, path, file, module, "", app_dir, port, is_seen)


def _code(files: Files, folder: str) -> list[str]:
    """Python files of this project, the nearest and most usual first."""
    found = [
        path
        for path in files.read_under(folder)
        if path.endswith(".py")
        and not name_of(path).startswith(("test_", "conftest"))
        and is_shell_safe(_relative(path, folder))
        and depth_below(path, folder) <= _MAX_DEPTH
        and not _is_of_another(files, path, folder)
    ]
    found.sort(key=lambda each: (depth_below(each, folder), _place(each), each))
    return found[:_MAX_FILES]


def _place(path: str) -> int:
    stem = name_of(path).removesuffix(".py")
    return _NAMES.index(stem) if stem in _NAMES else len(_NAMES)


def _is_of_another(files: Files, path: str, folder: str) -> bool:
    place = folder_of(path)
    while place not in (folder, "."):
        if not files.names(place).isdisjoint(MANIFESTS):
            return True
        place = folder_of(place)
    return False


def _module(files: Files, folder: str, path: str) -> tuple[str, str]:
    """Where a module is imported from, and its name there: by its own imports, and by the `src` layout."""
    parts = _relative(path, folder).removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    own_folder = folder_of(path)
    if len(parts) == 1:
        return "", parts[0]
    imported = set(_IMPORT.findall(files.text(path)))
    beside = {each.removesuffix(".py") for each in files.names(own_folder) if each.endswith(".py")}
    is_package = "__init__.py" in files.names(own_folder)
    if (
        not is_package
        and parts[0] not in imported
        and imported & (beside | set(files.folders(own_folder)))
    ):
        return "/".join(parts[:-1]), parts[-1]
    top = join(folder, parts[0])
    if parts[0] == "src" and "src" not in imported and "__init__.py" not in files.names(top):
        return "src", ".".join(parts[1:])
    return "", ".".join(parts)


def _relative(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/")
