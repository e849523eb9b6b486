"""Commands as people write them in scripts, recipes and Procfiles: split into calls, and judged by what they call."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from workflows.planning.detection.interest import words

MAX_COMMAND = 2_000
"""Characters that are looked at; a longer command is a program of its own."""
MAX_CALLS = 60
_MAX_EXPANSIONS = 100
_MAX_DEPTH = 4
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_WRAPPERS = words(
    "cross-env cross-env-shell env exec sudo time npx bunx dotenv dotenvx nohup command"
)
_KEYWORDS = words("if then else elif do while until ! { (")
_RUNNERS = {
    "pnpm": words("exec dlx"),
    "yarn": words("exec dlx"),
    "bun": words("x"),
    "npm": words("exec"),
    "poetry": words("run"),
    "uv": words("run"),
    "pipenv": words("run"),
    "rye": words("run"),
    "pdm": words("run"),
    "bundle": words("exec"),
}


@dataclass(frozen=True)
class Call:
    """One program with its arguments, without the wrappers around it."""

    words: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        return self.words[0].rsplit("/", 1)[-1]

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words[1:]

    def __str__(self) -> str:
        return " ".join(self.words)


Expand = Callable[[Call], list[str] | None]
"""A call of another script or target -> the commands behind it; None when it is none."""


def _no_expansion(call: Call) -> list[str] | None:
    del call
    return None


def calls_of(command: str, expand: Expand = _no_expansion) -> list[Call]:
    """Everything a command calls, in order. Scripts that call each other in circles end somewhere."""
    found: list[Call] = []
    left = _MAX_EXPANSIONS

    def expand_some(call: Call) -> list[str] | None:
        nonlocal left
        left -= 1
        return expand(call) if left > 0 else None

    for call in _calls(command, expand_some, 0):
        found.append(call)
        if len(found) == MAX_CALLS:
            break
    return found


def _calls(command: str, expand: Expand, depth: int) -> Iterator[Call]:
    for parts, has_moved in _split(command[:MAX_COMMAND]):
        call = _unwrap(parts)
        if call is None:
            continue
        behind = _several(call)
        if behind is None and not has_moved:
            behind = expand(call)
        if behind is None or depth == _MAX_DEPTH:
            yield call
            continue
        for each in behind:
            yield from _calls(each, expand, depth + 1)


def _several(call: Call) -> list[str] | None:
    """`concurrently "a" "b"` and `sh -c "a"` hold commands as arguments."""
    if call.program in ("concurrently", "conc"):
        quoted = [each for each in call.arguments if " " in each or ":" in each]
        return [_npm_short(each) for each in quoted if not each.startswith("-")] or None
    if call.program in ("sh", "bash") and "-c" in call.arguments[:1]:
        return list(call.arguments[1:2])
    return None


def _npm_short(command: str) -> str:
    """`npm:dev` is how concurrently writes `npm run dev`."""
    manager, _, script = command.partition(":")
    is_short = manager in ("npm", "pnpm", "yarn", "bun") and " " not in command
    return f"{manager} run {script}" if is_short else command


def _split(command: str) -> Iterator[tuple[list[str], bool]]:
    """Words of each simple command, and whether it runs in another directory: its scripts are not ours."""
    for line in command.replace("\\\n", " ").splitlines():
        parts: list[str] = []
        has_moved = False
        for word in [*_tokens(line), ";"]:
            if word and not word.strip(";&|()<>"):
                yield parts, has_moved
                has_moved = has_moved or parts[:1] == ["cd"]
                parts = []
            else:
                parts.append(word)


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # an open quotation: the words still tell what is called
        return line.split()


def _unwrap(parts: list[str]) -> Call | None:
    variables: dict[str, str] = {}
    rest = list(parts)
    while rest:
        if match := _ASSIGNMENT.fullmatch(rest[0]):
            variables[match[1]] = match[2]
            rest.pop(0)
        elif rest[0] in _KEYWORDS:
            rest.pop(0)
        elif rest[0] in _WRAPPERS:
            rest = _after_flags(rest[1:])
        elif len(rest) > 1 and rest[1] in _RUNNERS.get(rest[0], ()):
            rest = _after_flags(rest[2:])
        else:
            return Call(tuple(rest), variables) if rest[0] else None
    return None


def _after_flags(rest: list[str]) -> list[str]:
    """Flags of a wrapper: `npx --yes`, `dotenv -e .env --`, `uv run --`."""
    while rest and rest[0].startswith("-"):
        takes_value = rest[0] in ("-e", "-f", "--env-file", "--with", "--group", "--extra", "-p")
        rest = rest[2:] if takes_value else rest[1:]
    return rest


class Role(Enum):
    SERVES = "serves"
    """Or may: programs that are not known are given the benefit of the doubt."""
    BUILDS = "builds"
    """Makes, checks or prepares something, and serves nothing."""
    NEEDS_DOCKER = "needs docker"
    """Speaks to a container engine or a cluster, which a preview's container does not have."""


_OUTSIDE = words(
    "docker docker-compose podman kubectl helm minikube kind k3d tilt skaffold vagrant"
)
_BUILDERS = words(
    "tsc webpack webpack-cli rollup esbuild babel swc tsup tsdown unbuild ncc microbundle tailwindcss tailwind sass "
    "node-sass lessc postcss mix encore eslint prettier biome stylelint jest vitest mocha pytest "
    "ruff mypy black flake8 isort tox golangci-lint gofmt rimraf rm cp mv mkdir touch echo printf "
    "sleep wait-on cd export set source . true test [ [[ fi done } copyfiles cpx chmod ln cat "
    "install prisma drizzle-kit tsc-watch vue-tsc copy del cpy ncp husky pip pip3 templ sqlc swag "
    "buf protoc open xdg-open clear kill-port is-ci patch-package pulumi terraform"
)
_BUILDING_WORDS = {
    "go": words("build generate mod install vet fmt test get tool clean env"),
    "cargo": words("build check test clippy fmt fetch"),
    "npm": words("install ci i audit prune"),
    "pnpm": words("install i fetch prune"),
    "yarn": words("install"),
    "bun": words("install build"),
    "uv": words("sync pip lock venv"),
    "poetry": words("install lock build"),
    "pipenv": words("install sync lock"),
    "vite": words("build"),
    "next": words("build lint"),
    "parcel": words("build watch"),
    "docker": words("build"),
    "gradle": words("build"),
    "mvn": words("package install compile"),
    "bundle": words("install"),
    "composer": words("install"),
}
_SERVING_FLAGS = words("--serve --serve= serve server -serve --servedir")


def role_of(call: Call) -> Role:
    if call.program in _OUTSIDE:
        return Role.NEEDS_DOCKER
    if any(each.split("=")[0] in _SERVING_FLAGS for each in call.arguments):
        return Role.SERVES
    if call.program in _BUILDERS:
        return Role.BUILDS
    if call.arguments[:2] in (("-m", "pip"), ("-m", "venv")):
        return Role.BUILDS
    first = call.arguments[0] if call.arguments else ""
    is_bare = not first and call.program in ("yarn", "npm", "pnpm")
    if is_bare or first in _BUILDING_WORDS.get(call.program, ()):
        return Role.BUILDS
    return Role.SERVES


def serving_calls(calls: list[Call]) -> list[Call]:
    return [call for call in calls if role_of(call) is Role.SERVES]


def docker_call(calls: list[Call]) -> str:
    """The program of the first call that needs a container engine."""
    return next((each.program for each in calls if role_of(each) is Role.NEEDS_DOCKER), "")
