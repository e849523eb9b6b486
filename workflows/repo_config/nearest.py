"""The key that a person most likely meant."""

import difflib
import re
from collections.abc import Iterable

_MEANT = {
    "args": "builds",
    "build": "builds",
    "buildcommand": "commands.build",
    "cidrs": "egress",
    "command": "commands.dev",
    "cwd": "workdir",
    "database": "services",
    "crons": "processes",
    "cronjobs": "processes",
    "databases": "services",
    "dependencies": "services",
    "dev": "commands.dev",
    "devcommand": "commands.dev",
    "directory": "workdir",
    "dockerfile": "builds",
    "domains": "routes",
    "env": "variables",
    "environment": "variables",
    "envvars": "variables",
    "exclude": "ignore",
    "expires": "ttl",
    "expiry": "ttl",
    "file": "dockerfile",
    "filters": "paths",
    "healthcheck": "health",
    "hooks": "jobs",
    "images": "builds",
    "include": "only",
    "ingress": "routes",
    "install": "commands.build",
    "limits": "resources",
    "migrations": "jobs",
    "network": "egress",
    "phase": "when",
    "ports": "port",
    "quota": "resources",
    "root": "workdir",
    "run": "commands.start",
    "script": "command",
    "start": "commands.start",
    "startcommand": "commands.start",
    "tests": "jobs",
    "vars": "variables",
    "workers": "processes",
    "workingdirectory": "workdir",
}
"""Words of other tools, and what they are called here. Used only where the meant key can stand."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that comes nearest, by meaning or by its letters; empty when none does.

    `known` may hold names one level down, such as `commands.dev`.
    """
    names = list(known)
    plain = _plain(name)
    if (meant := _MEANT.get(plain)) in names:
        return str(meant)
    by_plain: dict[str, str] = {}
    for candidate in names:
        by_plain.setdefault(_plain(candidate), candidate)
    found = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.6)
    if found:
        return by_plain[found[0]]
    below = [candidate for candidate in names if candidate.rpartition(".")[2] == name]
    return below[0] if below else ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name.lower()[:80])


def nearest_path(path: str, known: Iterable[str]) -> str:
    """The known path that is most likely meant: the same name elsewhere, nearest to the root, else a similar one."""
    name = path.rpartition("/")[2]
    similar = sorted(
        (each for each in known if each.rpartition("/")[2].lower() == name.lower()),
        key=lambda each: (each.count("/"), each),
    )
    if similar:
        return similar[0]
    beside = [each for each in known if abs(len(each) - len(path)) <= _SLIPS]
    found = difflib.get_close_matches(path, sorted(beside)[:_COMPARED], n=1, cutoff=0.8)
    return found[0] if found else ""


_SLIPS = 3
"""Letters too many or too few in a misspelt path."""
_COMPARED = 2_000
"""Paths whose letters are compared: a repository may hold 50,000."""
