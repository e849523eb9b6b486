"""Something that keeps a release from being ready, and how long it may last."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from workflows.errors import CatalystError, RolloutFailedError

AT_THE_LIMIT = inf
"""Patience of what may still turn out well: it is told when the time is used up, and not before."""


@dataclass(frozen=True)
class Problem:
    """One finding about one pod or workload, in words for people."""

    key: str
    """The same as long as the same thing is wrong."""
    message: str
    patience: float = AT_THE_LIMIT
    """Seconds for which it has to last until waiting longer makes no sense."""
    error: type[CatalystError] = RolloutFailedError
    hint: str = ""
    pod: str = ""
    container: str = ""
    """Whose log explains it; empty: none."""
    is_previous: bool = False
    """The log of the container's run before this one: the one that crashed."""


class Patience:
    """Remembers since when each problem lasts."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def first_lasting(self, problems: Iterable[Problem], now: float) -> Problem | None:
        """The first problem that has lasted too long at `now` (seconds of any steady clock)."""
        found = list(problems)
        self._since = {problem.key: self._since.get(problem.key, now) for problem in found}
        for problem in found:
            if now - self._since[problem.key] >= problem.patience:
                return problem
        return None


def gravest(problems: Iterable[Problem]) -> Problem | None:
    """What to tell when the time is up: the one that leaves least hope, the first of equals."""
    return min(problems, key=lambda problem: problem.patience, default=None)
