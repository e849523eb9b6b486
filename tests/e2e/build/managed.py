"""One small application for each package manager, with the lock file that this manager has written.

To write the lock files again: serve the packages (`python -m tests.support.packages`), put a manifest of below into an
empty folder, and run there `pnpm install --lockfile-only`, `yarn install`, `bun install --lockfile-only`, `uv lock` or
`poetry lock` with the arguments of `Mirrors` as variables; then let `packages.test` be the host of addresses.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from _pytest.mark import ParameterSet

from tests.e2e.support.variants import variant

SOURCE: Final = "http://packages.test"
"""Stands in lock files that hold addresses, for the place where the packages are served."""
_LOCKS = Path(__file__).parent / "locks"
_BUILD_JS = """const { writeFileSync } = require('node:fs');
const { greet } = require('catalyst-greeting');
writeFileSync('built.txt', greet(process.env.npm_config_user_agent.split(' ')[0]));
"""
_SERVER_JS = """const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { greet } = require('catalyst-greeting');
const page = `${readFileSync('built.txt')}\\n${greet('its server')}\\n`;
createServer((_, answer) => answer.end(page)).listen(process.env.PORT);
"""
_APP_PY = """import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from catalyst_greeting import greet


class Evening(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(greet("its server").encode())


if __name__ == "__main__":
    HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Evening).serve_forever()
"""
_PROJECT = """[project]
name = "evening"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["catalyst-greeting>=1"]
"""
_INDEX = f"""
[[tool.uv.index]]
url = "{SOURCE}/pypi/simple/"
default = true
"""
"""Of the project itself: where uv looks for what the lock file lacks."""


@dataclass(frozen=True)
class Managed:
    """An application, and what its package manager says of itself and of others."""

    files: Mapping[str, str]
    agent: str = ""
    """How it calls itself to the scripts that it runs; empty where it runs none."""
    refusal: str = ""
    """Command that does not go on with a lock file that is out of date."""
    remedy: str = ""
    """Command that brings it up to date."""

    def served_by(self, source: str) -> dict[str, str]:
        """Its files, for packages that are found there."""
        return {name: text.replace(SOURCE, source) for name, text in self.files.items()}


def _node(lock: str, name: str, **more: str) -> dict[str, str]:
    manifest = {
        "name": "evening",
        "version": "1.0.0",
        "private": True,
        "scripts": {
            "build": "node build.js",
            "start": "node server.js",
            "dev": "node build.js && node server.js",
        },
        "dependencies": {"catalyst-greeting": "^1.0.0"},
    }
    files = {
        "package.json": json.dumps(manifest, indent=2),
        "build.js": _BUILD_JS,
        "server.js": _SERVER_JS,
        name: (_LOCKS / lock).read_text(),
    }
    return {**files, **more}


def _python(lock: str, more: str = "") -> dict[str, str]:
    project = _PROJECT + more
    return {"pyproject.toml": project, "app.py": _APP_PY, lock: (_LOCKS / lock).read_text()}


def _berry(linker: str) -> dict[str, str]:
    return _node("yarn-4.lock", "yarn.lock", **{".yarnrc.yml": f"nodeLinker: {linker}\n"})


ALL: Final = {
    "pnpm": Managed(
        _node("pnpm-lock.yaml", "pnpm-lock.yaml"),
        "pnpm/10.34.9",
        "pnpm install --frozen-lockfile",
        "pnpm install",
    ),
    "uv": Managed(_python("uv.lock", _INDEX), "", "uv sync --locked", "uv lock"),
    "yarn-1": Managed(_node("yarn-1.lock", "yarn.lock"), "yarn/1.22.22"),
    "poetry": Managed(_python("poetry.lock", "\n[tool.poetry]\npackage-mode = false\n")),
    "yarn-4": Managed(_berry("node-modules"), "yarn/4.18.1"),
    "yarn-4-pnp": Managed(_berry("pnp"), "yarn/4.18.1"),
    "bun": Managed(_node("bun.lock", "bun.lock"), "bun/1.4.5"),
}


def named(*variants: str) -> list[str | ParameterSet]:
    """All of them as parameters; those are variants of the others."""
    return [variant(name) if name in variants else name for name in ALL]
