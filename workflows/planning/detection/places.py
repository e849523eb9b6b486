"""Which directories are searched, and what all detectors say about one of them."""

from dataclasses import dataclass

from workflows.planning.detection.compose import ComposeFinding, detect_compose
from workflows.planning.detection.dockerfile import detect_dockerfile
from workflows.planning.detection.dressing import Fit
from workflows.planning.detection.files import ROOT, Files, join
from workflows.planning.detection.golang import detect_go, go_toolchain, used_folders
from workflows.planning.detection.interest import words
from workflows.planning.detection.makefile import detect_makefile
from workflows.planning.detection.node import detect_node, member_folders, node_toolchain
from workflows.planning.detection.order import GROUPS, NAMED, by_preference
from workflows.planning.detection.procfile import detect_procfile
from workflows.planning.detection.proposal import Proposal, Standing, Toolchain
from workflows.planning.detection.python import detect_python, python_toolchain
from workflows.planning.detection.shell import Call
from workflows.planning.detection.static import detect_static
from workflows.planning.detection.unsupported import (
    Unsupported,
    find_unsupported,
    unsupported_program,
)

MAX_PLACES = 60
"""Directories that are searched; in a larger monorepo `workdir` names the application."""
_PROGRAMS = {
    "node": words(
        "node npm npx pnpm yarn bun tsx ts-node nodemon next vite nuxt astro nest remix turbo"
    ),
    "python": words(
        "python python3 uvicorn gunicorn flask fastapi streamlit hypercorn daphne waitress-serve "
        "django-admin uv poetry pipenv celery granian"
    ),
    "go": words("go air reflex CompileDaemon"),
}
_TOOLCHAINS = {"node": node_toolchain, "python": python_toolchain, "go": go_toolchain}


@dataclass(frozen=True)
class Place:
    """Everything found in one directory."""

    folder: str
    proposals: tuple[Proposal, ...]
    notes: tuple[str, ...]
    told: tuple[str, ...]
    warnings: tuple[str, ...]
    compose: ComposeFinding
    unsupported: Unsupported | None


def search_order(files: Files) -> list[str]:
    """The root, the usual names, then the members of groups and workspaces; each once."""
    groups = [[join(group, each) for each in files.folders(group)] for group in GROUPS]
    groups += [member_folders(files), used_folders(files)]
    found = [ROOT, *(each for each in NAMED if files.is_folder(each))]
    for group in groups:
        found += sorted(group, key=by_preference)
    return list(dict.fromkeys(found))


def look_at(files: Files, folder: str) -> Place:
    """What could run in one directory, in the order of precedence (ENV-007)."""
    compose = detect_compose(files, folder)
    python, go = detect_python(files, folder), detect_go(files, folder)
    unsupported = find_unsupported(files, folder)
    beside = _beside((*python.proposals, *go.proposals), unsupported)

    def toolchains(calls: list[Call]) -> Fit:
        return _fitting(files, folder, calls, unsupported)

    findings = [
        compose.finding,
        detect_dockerfile(files, folder),
        detect_node(files, folder, beside),
        detect_makefile(files, folder, toolchains),
        detect_procfile(files, folder, toolchains),
        python,
        go,
        detect_static(files, folder),
    ]
    proposals = [each for finding in findings for each in finding.proposals]
    notes = [each for finding in findings for each in finding.notes]
    if unsupported:
        notes.append(unsupported.reason)
    return Place(
        folder=folder,
        proposals=tuple(sorted(proposals, key=lambda each: each.rank)),
        notes=tuple(notes),
        told=tuple(each for finding in findings for each in finding.told),
        warnings=tuple(each for finding in findings for each in finding.warnings),
        compose=compose,
        unsupported=unsupported,
    )


def _beside(proposals: tuple[Proposal, ...], unsupported: Unsupported | None) -> str:
    """The server of another language than JavaScript, as the end of a sentence."""
    for each in proposals:
        if each.standing is Standing.SERVES:
            return f"{each.title} (`{each.path}`)"
    is_server = unsupported is not None and unsupported.is_server
    return f"{unsupported.title} (`{unsupported.path}`)" if unsupported and is_server else ""


def _fitting(files: Files, folder: str, calls: list[Call], unsupported: Unsupported | None) -> Fit:
    """By the programs that are called, else the first there is."""
    if foreign := unsupported_program(calls):
        return Fit(foreign=foreign)
    wanted = languages_of(calls)
    for language in dict.fromkeys([*wanted, *_TOOLCHAINS]):
        if found := _TOOLCHAINS[language](files, folder):
            return Fit(found)
    is_foreign = unsupported is not None and unsupported.is_server and not wanted
    return Fit(
        foreign=f"{unsupported.title} (`{unsupported.path}`)" if unsupported and is_foreign else ""
    )


def languages_of(calls: list[Call]) -> list[str]:
    """The languages whose programs are called, in that order."""
    return [name for call in calls for name, known in _PROGRAMS.items() if call.program in known]


def toolchain_of(files: Files, folder: str, language: str) -> Toolchain | None:
    """The toolchain of one language; of the first there is, where none is named."""
    makers = [_TOOLCHAINS[language]] if language in _TOOLCHAINS else list(_TOOLCHAINS.values())
    return next((found for make in makers if (found := make(files, folder))), None)
