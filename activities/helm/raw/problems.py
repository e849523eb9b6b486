"""What is wrong with manifests: all of it at once, each with its file and line (EC-2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from activities.masking import mask
from workflows.errors import ForbiddenManifestError, ManifestError

MAX_SHOWN = 20
"""Nobody corrects more at a time, and one mistake may repeat in hundreds of objects."""
_HINT = "Correct the named lines, then push."
_FORBIDDEN_HINT = "Remove it from the manifests: previews make namespaced objects of their own."


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong. Sorts by place."""

    file: str
    line: int
    """From 1."""
    text: str
    is_forbidden: bool = False
    """Not a mistake, but something that no environment may have."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def to_error(problems: Iterable[Problem]) -> ManifestError:
    """One failure for all of them: the first in its message, `MAX_SHOWN` of them in its excerpt."""
    found = sorted(set(problems))
    shown = [mask(str(problem)) for problem in found[:MAX_SHOWN]]
    more = len(found) - 1
    message = f"{shown[0]} (and {more} more)" if more else shown[0]
    if len(found) > MAX_SHOWN:
        shown.append(f"… and {len(found) - MAX_SHOWN} more")
    if all(problem.is_forbidden for problem in found):
        return ForbiddenManifestError(message, excerpt=shown, hint=_FORBIDDEN_HINT)
    return ManifestError(message, excerpt=shown, hint=_HINT)
