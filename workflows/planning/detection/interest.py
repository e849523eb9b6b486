"""Which files of a repository detection reads, and how each is parsed. Everything else counts by its path alone."""

import re
from typing import Literal

MAX_PATHS = 50_000
"""Files that are looked at; of a larger repository the shallowest, since applications begin near the root."""
MAX_DEPTH = 6
"""Directories above a file that is read: `apps/web/src/server/main.ts` is well inside."""

_CODE_DEPTH = 1
"""Directories above code of any name that is read: programs are called as their authors like."""

Format = Literal["", "yaml", "json", "jsonc", "toml"]


def words(text: str) -> frozenset[str]:
    """A set of words, written as people read it."""
    return frozenset(text.split())


_SKIPPED = words(
    "node_modules bower_components vendor third_party site-packages .git .venv venv __pycache__ "
    "test tests __tests__ e2e spec testdata fixtures .next .nuxt .output .svelte-kit target"
)
"""Directories of other people's code, of results and of tests: no application begins there."""
_NAMES = words(
    "package.json pnpm-workspace.yaml pnpm-lock.yaml yarn.lock lerna.json .yarnrc.yml .nvmrc .node-version "
    "pyproject.toml Pipfile runtime.txt .python-version .tool-versions go.mod go.work "
    "Makefile makefile GNUmakefile Procfile Containerfile Chart.yaml "
    "devcontainer.json .devcontainer.json"
)
_COMPOSE = re.compile(r"(docker-)?compose(\.[\w-]+)*\.ya?ml")
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _COMPOSE.pattern,
        r"Dockerfile(\.[\w.-]+)?|[\w.-]+\.[Dd]ockerfile",
        r"requirements[\w.-]*\.txt",
        r"(vite|next|astro|nuxt|svelte|remix|react-router)\.config\.(js|mjs|cjs|ts|mts|cts)",
        r"(index|main|server|app|start)\.(js|mjs|cjs|ts|mts|cts)|www",
        r"(main|app|wsgi|asgi|server|api|run|application|manage|web|__init__|__main__)\.py",
        r"(streamlit_app|Home|home)\.py",
        r"(main|server|app|serve|http|api|router|routes|web|config)\.go",
    )
)
_LOCKS = words("pnpm-lock.yaml yarn.lock")
"""Long ones; their beginning says what wrote them."""
_FORMATS: tuple[tuple[str, Format], ...] = (
    ("devcontainer.json", "jsonc"),
    ("Pipfile", "toml"),
    (".json", "json"),
    (".toml", "toml"),
    (".yaml", "yaml"),
    (".yml", "yaml"),
)


def is_of_interest(path: str) -> bool:
    """Whether detection asks for the file's text."""
    *folders, name = path.split("/")
    if len(folders) > MAX_DEPTH or not _SKIPPED.isdisjoint(folders):
        return False
    if name in _NAMES or any(pattern.fullmatch(name) for pattern in _PATTERNS):
        return True
    return len(folders) <= _CODE_DEPTH and name.endswith((".py", ".go", ".js", ".mjs", ".ts"))


def is_compose(path: str) -> bool:
    """Whether a file is called like those that Docker Compose reads."""
    return _COMPOSE.fullmatch(path.rpartition("/")[2]) is not None


def document_format(path: str) -> Format:
    """How a file of interest is parsed; empty for a text that no parser reads."""
    name = path.rsplit("/", 1)[-1]
    if name in _LOCKS:
        return ""
    return next((kind for end, kind in _FORMATS if name.endswith(end)), "")
