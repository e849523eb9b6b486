"""What events told before GitHub's own answer shows it: its API may lag behind its webhooks for a moment.

An event never decides; it only makes an answer that contradicts it count for nothing until it has had time to settle.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from workflows.models import EnvironmentState, Member, PullRequest
from workflows.models.messages import GitHubEvent

Hinted = EnvironmentState | Member
"""Whoever follows a pull request."""


def note_hint(state: EnvironmentState, event: GitHubEvent, *, now: datetime) -> None:
    """Remember what the event says of the pull request, and follow the project's setting that came with it."""
    note_told(state, event, now=now)
    if event.deploy_drafts is not None:
        state.deploy_drafts = event.deploy_drafts


def note_told(state: Hinted, event: GitHubEvent, *, now: datetime) -> None:
    """Remember what the event says of the pull request."""
    if event.action == "closed":
        state.closed_at = now
    elif event.action == "reopened":
        state.closed_at = None
    if event.head_commit is not None:
        state.announced_commit, state.announced_at = event.head_commit, now


def is_outdated(state: EnvironmentState, pull: PullRequest, *, is_settled: bool) -> bool:
    """Whether acting upon this answer could undo what an event has told.

    `open` after a close always could (invariant 2); an earlier head only when it is one that was brought up before,
    because a head that nobody has seen may be newer than the event.
    """
    return is_outdated_for(state, state, pull, is_settled=is_settled)


def is_outdated_for(
    hinted: Hinted, state: EnvironmentState, pull: PullRequest, *, is_settled: bool
) -> bool:
    """The same for any of those that share the environment."""
    if is_settled or not _contradicts(hinted, pull):
        return False
    return hinted.closed_at is not None or _is_known(state, pull)


def next_check(
    state: Hinted,
    pull: PullRequest,
    looked_at: datetime,
    *,
    closed: Sequence[timedelta],
    head: Sequence[timedelta],
) -> datetime | None:
    """When to look again because the answer contradicts an event; None when it does not, or has settled.

    `closed` and `head`: times after the event at which GitHub is asked again; the last answer is believed.
    """
    times: list[datetime] = []
    if pull.is_open and state.closed_at is not None:
        times += [state.closed_at + each for each in closed]
    elif _contradicts(state, pull) and state.announced_at is not None:
        times += [state.announced_at + each for each in head]
    return min((each for each in times if each > looked_at), default=None)


def _contradicts(state: Hinted, pull: PullRequest) -> bool:
    if not pull.is_open:
        return False  # an event of a push may be older than the close
    return state.closed_at is not None or state.announced_commit not in (None, pull.head_commit)


def _is_known(state: EnvironmentState, pull: PullRequest) -> bool:
    return any(
        pull.head_commit in (each.commit, *(source.commit for source in each.sources))
        for each in state.revisions
    )
