"""Package managers of Node.js: which version of one an image gets, what it keeps, and what tells it where packages are."""

import re

from pydantic import JsonValue

from workflows.planning.detection.files import folder_of, join, string
from workflows.planning.dockerfiles import mirrors
from workflows.planning.dockerfiles.model import HOME, Layout

_CACHES = {
    "npm": ".npm",
    "pnpm": ".local/share/pnpm/store",
    "yarn": ".cache/yarn",
    "bun": ".bun/install/cache",
}
_PNPM = "10"
"""Reads the lock files that pnpm 9 and later write."""
_OLDER_PNPM = {"5": "7", "6": "8"}
"""First number of a lock file's version to the pnpm that reads it; newer ones refuse it."""
_BUN = "1"
_YARN = "1.22.22"
"""The last Yarn 1; what npm calls the newest `yarn` is another program."""
_EXACT = re.compile(r"\d+\.\d+\.\d+")
_LOCKFILE_VERSION = re.compile(r"(?m)^lockfileVersion: *['\"]?(\d+)")


def tool_of(layout: Layout) -> str:
    """The package manager to install, as npm names it; empty when the image has it."""
    manager = layout.application.package_manager
    named = _named_version(layout)
    if manager == "pnpm":
        return f"pnpm@{named or _pnpm_of(layout)}"
    if manager == "bun":
        return f"bun@{named or _BUN}"
    if manager != "yarn":
        return ""
    # Images of Node.js 25 and older have a Yarn 1, which is replaced; newer ones have none.
    if not _is_berry(layout):
        return f"--force yarn@{named or _YARN}"
    # Yarn 1 hands over to the program that the repository brings.
    berry = f"@yarnpkg/cli-dist@{named or '4'}"
    return f"--force {f'yarn@{_YARN}' if _brings_yarn(layout) else berry}"


def caches_of(layout: Layout) -> list[str]:
    """Directories to keep between builds. Plug'n'Play runs from Yarn's, which the image therefore keeps.

    What a package manager writes lies in the directory or beside it in the home: those above it are root's while it runs.
    """
    if _is_berry(layout):
        linker = string(layout.files.mapping(layout.path(".yarnrc.yml")).get("nodeLinker"))
        return [f"{HOME}/.yarn/berry"] if linker == "node-modules" else []
    return [f"{HOME}/{_CACHES.get(layout.application.package_manager, '.npm')}"]


def mirrors_of(layout: Layout) -> tuple[str, ...]:
    """Arguments that the package manager reads, and npm, with which it is installed."""
    if _is_berry(layout):
        return (*mirrors.NODE, *mirrors.BERRY)
    is_pnpm = layout.application.package_manager == "pnpm"
    return (*mirrors.NODE, *mirrors.PNPM) if is_pnpm else mirrors.NODE


def _is_berry(layout: Layout) -> bool:
    """Whether it is Yarn 2 or later."""
    if layout.application.package_manager != "yarn":
        return False
    named = _named_version(layout)
    return "--immutable" in layout.application.install or (
        bool(named) and not named.startswith("1.")
    )


def _pnpm_of(layout: Layout) -> str:
    for folder in (layout.application.workdir, layout.context):
        text = layout.files.text(join(folder, "pnpm-lock.yaml"))
        if found := _LOCKFILE_VERSION.search(text):
            return _OLDER_PNPM.get(found[1], _PNPM)
    return _PNPM


def _named_version(layout: Layout) -> str:
    """What `packageManager` in the nearest manifest names: `pnpm@9.15.0+sha512…`."""
    for folder in (layout.application.workdir, layout.context):
        manifest = layout.files.mapping(join(folder, "package.json"))
        value: JsonValue = manifest.get("packageManager")
        name, _, version = string(value).partition("@")
        exact = version.partition("+")[0]
        if name == layout.application.package_manager and _EXACT.fullmatch(exact):
            return exact
    return ""


def _brings_yarn(layout: Layout) -> bool:
    settings = layout.files.mapping(layout.path(".yarnrc.yml"))
    path = string(settings.get("yarnPath"))
    return bool(path) and folder_of(path).startswith(".yarn") and layout.has(path)
