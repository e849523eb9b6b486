"""Python applications: entry points, ports, manifests, directories."""

from tests.bench.candidates.base import Candidate, config

NO_REQUIREMENTS = {"requirements.txt": "# The standard library is enough.\n"}
_SERVER = """\
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"<!doctype html><h1>@TEXT@</h1><p>{os.environ.get('CATALYST_COMMIT')}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    HTTPServer(("0.0.0.0", @PORT@), Handler).serve_forever()


if __name__ == "__main__":
    main()
"""
_WSGI = """\
from wsgiref.simple_server import make_server


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b"<!doctype html><h1>py-wsgi</h1>"]


if __name__ == "__main__":
    with make_server("0.0.0.0", 8051, application) as server:
        server.serve_forever()
"""
ENV_PORT = 'int(os.environ["PORT"])'


def server(text: str, port: str = 'int(os.environ.get("PORT", "8000"))') -> str:
    return _SERVER.replace("@TEXT@", text).replace("@PORT@", port)


def project(name: str, *more: str) -> dict[str, str]:
    """A `pyproject.toml` without dependencies and without a build system of its own choice."""
    lines = ("[project]", f'name = "{name}"', 'version = "1.0"', *more, "dependencies = []", "")
    return {"pyproject.toml": "\n".join(lines)}


CANDIDATES = (
    Candidate(
        "py-app",
        "`app.py` on port 5000",
        {**NO_REQUIREMENTS, "app.py": server("py-app", "5000")},
    ),
    Candidate(
        "py-main",
        "`main.py`, port by `PORT` with a default",
        {**NO_REQUIREMENTS, "main.py": server("py-main")},
    ),
    Candidate(
        "py-server",
        "`server.py` on port 8765, `pyproject.toml`",
        {**project("server"), "server.py": server("py-server", "8765")},
    ),
    Candidate(
        "py-package",
        "a package with `__main__.py`",
        {
            **project("echo"),
            "echo/__init__.py": "",
            "echo/__main__.py": server("py-package", "9000"),
        },
    ),
    Candidate(
        "py-port-wanted",
        "listens on `PORT` and has no default",
        {**NO_REQUIREMENTS, "app.py": server("py-port-wanted", ENV_PORT)},
    ),
    Candidate("py-wsgi", "`wsgiref`", {**NO_REQUIREMENTS, "wsgi.py": _WSGI}),
    Candidate(
        "py-pinned",
        "Python 3.11 by `.python-version`",
        {**NO_REQUIREMENTS, ".python-version": "3.11\n", "app.py": server("py-pinned")},
    ),
    Candidate(
        "py-newer",
        "Python 3.13 or newer by `requires-python`",
        {**project("newer", 'requires-python = ">=3.13"'), "main.py": server("py-newer")},
    ),
    Candidate(
        "py-in-backend",
        "in `backend/`",
        {
            "backend/requirements.txt": "",
            "backend/main.py": server("py-in-backend", "8100"),
            "README.md": "# A backend\n",
        },
    ),
    Candidate(
        "py-in-api",
        "in `api/`, beside documentation",
        {"api/requirements.txt": "", "api/app.py": server("py-in-api"), "docs/index.md": "# API\n"},
    ),
    Candidate(
        "py-procfile",
        "a `Procfile`",
        {
            **NO_REQUIREMENTS,
            "Procfile": "web: python serve.py\nclock: python clock.py\n",
            "serve.py": server("py-procfile", ENV_PORT),
            "clock.py": "print('tick')\n",
        },
    ),
    Candidate(
        "py-makefile",
        "a `Makefile` with a target `dev`",
        {
            **NO_REQUIREMENTS,
            "Makefile": "dev:\n\tpython run.py\n\ntest:\n\tpython -m unittest\n",
            "run.py": server("py-makefile", "8088"),
        },
    ),
    Candidate(
        "py-workdir",
        "in a directory that `.catalyst.yaml` names",
        {
            **config("workdir: services/prices"),
            "services/prices/requirements.txt": "",
            "services/prices/app.py": server("py-workdir"),
        },
    ),
    Candidate(
        "py-start",
        "started by a command of `.catalyst.yaml`",
        {
            **config("kind: python", "commands:", "  start: python tools/show.py --all"),
            **NO_REQUIREMENTS,
            "tools/show.py": server("py-start"),
        },
    ),
    Candidate(
        "py-port",
        "on a port that `.catalyst.yaml` names",
        {
            **config("port: 7000"),
            **NO_REQUIREMENTS,
            "app.py": server("py-port", ENV_PORT),
        },
    ),
    Candidate(
        "py-variables",
        "says what a variable of `.catalyst.yaml` says",
        {
            **config("variables:", "  GREETING: py-variables"),
            **NO_REQUIREMENTS,
            "app.py": server("{os.environ['GREETING']}"),
        },
    ),
)
