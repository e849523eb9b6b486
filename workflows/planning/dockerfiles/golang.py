"""Images of Go programs: compiled in one, run in another that holds nothing else."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from workflows.models import ApplicationKind
from workflows.planning.detection.files import join
from workflows.planning.detection.golang import used_folders
from workflows.planning.dockerfiles.blocks import (
    APP,
    Manifests,
    add_user,
    copy_manifests,
    copy_sources,
    enter_member,
    finish,
    gather,
    place_of,
)
from workflows.planning.dockerfiles.golang_packages import code_of, imported_packages
from workflows.planning.dockerfiles.model import HOME, USER, Layout, Recipe
from workflows.planning.dockerfiles.starting import Start, start_of
from workflows.planning.dockerfiles.text import Instructions
from workflows.planning.dockerfiles.versions import GO, version_of

_PROGRAM = "./bin/app"
_SMALL = "docker.io/library/busybox:1.37"
_WITH_C = "docker.io/library/debian:bookworm-slim"
_LOCAL = re.compile(r"=>[ \t]*\"?\.{1,2}/")
_C_IMPORT = re.compile(r'(?m)^[ \t]*(?:import[ \t]+)?"C"[ \t]*$')
_C_MODULES = ("github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go")
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def make_go(layout: Layout) -> Recipe:
    """Raises PlanError when nothing says what to start."""
    application = layout.application
    start = start_of(application)
    is_program = application.kind is ApplicationKind.GO and start.command == _PROGRAM
    if is_program and application.build:
        return _compiled(layout, start)
    return _with_toolchain(layout, start)


def _compiled(layout: Layout, start: Start) -> Recipe:
    has_c, made, place = _has_c(layout), f"{HOME}/made", place_of(layout)
    lines = Instructions()
    _begin(lines, layout, stage="build", variables={"CGO_ENABLED": str(int(has_c))})
    _sources(lines, layout)
    lines.run(layout.application.build)
    lines.run(f"mkdir -p {made}", f"cp {_PROGRAM} {made}/")
    lines.comment(
        "The program, with what its directory holds besides: templates, migrations, files."
    )
    lines.base(_WITH_C if has_c else _SMALL)
    add_user(lines, layout)
    lines.copy([_CERTIFICATES], _CERTIFICATES, stage="build")
    lines.env({"HOME": HOME})
    lines.workdir(place)
    lines.user(USER)
    lines.copy(["."], f"{APP}/", owner=USER, is_linked=True)
    lines.copy([f"{made}/"], "bin/", owner=USER, stage="build", is_linked=True)
    finish(lines, layout, start.command, {})
    return Recipe(lines, (_reason(layout),))


def _with_toolchain(layout: Layout, start: Start) -> Recipe:
    """For commands of people's own: they may call the compiler."""
    lines = Instructions()
    _begin(lines, layout)
    lines.extend_path(f"{place_of(layout)}/bin")
    _sources(lines, layout)
    if not start.follows_changes:
        if layout.application.build:
            lines.run(layout.application.build)
        lines.run('GOBIN="$PWD/bin" go install ./...')
    finish(lines, layout, start.command, {})
    return Recipe(lines, tuple(each for each in (_reason(layout), start.reason) if each))


def image_of(layout: Layout) -> str:
    """The image of Go that the application is compiled in."""
    return f"docker.io/library/golang:{version_of(layout.application, GO)}"


def _begin(
    lines: Instructions,
    layout: Layout,
    stage: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> None:
    lines.base(image_of(layout), stage)
    add_user(lines, layout)
    lines.env({"HOME": HOME, "GOPATH": f"{HOME}/go", **variables})
    lines.workdir(APP)
    lines.user(USER)


def _sources(lines: Instructions, layout: Layout) -> None:
    """Modules first, fetched and compiled; those that the repository brings itself need no fetching.

    Both are layers, not cache mounts: layers reach the next build also where that runs on another machine.
    """
    manifests, fetch = _manifests(layout), layout.application.install
    is_brought = any(layout.is_folder(each) for each in ("vendor", layout.member_path("vendor")))
    if is_brought or not any("require" in _text(layout, each) for each in manifests.paths):
        manifests, fetch = Manifests(), ""
    if fetch:
        copy_manifests(lines, manifests)
    enter_member(lines, layout)
    if fetch:
        lines.run(fetch)
    if not manifests.obstacle:
        _compile_imports(lines, imported_packages(layout, with_modules=bool(fetch)))
    copy_sources(lines, manifests, is_last=False)


def _compile_imports(lines: Instructions, packages: tuple[str, ...]) -> None:
    """A package that cannot be compiled on its own is no failure: the program's own compilation judges."""
    if packages:
        lines.comment("What the code imports, once for all changes that import nothing else.")
        lines.run(f"go build {' '.join(packages)} || true")


def _manifests(layout: Layout) -> Manifests:
    folders = [layout.member]
    if layout.has("go.work"):
        folders += [layout.relative(each) or each for each in used_folders(layout.files)]
    names = ["go.work", "go.work.sum"]
    names += [join(each, name) for each in folders for name in ("go.mod", "go.sum")]
    local = next((each for each in names if _LOCAL.search(_text(layout, each))), "")
    return gather(
        layout, names, obstacle=f"{local} replaces modules by directories" if local else ""
    )


def _has_c(layout: Layout) -> bool:
    """Whether a C compiler takes part; such programs need the C library they were linked with."""
    module = _text(layout, layout.member_path("go.mod"))
    if any(each in module for each in _C_MODULES):
        return True
    return any(_C_IMPORT.search(layout.files.text(each)) for each in code_of(layout))


def _text(layout: Layout, name: str) -> str:
    return layout.files.text(layout.path(name))


def _reason(layout: Layout) -> str:
    return f"The generated Dockerfile compiles with Go {version_of(layout.application, GO)}."
