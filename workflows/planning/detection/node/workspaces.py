"""Workspaces: which directories a root manifest names as its members, and which workspace a directory belongs to."""

import fnmatch

from workflows.planning.detection.files import ROOT, Files, folder_of, join, resolve, strings
from workflows.planning.detection.node.manifest import Manifest, read_manifest

MAX_MEMBERS = 200
"""Members that are looked at; a larger workspace names the application's directory itself."""


def member_folders(files: Files, folder: str = ROOT) -> list[str]:
    """Directories with a package.json that the workspace in `folder` names, in its order."""
    return files.once(f"members of {folder}", lambda: _members(files, folder))


def _members(files: Files, folder: str) -> list[str]:
    found: dict[str, None] = {}
    for pattern in _globs(files, folder):
        if pattern.startswith("!"):
            for each in _expand(files, folder, pattern[1:]):
                found.pop(each, None)
            continue
        for each in _expand(files, folder, pattern):
            found[each] = None
            if len(found) >= MAX_MEMBERS:
                return list(found)
    return list(found)


def workspace_of(files: Files, folder: str) -> str:
    """The workspace that a directory is a member of; empty when it stands alone."""
    place = folder
    while place != ROOT:
        place = folder_of(place)
        if folder in member_folders(files, place):
            return place
    return ""


def members(files: Files, folder: str) -> list[Manifest]:
    found = (read_manifest(files, each) for each in member_folders(files, folder))
    return [each for each in found if each]


def _globs(files: Files, folder: str) -> list[str]:
    pnpm = files.mapping(join(folder, "pnpm-workspace.yaml"))
    if pnpm:
        return strings(pnpm.get("packages"))
    manifest = read_manifest(files, folder)
    lerna = files.mapping(join(folder, "lerna.json"))
    return (manifest.workspaces if manifest else []) or strings(lerna.get("packages"))


def _expand(files: Files, folder: str, pattern: str) -> list[str]:
    """`apps/*`, `packages/**`, `packages/ui-*` and plain directories."""
    cleaned = resolve(folder, pattern.removesuffix("/"))
    places = [ROOT] if cleaned else []
    for part in cleaned.split("/"):
        places = [each for place in places for each in _step(files, place, part)][:MAX_MEMBERS]
    return [place for place in places if "package.json" in files.names(place) and place != folder]


def _step(files: Files, place: str, part: str) -> list[str]:
    if part == "**":
        return _below(files, place)
    if any(each in part for each in "*?["):
        return [join(place, each) for each in fnmatch.filter(files.folders(place), part)]
    path = join(place, part)
    return [path] if files.is_folder(path) else []


def _below(files: Files, place: str) -> list[str]:
    """Every directory below one that may hold a package, the nearest first."""
    found: list[str] = []
    next_level = [place]
    while next_level and len(found) < MAX_MEMBERS:
        found += next_level
        next_level = [
            join(each, name)
            for each in next_level
            for name in files.folders(each)
            if name != "node_modules"
        ]
    return found
