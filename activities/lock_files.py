"""Lock files with which a package manager does not go on, by its own words."""

from typing import Final

_WORDS: Final = {
    "`npm ci` can only install packages when": "npm install",
    "ERR_PNPM_OUTDATED_LOCKFILE": "pnpm install",
    "Your lockfile needs to be updated": "yarn install",
    "The lockfile would have been modified by this install": "yarn install",
    "lockfile had changes, but lockfile is frozen": "bun install",
    "The lockfile at `uv.lock` needs to be updated": "uv lock",
    "changed significantly since poetry.lock was last generated": "poetry lock",
}
"""What it says, and the command that brings the lock file up to date."""


def hint_of(text: str) -> str:
    """What to do about a lock file that disagrees with its manifest; empty where no such thing is said."""
    command = next((command for words, command in _WORDS.items() if words in text), "")
    if not command:
        return ""
    return (
        "The lock file does not agree with what the project says it depends on. "
        f"Run `{command}`, commit the lock file, then push."
    )
