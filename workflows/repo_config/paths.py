"""Whether a push touches anything that matters to the preview."""

from collections.abc import Sequence

from pydantic import Field

from workflows.models import Payload
from workflows.repo_config.base import Section
from workflows.repo_config.fields import Glob
from workflows.repo_config.globs import matches

FILE_NAME = ".catalyst.yaml"
"""At the repository's root."""


class PathFilters(Section):
    """Which files matter: those that `only` names, without those that `ignore` names."""

    only: tuple[Glob, ...] = Field(default=(), max_length=100)
    """Patterns of files that matter, such as `web/**`; all files when left out."""
    ignore: tuple[Glob, ...] = Field(default=(), max_length=100)
    """Patterns of files that do not matter, such as `docs/**` or `**/*.md`; stronger than `only`."""

    @property
    def is_empty(self) -> bool:
        return not self.only and not self.ignore


class PathDecision(Payload):
    """Whether the preview stays as it is, and why, as a full sentence."""

    is_unchanged: bool
    reason: str


def decide(filters: PathFilters, changed: Sequence[str] | None) -> PathDecision:
    """`changed`: every path that differs from what is deployed, both names of a renamed one; None when unknown.

    The config itself always matters, since it says what to deploy. A doubt is decided in favour of building.
    """
    if filters.is_empty:
        return PathDecision(is_unchanged=False, reason="`paths` names no filters.")
    if changed is None:
        return PathDecision(is_unchanged=False, reason="It is not known which files changed.")
    for path in changed:
        if path == FILE_NAME or _matters(filters, path):
            return PathDecision(is_unchanged=False, reason=f"`{path}` changed.")
    if not changed:
        return PathDecision(is_unchanged=True, reason="No file changed.")
    reason = f"None of the {len(changed)} changed files matters by `paths`."
    if len(changed) == 1:
        reason = f"`{changed[0]}`, the only changed file, does not matter by `paths`."
    return PathDecision(is_unchanged=True, reason=reason)


def _matters(filters: PathFilters, path: str) -> bool:
    is_named = not filters.only or any(matches(pattern, path) for pattern in filters.only)
    return is_named and not any(matches(pattern, path) for pattern in filters.ignore)
