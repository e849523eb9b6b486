"""Images of Node.js applications, and of the sites that their builds make."""

import re

from workflows.planning.detection.files import ROOT, join, mapping, string
from workflows.planning.detection.node.manifest import Manifest, read_manifest
from workflows.planning.detection.node.workspaces import member_folders
from workflows.planning.dockerfiles.blocks import (
    Manifests,
    add_user,
    copy_manifests,
    copy_sources,
    declare_mirrors,
    enter_member,
    finish,
    gather,
    needs_make,
)
from workflows.planning.dockerfiles.model import HOME, USER, Layout, Recipe
from workflows.planning.dockerfiles.node_tools import caches_of, mirrors_of, tool_of
from workflows.planning.dockerfiles.site import serve_site
from workflows.planning.dockerfiles.starting import Start, start_of
from workflows.planning.dockerfiles.text import Instructions
from workflows.planning.dockerfiles.versions import NODE, version_of

FILES = (
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    "yarn.lock",
    ".yarnrc",
    ".yarnrc.yml",
    "bun.lock",
    "bun.lockb",
    "lerna.json",
    ".npmrc",
)
_FOLDERS = (".yarn", "patches")
_ON_INSTALL = ("preinstall", "install", "postinstall", "prepare")
_HARMLESS = re.compile(
    r"(is-ci \|\| )?husky( install)?( \|\| true)?|only-allow \w+|npx only-allow \w+"
)
_SITES = {
    "create-react-app": "build",
    "vue-cli": "dist",
    "angular": "dist",
    "vite": "dist",
    "parcel": "dist",
    "eleventy": "_site",
}
"""Where a framework's build leaves files that any web server can serve."""


def make_node(layout: Layout) -> Recipe:
    """Raises PlanError when nothing says what to start."""
    application = layout.application
    site = (
        "" if application.start or not application.build else _SITES.get(application.framework, "")
    )
    start = Start("") if site else start_of(application)
    lines = Instructions()
    _begin(lines, layout, stage="build" if site else "")
    manifests = _manifests(layout) if application.install else Manifests()
    if application.install:
        copy_manifests(lines, manifests)
        lines.run(application.install, caches=caches_of(layout), owner=USER)
    builds = bool(application.build) and not start.follows_changes
    copy_sources(lines, manifests, is_last=not builds)
    enter_member(lines, layout)
    if builds:
        lines.run(application.build)
    if site:
        return _as_site(lines, layout, site)
    variables = {} if start.follows_changes else {"NODE_ENV": "production"}
    finish(lines, layout, start.command, variables)
    return Recipe(lines, tuple(each for each in (_image_reason(layout), start.reason) if each))


def image_of(layout: Layout) -> str:
    """The image of Node.js that the application stands on."""
    image = f"docker.io/library/node:{version_of(layout.application, NODE)}"
    return image if needs_make(layout) else f"{image}-slim"


def _begin(lines: Instructions, layout: Layout, stage: str) -> None:
    lines.base(image_of(layout), stage)
    declare_mirrors(lines, mirrors_of(layout))
    if tool := tool_of(layout):
        lines.comment(f"{layout.application.package_manager} is not a part of the image.")
        lines.run(f"npm install --global {tool}")
    add_user(lines, layout)
    lines.env({"HOME": HOME, "NPM_CONFIG_UPDATE_NOTIFIER": "false", "NEXT_TELEMETRY_DISABLED": "1"})
    lines.workdir("/app")
    lines.user(USER)


def _as_site(lines: Instructions, layout: Layout, site: str) -> Recipe:
    """The files that a build made, and nothing of what made them."""
    made = f"{HOME}/site"
    lines.run(
        f'for each in {site} {site}/*/browser {site}/*; do if [ -f "$each/index.html" ]; '
        f'then exec cp -R "$each" {made}; fi; done; '
        f"echo 'The build has left no index.html in {site}.' >&2; exit 1"
    )
    lines.comment(
        "What the build has made, and nothing of what made it.",
        "A path without a file is a page of the application's own.",
    )
    serve_site(lines, layout.port, source=made, stage="build", fallback="/index.html")
    reason = f"No command serves a build, so a web server serves what it leaves in `{site}`."
    return Recipe(lines, (_image_reason(layout), reason))


def _image_reason(layout: Layout) -> str:
    version = version_of(layout.application, NODE)
    return f"The generated Dockerfile stands on the image of Node.js {version}."


def _manifests(layout: Layout) -> Manifests:
    """Lock files and every member's `package.json`."""
    members = [layout.relative(each) for each in member_folders(layout.files, layout.context)]
    folders = [layout.member, *(each for each in members if each != layout.member)]
    names = [*FILES, *(layout.member_path(each) for each in FILES)]
    names += [join(each, "package.json") for each in folders]
    return gather(layout, names, _FOLDERS, obstacle=_obstacle(layout, folders))


def _obstacle(layout: Layout, folders: list[str]) -> str:
    for folder in dict.fromkeys((ROOT, *folders)):
        manifest = read_manifest(layout.files, layout.path(folder))
        if manifest is None:
            continue
        for script in _ON_INSTALL:
            if script in manifest.scripts and not _HARMLESS.fullmatch(
                manifest.scripts[script].strip()
            ):
                return f"scripts.{script} in {join(folder, 'package.json')} may read the sources"
        if _has_local(manifest):
            return f"{join(folder, 'package.json')} depends on directories of the repository"
    return ""


def _has_local(manifest: Manifest) -> bool:
    groups = (mapping(manifest.value.get(name)) for name in ("dependencies", "devDependencies"))
    return any(
        string(version).startswith(("file:", "link:", "portal:", "./", "../"))
        for group in groups
        for version in group.values()
    )
