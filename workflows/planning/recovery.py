"""When a revision that failed on the platform's side is tried again by itself."""

from datetime import datetime, timedelta

from workflows.models import EnvironmentState, Failure, FailureKind, Phase, RevisionState
from workflows.planning.pauses import backoff

_NEEDS_A_PERSON = ("PhaseTimeoutError", "RevisionEndedError")
"""A used-up limit may as well be a hanging step of the repository's own; an ended workflow was ended by somebody."""


def next_recovery(
    state: EnvironmentState, *, first: timedelta, most: timedelta, limit: int
) -> datetime | None:
    """When the newest revision is to be tried again; None when it is not, or was often enough for its commit.

    `first` is the pause after the first failure, growing up to `most`; `limit` must be below the revisions kept.
    """
    if state.phase is not Phase.FAILED or state.is_stopped or not state.revisions:
        return None
    newest = state.revisions[0]
    times = _failures_in_a_row(state)
    if newest.finished_at is None or newest.commit != state.commit or not 0 < times <= limit:
        return None
    return newest.finished_at + backoff(times, first=first, most=most)


def _failures_in_a_row(state: EnvironmentState) -> int:
    """Of the newest revision's commit, all the platform's."""
    count = 0
    for revision in state.revisions:
        is_same = revision.commit == state.revisions[0].commit
        if not is_same or revision.state is not RevisionState.FAILED:
            break
        if not _is_the_platforms(revision.failure):
            break
        count += 1
    return count


def _is_the_platforms(failure: Failure | None) -> bool:
    return (
        failure is not None
        and failure.kind is FailureKind.PLATFORM
        and failure.type not in _NEEDS_A_PERSON
    )
