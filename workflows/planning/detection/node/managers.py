"""Which package manager a Node.js application is installed with: lock files first, then what its manifest names."""

import re
from dataclasses import dataclass

from workflows.models import PackageManager
from workflows.planning.detection.files import Files, join, string
from workflows.planning.detection.node.manifest import Manifest, read_manifest
from workflows.planning.detection.node.workspaces import workspace_of

LOCKS: tuple[tuple[PackageManager, tuple[str, ...]], ...] = (
    ("pnpm", ("pnpm-lock.yaml",)),
    ("yarn", ("yarn.lock",)),
    ("bun", ("bun.lock", "bun.lockb")),
    ("npm", ("package-lock.json", "npm-shrinkwrap.json")),
)
"""npm's comes last: it is the one that appears by accident beside another."""

_BERRY_LOCK = re.compile(r"(?m)^__metadata:")


@dataclass(frozen=True)
class Manager:
    name: PackageManager
    install: str
    workspace: str = ""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    has_modules: bool = True
    """False where Yarn's Plug'n'Play stands in for `node_modules`, of which Node.js alone knows nothing."""

    def run(self, script: str, arguments: str = "") -> str:
        if script == "start" and not arguments and self.name != "bun":
            return f"{self.name} start"
        separator = " -- " if self.name == "npm" else " "
        return f"{self.name} run {script}" + (f"{separator}{arguments}" if arguments else "")

    def execute(self, command: str) -> str:
        """Run a program of the installed packages."""
        if not command or (command.startswith("node ") and self.has_modules):
            return command
        prefix = {"pnpm": "pnpm exec", "yarn": "yarn", "bun": "bunx"}.get(self.name, "npx")
        return f"{prefix} {command}"


def find_manager(files: Files, manifest: Manifest) -> Manager:
    workspace = workspace_of(files, manifest.folder)
    folders = dict.fromkeys((manifest.folder, workspace or manifest.folder))
    for folder in folders:
        locks = [
            (manager, join(folder, name))
            for manager, names in LOCKS
            for name in names
            if name in files.names(folder)
        ]
        if locks:
            return _by_lock(files, manifest, workspace, locks)
    name, path = _named(files, manifest, workspace)
    if name:
        reason = f"{name}, by `packageManager` in `{path}`; there is no lock file."
    else:
        name, reason = "npm", f"npm, because no lock file stands beside `{manifest.path}`."
    warning = f"`{manifest.path}` has no lock file: every build may install other versions."
    return Manager(name, f"{name} install", workspace, (reason,), (warning,))


def _by_lock(
    files: Files, manifest: Manifest, workspace: str, locks: list[tuple[PackageManager, str]]
) -> Manager:
    named, path = _named(files, manifest, workspace)
    chosen, lock = next((each for each in locks if each[0] == named), locks[0])
    warnings = []
    if len({manager for manager, _ in locks}) > 1:
        listed = ", ".join(f"`{each}`" for _, each in locks)
        warnings.append(
            f"There are lock files of several package managers ({listed}); {chosen} is used."
        )
    elif named and named != chosen:
        warnings.append(f"`packageManager` in `{path}` names {named}, and `{lock}` is of {chosen}.")
    is_berry = chosen == "yarn" and _is_berry(files, manifest, workspace)
    install = {
        "npm": "npm ci",
        "pnpm": "pnpm install --frozen-lockfile",
        "bun": "bun install --frozen-lockfile",
        "yarn": "yarn install --immutable" if is_berry else "yarn install --frozen-lockfile",
    }[chosen]
    reasons = (f"{chosen}, by `{lock}`.",)
    has_modules = not is_berry or _links(files, workspace or manifest.folder)
    return Manager(chosen, install, workspace, reasons, tuple(warnings), has_modules)


def _links(files: Files, top: str) -> bool:
    """Whether Yarn makes `node_modules`: https://yarnpkg.com/configuration/yarnrc#nodeLinker"""
    settings = files.mapping(join(top, ".yarnrc.yml"))
    return string(settings.get("nodeLinker")) not in ("", "pnp")


def _named(files: Files, manifest: Manifest, workspace: str) -> tuple[PackageManager, str]:
    """The manager that `packageManager` names, and the file that says so."""
    for each in (manifest, read_manifest(files, workspace) if workspace else None):
        name = string(each.value.get("packageManager")).partition("@")[0] if each else ""
        for manager, _ in LOCKS:
            if each and name == manager:
                return manager, each.path
    return "", ""


def _is_berry(files: Files, manifest: Manifest, workspace: str) -> bool:
    """Yarn 2 and later: another command line than Yarn 1."""
    top = workspace or manifest.folder
    if files.has(join(top, ".yarnrc.yml")) or _BERRY_LOCK.search(
        files.text(join(top, "yarn.lock"))
    ):
        return True
    for each in (manifest, read_manifest(files, top)):
        named = string(each.value.get("packageManager")) if each else ""
        if named.startswith("yarn@") and not named.startswith("yarn@1."):
            return True
    return False
