"""Go: `go.mod`, the package that is a program, and where its code listens."""

import re
from dataclasses import dataclass

from workflows.models import Application, ApplicationKind
from workflows.planning.detection.files import (
    ROOT,
    Files,
    depth_below,
    folder_of,
    is_shell_safe,
    join,
    name_of,
    resolve,
)
from workflows.planning.detection.ports import port_in_code
from workflows.planning.detection.proposal import Finding, Proposal, Rank, Standing, Toolchain
from workflows.planning.detection.versions import go_version

_FRAMEWORKS = {
    "github.com/gin-gonic/gin": ("gin", "Gin", 8080),
    "github.com/labstack/echo": ("echo", "Echo", 1323),
    "github.com/gofiber/fiber": ("fiber", "Fiber", 3000),
    "github.com/go-chi/chi": ("chi", "chi", 0),
    "github.com/gorilla/mux": ("gorilla", "gorilla/mux", 0),
    "github.com/beego/beego": ("beego", "Beego", 8080),
}
_MAIN = re.compile(r"(?m)^package\s+main\b")
_LISTENS = re.compile(r"\bhttp\.(?:Server|ListenAndServe|Serve)\b|\bnet\.Listen\(")
_USE = re.compile(r"(?m)^[ \t]*(?:use[ \t]+)?\"?(\.[\w./\-]*)\"?[ \t]*(?://.*)?$")
_LIKELY = ("server", "web", "api", "app", "http", "site")
_MAX_DEPTH = 3
_MAX_FILES = 40


@dataclass(frozen=True)
class _Program:
    package: str
    """`.` or `./cmd/server`."""
    path: str


def detect_go(files: Files, folder: str) -> Finding:
    path = join(folder, "go.mod")
    if not files.has(path):
        return Finding()
    programs = _programs(files, folder)
    if not programs:
        note = (
            f"`{path}` is a Go module without a `package main` in its own directory or in `cmd/`."
        )
        return Finding(notes=(note,))
    program, chosen = _choose(programs, name_of(folder))
    tools = _toolchain(files, folder, program)
    standing = Standing.SERVES if tools.port or tools.framework else Standing.UNSEEN
    is_silent = standing is Standing.UNSEEN
    application = Application(
        kind=ApplicationKind.GO,
        workdir=folder,
        workspace=tools.workspace,
        language="go",
        framework=tools.framework,
        language_version=tools.version,
        is_version_minimum=tools.is_minimum,
        package_manager="go",
        install=tools.install,
        build=tools.build,
        start="./bin/app",
        dev=f"go run {program.package}",
        port=tools.port,
        variables={"PORT": str(tools.port)} if tools.port else {},
    )
    proposal = Proposal(
        rank=Rank.GO,
        application=application,
        path=path,
        title=tools.title,
        reasons=(
            f"`{path}` is a Go module, and `{program.path}` its program.",
            chosen,
            *tools.reasons,
        )
        if chosen
        else (f"`{path}` is a Go module, and `{program.path}` its program.", *tools.reasons),
        standing=standing,
        doubt=f"Nothing in the Go code of `{folder}` is seen to listen." if is_silent else "",
    )
    return Finding((proposal,))


def go_toolchain(files: Files, folder: str) -> Toolchain | None:
    if not files.has(join(folder, "go.mod")):
        return None
    programs = _programs(files, folder)
    return _toolchain(files, folder, _choose(programs, name_of(folder))[0] if programs else None)


def used_folders(files: Files) -> list[str]:
    """Directories that `go.work` names at the root."""
    found = (resolve(ROOT, each) for each in _USE.findall(files.text("go.work")))
    return [each for each in dict.fromkeys(found) if each and "go.mod" in files.names(each)]


def _toolchain(files: Files, folder: str, program: _Program | None) -> Toolchain:
    module = join(folder, "go.mod")
    required = files.text(module)
    framework, title, usual = next(
        (known for path, known in _FRAMEWORKS.items() if path in required), ("", "Go", 0)
    )
    code = _code(files, folder, program)
    port, reason = next(
        (
            (port, f"Port {port}, by `{path}`.")
            for path in code
            if (port := port_in_code(files.text(path), "go"))
        ),
        (usual, f"Port {usual}, the usual one of {title}." if usual else ""),
    )
    if not framework and any(_LISTENS.search(files.text(path)) for path in code):
        framework = "net/http"
    version = go_version(files, module)
    reasons = (f"{title}, by `{module}`." if usual or title != "Go" else "", reason, version.reason)
    return Toolchain(
        language="go",
        title=title,
        framework=framework,
        version=version.number,
        is_minimum=version.is_minimum,
        manager="go",
        install="go mod download",
        build=f"go build -o bin/app {program.package}" if program else "",
        workspace=ROOT if folder != ROOT and folder in used_folders(files) else "",
        port=port,
        port_reason=reason,
        reasons=tuple(each for each in reasons if each),
    )


def _programs(files: Files, folder: str) -> list[_Program]:
    """Packages `main`: the directory itself, then those in `cmd/`."""
    places = [(folder, ".")]
    places += [
        (join(join(folder, "cmd"), each), f"./cmd/{each}")
        for each in files.folders(join(folder, "cmd"))
        if is_shell_safe(each)
    ]
    places.insert(1, (join(folder, "cmd"), "./cmd"))
    found = []
    for place, package in places:
        names = sorted(each for each in files.names(place) if each.endswith(".go"))
        names.sort(key=lambda each: each != "main.go")
        path = next((join(place, each) for each in names if _is_main(files, join(place, each))), "")
        if path:
            found.append(_Program(package, path))
    return found


def _is_main(files: Files, path: str) -> bool:
    return _MAIN.search(files.text(path)) is not None


def _choose(programs: list[_Program], module: str) -> tuple[_Program, str]:
    if len(programs) == 1 or programs[0].package == ".":
        return programs[0], ""

    def order(program: _Program) -> tuple[int, str]:
        name = name_of(program.package)
        likely = (*_LIKELY, module)
        return next((index for index, each in enumerate(likely) if each == name), len(likely)), name

    chosen = min(programs, key=order)
    others = ", ".join(f"`{each.package}`" for each in programs[:6] if each is not chosen)
    return chosen, f"Of several programs `{chosen.package}` is taken; the others are {others}."


def _code(files: Files, folder: str, program: _Program | None) -> list[str]:
    """The program's own directory first, then files near it that usually hold a server."""
    beside = folder_of(program.path) if program else folder
    near = [
        each
        for each in files.read_under(folder)
        if each.endswith(".go")
        and not each.endswith("_test.go")
        and depth_below(each, folder) <= _MAX_DEPTH
    ]
    near.sort(key=lambda each: folder_of(each) != beside)
    return near[:_MAX_FILES]
