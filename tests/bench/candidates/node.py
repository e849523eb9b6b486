"""Node.js applications: scripts, lock files, versions, directories, workspaces."""

import json
from collections.abc import Mapping
from typing import Any

from tests.bench.candidates.base import Candidate, config

_MODULE = """\
import { createServer } from 'node:http'

const port = @PORT@
createServer((request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(`<!doctype html><h1>@TEXT@</h1><p>${process.env.CATALYST_COMMIT}</p>`)
}).listen(port, '0.0.0.0', () => console.log(`on port ${port}`))
"""
_COMMON = _MODULE.replace(
    "import { createServer } from 'node:http'", "const { createServer } = require('node:http')"
)
_BUILD = """\
import { mkdirSync, writeFileSync } from 'node:fs'

mkdirSync('dist', { recursive: true })
writeFileSync('dist/text.js', "export const text = '@TEXT@'\\n")
"""


def server(text: str, port: str = "process.env.PORT || 3000", *, is_module: bool = True) -> str:
    return (_MODULE if is_module else _COMMON).replace("@TEXT@", text).replace("@PORT@", port)


def manifest(name: str, scripts: Mapping[str, str], **more: Any) -> str:
    wanted = {"name": name, "version": "1.0.0", "private": True, "type": "module"}
    return json.dumps({**wanted, "scripts": dict(scripts), **more}, indent=2) + "\n"


def lock(name: str, **more: Any) -> str:
    """The lock file of a manifest without dependencies."""
    root = {"name": name, "version": "1.0.0", **more}
    return json.dumps(
        {"name": name, "version": "1.0.0", "lockfileVersion": 3, "packages": {"": root}}, indent=2
    )


def locked(name: str, scripts: Mapping[str, str], folder: str = "", **more: Any) -> dict[str, str]:
    return {
        f"{folder}package.json": manifest(name, scripts, **more),
        f"{folder}package-lock.json": lock(name),
    }


START = {"start": "node server.js"}


def _workspace(text: str) -> dict[str, str]:
    """A root that names its members, one of which uses the other."""
    scope = "@books"
    members = {
        "apps/shop": manifest(f"{scope}/shop", START, dependencies={f"{scope}/texts": "1.0.0"}),
        "packages/texts": manifest(f"{scope}/texts", {}, exports="./index.js"),
    }
    links = {
        f"node_modules/{scope}/{path.rpartition('/')[2]}": {"resolved": path, "link": True}
        for path in members
    }
    root = {"name": "books", "workspaces": ["apps/*", "packages/*"]}
    entries = {path: {"version": "1.0.0", **_named(text)} for path, text in members.items()}
    packages = {"": root, **entries, **links}
    code = server("${text}").replace(
        "import {", f"import {{ text }} from '{scope}/texts'\nimport {{", 1
    )
    return {
        "package.json": json.dumps({**root, "private": True}, indent=2),
        "package-lock.json": json.dumps(
            {"name": "books", "lockfileVersion": 3, "packages": packages}, indent=2
        ),
        **{f"{path}/package.json": text for path, text in members.items()},
        "apps/shop/server.js": code,
        "packages/texts/index.js": f"export const text = '{text}'\n",
    }


def _named(text: str) -> dict[str, Any]:
    """What a lock file repeats of a manifest."""
    found = json.loads(text)
    return {key: found[key] for key in ("name", "dependencies") if key in found}


CANDIDATES = (
    Candidate(
        "js-start",
        "`scripts.start`, npm's lock file",
        {**locked("js-start", START), "server.js": server("js-start")},
    ),
    Candidate(
        "js-unlocked",
        "no lock file",
        {"package.json": manifest("unlocked", START), "server.js": server("js-unlocked", "4000")},
    ),
    Candidate(
        "js-shrinkwrap",
        "`npm-shrinkwrap.json`",
        {
            "package.json": manifest("shrunk", START),
            "npm-shrinkwrap.json": lock("shrunk"),
            "server.js": server("js-shrinkwrap"),
        },
    ),
    Candidate(
        "js-dev-only",
        "only `scripts.dev`",
        {
            **locked("js-dev", {"dev": "node --watch app.js"}),
            "app.js": server("js-dev-only", "5050"),
        },
    ),
    Candidate(
        "js-common",
        "CommonJS, port fixed in the code",
        {
            "package.json": manifest("common", {"start": "node index.js"}, type="commonjs"),
            "package-lock.json": lock("common"),
            "index.js": server("js-common", "8081", is_module=False),
        },
    ),
    Candidate(
        "js-without-scripts",
        "a `main` and no scripts",
        {
            "package.json": manifest("plain", {}, main="index.js"),
            "package-lock.json": lock("plain"),
            "index.js": server("js-without-scripts"),
        },
    ),
    Candidate(
        "js-port-wanted",
        "listens on `PORT` and has no default",
        {**locked("wanted", START), "server.js": server("js-port-wanted", "process.env.PORT")},
    ),
    Candidate(
        "js-build",
        "`scripts.build` makes what is served",
        {
            **locked("built", {"build": "node build.mjs", **START}),
            "build.mjs": _BUILD.replace("@TEXT@", "js-build"),
            "server.js": server("${text}").replace(
                "import {", "import { text } from './dist/text.js'\nimport {", 1
            ),
        },
    ),
    Candidate(
        "js-in-web",
        "in `web/`",
        {**locked("web", START, "web/"), "web/server.js": server("js-in-web")},
    ),
    Candidate(
        "js-in-frontend",
        "in `frontend/`, beside other files",
        {
            **locked("frontend", START, "frontend/"),
            "frontend/server.js": server("js-in-frontend", "3333"),
            "scripts/seed.sql": "SELECT 1;\n",
        },
    ),
    Candidate(
        "js-in-apps",
        "in `apps/site/`",
        {**locked("site", START, "apps/site/"), "apps/site/server.js": server("js-in-apps")},
    ),
    Candidate("js-workspace", "a workspace with a shared package", _workspace("js-workspace")),
    Candidate(
        "js-nvmrc",
        "Node.js 20 by `.nvmrc`",
        {**locked("nvm", START), ".nvmrc": "20\n", "server.js": server("js-nvmrc")},
    ),
    Candidate(
        "js-engines",
        "Node.js 24 by `engines`",
        {**locked("engines", START, engines={"node": "24.x"}), "server.js": server("js-engines")},
    ),
    Candidate(
        "js-package-manager",
        "`packageManager` names npm",
        {
            "package.json": manifest("managed", START, packageManager="npm@10.9.0"),
            "server.js": server("js-package-manager"),
        },
    ),
    Candidate(
        "js-procfile",
        "a `Procfile`",
        {
            **locked("procfile", {"test": "node --test"}),
            "Procfile": "web: node web.mjs\n",
            "web.mjs": server("js-procfile"),
        },
    ),
    Candidate(
        "js-makefile",
        "a `Makefile` with a target `dev`",
        {
            **locked("make", {"test": "node --test"}),
            "Makefile": "dev:\n\tnode make-server.js\n",
            "make-server.js": server("js-makefile", "4567"),
        },
    ),
    Candidate(
        "js-commands",
        "commands of `.catalyst.yaml`",
        {
            **config(
                "commands:",
                "  build: node make.mjs",
                "  start: node out/server.js",
                "port: 4100",
            ),
            **locked("commands", START),
            "make.mjs": (
                "import { cpSync, mkdirSync } from 'node:fs'\n"
                "mkdirSync('out', { recursive: true })\ncpSync('server.js', 'out/server.js')\n"
            ),
            "server.js": server("js-commands", "process.env.PORT"),
        },
    ),
)
