"""In which order directories are asked for an application (ENV-009)."""

from workflows.planning.detection.files import ROOT, name_of
from workflows.planning.detection.interest import words

NAMED = ("web", "app", "frontend", "client", "backend", "server", "api")
"""Directories beside the root, in their order."""
GROUPS = ("apps", "packages")
_LAST = words(
    "docs doc documentation storybook e2e playground demo sandbox examples example website-docs"
)


def by_preference(folder: str) -> tuple[bool, int, str]:
    """Sorts directories of one group: those that are named like an application first, documentation last."""
    name = name_of(folder) if folder != ROOT else ""
    place = NAMED.index(name) if name in NAMED else len(NAMED)
    return name in _LAST, place, folder
