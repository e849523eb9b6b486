"""Static sites, and development containers."""

from tests.bench.candidates.base import Candidate, config
from tests.bench.candidates.python import ENV_PORT, NO_REQUIREMENTS, server


def page(text: str) -> str:
    return f'<!doctype html>\n<html lang="en">\n<title>{text}</title>\n<h1>{text}</h1>\n</html>\n'


_CONTAINER = '{"image": "python:3.12-slim", "postCreateCommand": "python3 --version"}\n'

CANDIDATES = (
    Candidate("site-root", "`index.html` at the root", {"index.html": page("site-root")}),
    Candidate(
        "site-public",
        "`public/`, with a picture",
        {
            "public/index.html": page("site-public"),
            "public/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
        },
    ),
    Candidate(
        "site-workdir",
        "in a directory that `.catalyst.yaml` names",
        {**config("workdir: pages/2026"), "pages/2026/index.html": page("site-workdir")},
    ),
    Candidate(
        "site-names",
        "file names with spaces and other letters",
        {
            "index.html": page("site-names"),
            "notes and plans.html": page("notes"),
            "größe/äpfel.html": page("apples"),
        },
    ),
    Candidate(
        "container-ports",
        "a Python program whose port only `devcontainer.json` names",
        {
            **NO_REQUIREMENTS,
            "app.py": server("container-ports", ENV_PORT),
            ".devcontainer/devcontainer.json": '{"image": "python:3.12", "forwardPorts": [6100]}\n',
        },
    ),
    Candidate(
        "container-command",
        "a command of `.catalyst.yaml` in the image of `devcontainer.json`",
        {
            **config("commands:", "  start: sh run.sh", "port: 8300"),
            "run.sh": 'exec python3 -m http.server "$PORT" --directory pages\n',
            "pages/index.html": page("container-command"),
            ".devcontainer/devcontainer.json": _CONTAINER,
        },
    ),
    Candidate(
        "container-alone",
        "nothing to run, and a container to work in",
        {"notes.txt": "To be written.\n", ".devcontainer/devcontainer.json": _CONTAINER},
        says="Nothing to run was found",
    ),
)
