"""Paragraphs that the Dockerfiles of all languages share."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.models import ApplicationKind
from workflows.planning.detection.files import ROOT, folder_of, is_shell_safe
from workflows.planning.dockerfiles.model import HOME, USER, Layout
from workflows.planning.dockerfiles.text import Instructions, shell_word

APP = "/app"
"""Where the context is copied to."""
MAX_MANIFESTS = 24
"""Each costs a layer, of which an image may have 127; with more of them everything is copied at once."""
NAMING_USER = (
    f"echo 'app:x:{USER}:{USER}:app:{HOME}:/bin/sh' >> /etc/passwd",
    f"echo 'app:x:{USER}:' >> /etc/group",
)
"""Works in every image that has a shell; some programs fail for a user without a name."""


@dataclass(frozen=True)
class Manifests:
    """What an installation reads; `obstacle` says why it cannot be told apart from the sources."""

    paths: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    obstacle: str = ""


def gather(
    layout: Layout, names: Sequence[str], folders: Sequence[str] = (), *, obstacle: str = ""
) -> Manifests:
    """Those of the files and directories that are there. Paths are relative to the context."""
    paths = tuple(dict.fromkeys(each for each in names if layout.has(each)))
    found = tuple(dict.fromkeys(each for each in folders if layout.is_folder(each)))
    if odd := next((each for each in (*paths, *found) if not is_shell_safe(each)), ""):
        obstacle = obstacle or f"the path `{odd}` cannot stand in a Dockerfile as it is"
    if len(paths) + len(found) > MAX_MANIFESTS:
        obstacle = obstacle or f"the workspace has more than {MAX_MANIFESTS} packages"
    return Manifests(paths, found, obstacle)


def place_of(layout: Layout) -> str:
    """Where the application's own directory is in the image."""
    return APP if layout.member == ROOT else f"{APP}/{layout.member}"


def add_user(instructions: Instructions, layout: Layout, *folders: str) -> None:
    """A user without rights, and directories that belong to it."""
    made = " ".join(shell_word(each) for each in (place_of(layout), HOME, *folders))
    owned = " ".join((APP, HOME, *folders))
    instructions.comment("It runs as a user without rights, by its number, who owns its own files.")
    instructions.run(*NAMING_USER, f"mkdir -p {made}", f"chown -R {USER}:{USER} {owned}")


def declare_mirrors(instructions: Instructions, names: Sequence[str]) -> None:
    """Right after the base: package managers themselves are fetched as packages."""
    instructions.comment(
        "Where packages come from; the registries of the world where nobody says it."
    )
    instructions.arguments(names)


def copy_manifests(instructions: Instructions, manifests: Manifests) -> None:
    """Each to its own place, before the sources; everything, where that cannot be told apart."""
    if manifests.obstacle:
        instructions.comment(f"Everything comes before the installation: {manifests.obstacle}.")
        instructions.copy(["."], f"{APP}/", owner=USER)
        return
    instructions.comment("Dependencies come first: a change of the sources alone installs nothing.")
    by_folder: dict[str, list[str]] = {}
    for path in manifests.paths:
        by_folder.setdefault(folder_of(path), []).append(path)
    for folder, paths in by_folder.items():
        target = f"{APP}/" if folder == ROOT else f"{APP}/{folder}/"
        instructions.copy(paths, target, owner=USER)
    for folder in manifests.folders:
        instructions.copy([f"{folder}/"], f"{APP}/{folder}/", owner=USER)


def copy_sources(instructions: Instructions, manifests: Manifests, *, is_last: bool) -> None:
    """The rest of the context. A last layer stands on its own, so that nothing below is unpacked for it."""
    if not manifests.obstacle:
        instructions.comment("The sources.")
        instructions.copy(["."], f"{APP}/", owner=USER, is_linked=is_last)


def enter_member(instructions: Instructions, layout: Layout) -> None:
    if layout.member != ROOT:
        instructions.workdir(place_of(layout))


def finish(
    instructions: Instructions, layout: Layout, command: str, variables: dict[str, str]
) -> None:
    """Variables, the port, and what is started."""
    own = {
        name: value
        for name, value in layout.application.variables.items()
        if "{" not in value  # only known where it runs
    }
    instructions.comment("What it is told, where it listens, and how it is started.")
    instructions.env({**variables, **own, "PORT": str(layout.port)})
    instructions.expose(layout.port)
    instructions.start(command)


def needs_make(layout: Layout) -> bool:
    """The small images have no make."""
    return layout.application.kind is ApplicationKind.MAKE
