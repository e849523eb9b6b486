"""Who shares an environment from one look to the next: who joins, who leaves, who leads (ENV-016).

The rule: whoever leads goes on leading while it is open. When it is closed, the member that came first takes its place;
one that is no draft comes before drafts, which the project may skip. What is taken of a source changes with its pull
request, and is deployed at once.
"""

from collections.abc import Mapping
from datetime import datetime

from workflows import naming
from workflows.models import (
    Commit,
    EnvironmentState,
    Member,
    PullRequest,
    PullRequestRef,
    SourceHead,
)
from workflows.models.messages import GitHubEvent
from workflows.planning.entries import pull_request_key
from workflows.planning.hints import note_hint, note_told
from workflows.planning.ledger import forget_stop
from workflows.planning.sharing import find_member, heads_of, is_same, told_name

Found = Mapping[str, PullRequest]
"""Members' pull requests as just read, by `pull_request_key`."""


def hear(state: EnvironmentState, event: GitHubEvent, *, now: datetime) -> bool:
    """Remember what the event says, and of whom; whether it announces that one of those who are followed is closed.

    Whoever is not known yet becomes a member, and joins with the next look. A late close makes nobody a member.
    """
    about, is_close = event.pull_request, event.action == "closed"
    if about is None or not naming.is_shared(state.ref.environment):
        note_hint(state, event, now=now)
        return is_close
    if is_same(about, state.pull_request):
        state.source = event.source or state.source
        note_hint(state, event, now=now)
        return is_close
    member = find_member(state, about)
    if member is None:
        if is_close:
            return False
        member = Member(pull_request=about, source=event.source)
        state.members = [*state.members, member]
    note_told(member, event, now=now)
    if event.deploy_drafts is not None:
        state.deploy_drafts = event.deploy_drafts
    return is_close


def arrange(state: EnvironmentState, pull: PullRequest, found: Found) -> PullRequest:
    """Take over what was read; the pull request of whoever leads from now on, which is closed only when all are."""
    former = state.pull_request
    gone = _take_in(state, found)
    lead = _next_leader(state, pull)
    if lead is not None:
        gone += _hand_over(state, pull, lead)
        pull = lead.pull or pull
    _say_farewell(state, gone, goes_on=pull.is_open)
    _follow(
        state,
        "" if lead is None else f"{told_name(pull.ref)} leads in place of {told_name(former)}",
    )
    return pull


def pull_request_keys(state: EnvironmentState) -> tuple[str, ...]:
    """Of all that share the environment, the leader's first; the same order as `head_commits`."""
    refs = (state.pull_request, *(each.pull_request for each in state.members))
    return tuple(pull_request_key(each) for each in refs)


def head_commits(state: EnvironmentState) -> tuple[Commit | None, ...]:
    """None where it was not read yet."""
    pulls = (state.pull, *(each.pull for each in state.members))
    return tuple(each.head_commit if each else None for each in pulls)


def _take_in(state: EnvironmentState, found: Found) -> list[Member]:
    """Members as they are now; those whose pull request is closed since it was shown."""
    stay, gone = [], []
    for each in state.members:
        pull = found.get(pull_request_key(each.pull_request))
        if pull is None:
            stay.append(each)
        elif pull.is_open and not pull.is_fork:
            if each.pull is None or each.pull.head_commit != pull.head_commit:
                forget_stop(state)  # as a push to whoever leads
            each.pull = pull
            stay.append(each)
        elif each.pull is not None:
            each.pull = pull
            gone.append(each)
    state.members = stay
    return gone


def _next_leader(state: EnvironmentState, pull: PullRequest) -> Member | None:
    """Who is to lead in its place; None where it goes on, or nobody is left."""
    known = [each for each in state.members if each.pull is not None]
    ready = [each for each in known if each.pull and not _is_skipped(state, each.pull)]
    if pull.is_open and (not _is_skipped(state, pull) or not ready):
        return None
    return next(iter(ready or known), None)


def _is_skipped(state: EnvironmentState, pull: PullRequest) -> bool:
    return pull.is_draft and not state.deploy_drafts


def _hand_over(state: EnvironmentState, pull: PullRequest, lead: Member) -> list[Member]:
    """The member leads from now on, whose hints count as the environment's. Who led, where that one is gone."""
    was_shown = state.pull is not None
    former = Member(
        pull_request=state.pull_request,
        source=state.source,
        pull=pull,
        closed_at=state.closed_at,
        announced_commit=state.announced_commit,
        announced_at=state.announced_at,
    )
    state.members = [each for each in state.members if each is not lead]
    state.pull_request, state.source, state.pull = lead.pull_request, lead.source, lead.pull
    state.closed_at = lead.closed_at
    state.announced_commit, state.announced_at = lead.announced_commit, lead.announced_at
    state.approval, state.told_commit = None, None
    if state.is_stopped and lead.pull is not None:
        state.stopped_commit = lead.pull.head_commit  # that somebody else leads is no push
    if pull.is_open:
        state.members = [*state.members, former]
        return []
    state.left = [*state.left, pull.ref.repository_id]
    return [former] if was_shown else []


def _say_farewell(state: EnvironmentState, gone: list[Member], *, goes_on: bool) -> None:
    """Of their sources the default branch is taken, unless another pull request of the same one is here."""
    there = [state.pull_request, *(each.pull_request for each in state.members)]
    present = {each.repository_id for each in there}
    left = [*state.left, *(each.pull_request.repository_id for each in gone)]
    state.left = [each for each in dict.fromkeys(left) if each not in present]
    for each in gone:
        how = "merged" if each.pull and each.pull.is_merged else "closed"
        rest = f"; the environment goes on for {told_name(state.pull_request)}" if goes_on else ""
        each.reason = f"pull request {how}{rest}"
    back = [each for each in state.departed if not _is_among(each.pull_request, there)]
    state.departed = [*back, *gone]


def _is_among(ref: PullRequestRef, others: list[PullRequestRef]) -> bool:
    return any(is_same(ref, each) for each in others)


def _follow(state: EnvironmentState, handed_over: str) -> None:
    """The same head is deployed again where something else is to be taken of other sources, or another one leads."""
    wanted = heads_of(state)
    if not state.revisions:
        return
    changed = [each for each in wanted if each not in state.begun]
    if not handed_over and all(_is_taken(state, each) for each in changed):
        state.begun = list(wanted)
        return
    words = [_words(state, each) for each in changed]
    state.moved = "; ".join((handed_over, *words) if handed_over else words)
    state.commit = None


def _is_taken(state: EnvironmentState, head: SourceHead) -> bool:
    """Whether the newest revision has exactly that of the source."""
    found = [
        each for each in state.revisions[0].sources if each.repository_id == head.repository_id
    ]
    if head.commit is None:
        return any(not each.is_same_branch for each in found)
    return any(each.commit == head.commit for each in found)


def _words(state: EnvironmentState, head: SourceHead) -> str:
    def named(members: list[Member]) -> Member | None:
        of_it = [each for each in members if each.pull_request.repository_id == head.repository_id]
        return of_it[-1] if of_it else None

    if head.commit is None:
        gone = named(state.departed)
        return f"{told_name(gone.pull_request)} was closed" if gone else "a source was closed"
    member = named(state.members)
    is_known = any(each.repository_id == head.repository_id for each in state.begun)
    if member is None or is_known:
        name = member.source if member else ""
        return f"{name or 'a source'} moved to {head.commit[:7]}"
    return f"{told_name(member.pull_request)} joined"
