"""What a build from a generated Dockerfile does not read: results, caches, and what belongs to one machine."""

from typing import Final

_NAMES = (
    ".git",
    ".github",
    "**/.DS_Store",
    "**/.env.local",
    "**/.env.*.local",
    "**/node_modules",
    "**/.next",
    "**/.nuxt",
    "**/.output",
    "**/.svelte-kit",
    "**/.turbo",
    "**/.venv",
    "**/venv",
    "**/__pycache__",
    "**/*.pyc",
    "**/.pytest_cache",
    "**/.mypy_cache",
    "**/.ruff_cache",
)
IGNORED: Final = "# Written by Catalyst beside the Dockerfile.\n" + "\n".join(_NAMES) + "\n"
"""The text of a `.dockerignore`; the same for all languages, for a repository may hold several."""
