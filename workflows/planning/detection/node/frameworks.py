"""What is usual in the JavaScript frameworks people use: commands, ports, and who listens on localhost alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from workflows.planning.detection.node.manifest import Manifest
from workflows.planning.detection.shell import Call

_EVERYWHERE = "--host 0.0.0.0"


@dataclass(frozen=True)
class Framework:
    name: str
    title: str
    package: str
    """The dependency that gives it away."""
    program: str = ""
    """What its scripts call."""
    dev: str = ""
    build: str = ""
    start: str = ""
    port: int = 0
    """Where its development server listens, unless it is told otherwise."""
    host: str = ""
    """What makes that server listen on more than localhost, where it needs to be told."""
    is_vite: bool = False
    """Its development server answers only for host names it was told."""
    is_server: bool = False
    """A library to write servers with: code says where those listen."""


def _vite_family(
    name: str, title: str, package: str, program: str, start: str, verb: str = " dev"
) -> Framework:
    return Framework(
        name,
        title,
        package,
        program,
        dev=f"{program}{verb}",
        build=f"{program} build",
        start=start,
        port=5173,
        host=_EVERYWHERE,
        is_vite=True,
    )


_VITE_PREVIEW = "vite preview --host 0.0.0.0 --port 5173"

FRAMEWORKS: tuple[Framework, ...] = (
    Framework("nextjs", "Next.js", "next", "next", "next dev", "next build", "next start", 3000),
    Framework(
        "nuxt",
        "Nuxt",
        "nuxt",
        "nuxt",
        "nuxt dev",
        "nuxt build",
        "node .output/server/index.mjs",
        3000,
        host=_EVERYWHERE,
        is_vite=True,
    ),
    _vite_family(
        "react-router",
        "React Router",
        "@react-router/dev",
        "react-router",
        "react-router-serve ./build/server/index.js",
    ),
    _vite_family(
        "remix",
        "Remix",
        "@remix-run/dev",
        "remix",
        "remix-serve ./build/server/index.js",
        " vite:dev",
    ),
    _vite_family("sveltekit", "SvelteKit", "@sveltejs/kit", "svelte-kit", _VITE_PREVIEW),
    Framework(
        "astro",
        "Astro",
        "astro",
        "astro",
        "astro dev",
        "astro build",
        "astro preview --host 0.0.0.0",
        4321,
        host=_EVERYWHERE,
        is_vite=True,
    ),
    Framework(
        "gatsby",
        "Gatsby",
        "gatsby",
        "gatsby",
        "gatsby develop",
        "gatsby build",
        "gatsby serve --host 0.0.0.0 --port 8000",
        8000,
        host=_EVERYWHERE,
    ),
    Framework(
        "docusaurus",
        "Docusaurus",
        "@docusaurus/core",
        "docusaurus",
        "docusaurus start",
        "docusaurus build",
        "docusaurus serve --host 0.0.0.0",
        3000,
        host=_EVERYWHERE,
    ),
    _vite_family(
        "vitepress", "VitePress", "vitepress", "vitepress", "vitepress preview --port 5173"
    ),
    Framework(
        "angular",
        "Angular",
        "@angular/core",
        "ng",
        "ng serve",
        "ng build",
        port=4200,
        host=_EVERYWHERE,
    ),
    Framework(
        "create-react-app",
        "Create React App",
        "react-scripts",
        "react-scripts",
        "react-scripts start",
        "react-scripts build",
        port=3000,
    ),
    Framework(
        "vue-cli",
        "Vue CLI",
        "@vue/cli-service",
        "vue-cli-service",
        "vue-cli-service serve",
        "vue-cli-service build",
        port=8080,
    ),
    Framework(
        "eleventy",
        "Eleventy",
        "@11ty/eleventy",
        "eleventy",
        "eleventy --serve",
        "eleventy",
        port=8080,
    ),
    Framework(
        "nestjs",
        "NestJS",
        "@nestjs/core",
        "nest",
        "nest start --watch",
        "nest build",
        "node dist/main",
        3000,
        is_server=True,
    ),
    Framework("express", "Express", "express", port=3000, is_server=True),
    Framework("fastify", "Fastify", "fastify", port=3000, is_server=True),
    Framework("koa", "Koa", "koa", port=3000, is_server=True),
    Framework("hono", "Hono", "@hono/node-server", port=3000, is_server=True),
    Framework("hapi", "hapi", "@hapi/hapi", port=3000, is_server=True),
    _vite_family("vite", "Vite", "vite", "vite", _VITE_PREVIEW, verb=""),
    Framework("parcel", "Parcel", "parcel", "parcel", port=1234),
    Framework(
        "webpack-dev-server",
        "webpack-dev-server",
        "webpack-dev-server",
        "webpack-dev-server",
        port=8080,
        host=_EVERYWHERE,
    ),
)
"""The first one that fits is it: those built on others come before them."""
NONE = Framework("", "Node.js", "")
_ALIASES = {"nuxi": "nuxt"}
_SERVE_WEBPACK = ("webpack", "webpack-cli")


def by_program(call: Call) -> Framework:
    """The framework whose program a call is; `NONE` for anything else."""
    program = _ALIASES.get(call.program, call.program)
    if program in _SERVE_WEBPACK and "serve" in call.arguments:
        program = "webpack-dev-server"
    return next((each for each in FRAMEWORKS if each.program and each.program == program), NONE)


def find_framework(manifest: Manifest, calls: Iterable[Call] = ()) -> Framework:
    """By what its script calls, else by what it depends on. Vite alone tells less than what is built on it."""
    called = next((found for call in calls if (found := by_program(call)) is not NONE), NONE)
    depended = next((each for each in FRAMEWORKS if each.package in manifest.dependencies), NONE)
    if called is NONE or (called.is_vite and depended.is_vite):
        return depended if depended is not NONE else called
    return called


def usual(framework: Framework, manifest: Manifest) -> Framework:
    """The framework's commands, as this manifest's other dependencies change them."""
    packages = manifest.dependencies
    if framework.name == "sveltekit":
        start = "node build" if "@sveltejs/adapter-node" in packages else _VITE_PREVIEW
        return _with(framework, "vite dev", "vite build", start)
    if framework.name == "remix" and "vite" not in packages:
        classic = _with(framework, "remix dev", "remix build", "remix-serve build/index.js")
        return replace(classic, port=3000, host="", is_vite=False)
    if framework.name == "remix":
        return _with(framework, "remix vite:dev", "remix vite:build", framework.start)
    if framework.name == "astro" and "@astrojs/node" in packages:
        return _with(framework, framework.dev, framework.build, "node ./dist/server/entry.mjs")
    return framework


def _with(framework: Framework, dev: str, build: str, start: str) -> Framework:
    return replace(framework, dev=dev, build=build, start=start)
