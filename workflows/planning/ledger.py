"""What happened, written into the entity's state: revisions begun and ended, phases, what serves.

These functions change the state they are given; it is the one model that may change in place.
"""

from datetime import datetime

from workflows.models import (
    Commit,
    EnvironmentSnapshot,
    EnvironmentState,
    Failure,
    Phase,
    PullRequest,
    Revision,
    RevisionState,
    Serving,
)
from workflows.models.messages import RevisionProgress, RevisionResult
from workflows.planning.backups import forget_backups
from workflows.planning.resets import note_begun_anew, note_services
from workflows.planning.sharing import first_sources, heads_of, own_source, seen_by_leader

MAX_REVISIONS = 10
"""Revisions kept in state, comment and reports; the read model keeps them all."""
MAX_DELIVERIES = 200
"""GUIDs remembered; GitHub redelivers within three days, and what slips through only causes one more look."""
GONE_TYPE = "CommitGoneError"
_REVISION_STATES = {
    Phase.PENDING: RevisionState.PENDING,
    Phase.BUILDING: RevisionState.BUILDING,
    Phase.DEPLOYING: RevisionState.DEPLOYING,
    Phase.CHECKING: RevisionState.CHECKING,
}


def remember_delivery(state: EnvironmentState, delivery: str) -> bool:
    """True when this delivery was not seen before."""
    if delivery in state.deliveries:
        return False
    state.deliveries = [*state.deliveries, delivery][-MAX_DELIVERIES:]
    return True


def next_sequence(previous: int, now: datetime) -> int:
    """Grows with every change and, being a time in milliseconds, also from one life to the next."""
    return max(previous + 1, int(now.timestamp() * 1000))


def begin_revision(
    state: EnvironmentState, *, revision_id: str, commit: Commit, trigger: str, now: datetime
) -> Revision:
    """The newest revision becomes the one at work."""
    revision = Revision(
        number=state.count,
        id=revision_id,
        commit=commit,
        created_at=now,
        trigger=trigger,
        own=own_source(state, commit),
        sources=first_sources(state),
    )
    older = [_without_excerpt(each) for each in state.revisions]
    state.revisions = [revision, *_kept(older, state.serving)]
    state.commit, state.moved, state.begun = commit, "", list(heads_of(state))
    state.phase, state.reason, state.failure = Phase.PENDING, "", None
    forget_stop(state)
    state.has_resources = True
    return revision


def note_progress(state: EnvironmentState, progress: RevisionProgress, *, now: datetime) -> bool:
    """Take over what the revision at work tells; False when it is not about the newest one, or was overtaken."""
    if not state.revisions or state.revisions[0].number != progress.number:
        return False
    current = state.revisions[0]
    if current.finished_at is not None or 0 < progress.sequence < current.told:
        return False
    _replace_newest(
        state,
        {
            "told": progress.sequence,
            "state": _REVISION_STATES.get(progress.phase, current.state),
            "reasons": progress.reasons or current.reasons,
            "timings": progress.timings or current.timings,
            "application": progress.application or current.application,
            "sources": progress.sources or current.sources,
            "jobs": progress.jobs or current.jobs,
        },
    )
    state.phase, state.reason = progress.phase, progress.reason
    _note_front(state, progress, now)
    note_services(state, progress)
    if progress.has_begun_anew:
        note_begun_anew(state)
    return True


def _note_front(state: EnvironmentState, progress: RevisionProgress, now: datetime) -> None:
    """Its pods have taken the place of an older version's; however it ends, that one does not answer any more."""
    if not progress.url:
        return
    serving = Serving(
        commit=state.revisions[0].commit,
        url=progress.url,
        since=now,
        is_healthy=progress.is_healthy,
    )
    known = state.serving
    if known is None or serving != known.model_copy(update={"since": now}):
        state.serving = serving


def end_revision(
    state: EnvironmentState,
    final: RevisionState,
    *,
    now: datetime,
    result: RevisionResult | None = None,
    failure: Failure | None = None,
) -> None:
    """The newest revision has ended; phase and what serves follow from how.

    Superseded and cancelled revisions leave the phase to whatever replaces them.
    """
    changes: dict[str, object] = {"state": final, "finished_at": now, "failure": failure}
    if result is not None:
        changes |= {
            "reasons": result.reasons,
            "timings": result.timings,
            "unchanged": result.unchanged,
            "application": result.application,
            "sources": result.sources or state.revisions[0].sources,
            "jobs": result.jobs,
            "is_degraded": result.is_degraded,
        }
    _replace_newest(state, changes)
    commit = state.revisions[0].commit
    if final in (RevisionState.SUPERSEDED, RevisionState.CANCELLED):
        state.commit = None  # it was never brought up, so the same head may be wanted again
    elif final is RevisionState.SUCCEEDED and result is not None:
        state.phase, state.failure = Phase.READY, None
        state.reason = _why_unchanged(state.revisions[0])
        note_begun_anew(state)
    elif failure is not None:
        state.phase, state.reason, state.failure = (
            _phase_of_failed(state.revisions[0]),
            failure.message,
            failure,
        )
    is_over = final in (RevisionState.SUCCEEDED, RevisionState.FAILED)
    if result is not None and is_over and result.url and not result.unchanged:
        # Also of one that failed afterwards: the pods are its own by then.
        state.serving = Serving(
            commit=commit,
            url=result.url,
            since=now,
            settings=result.settings,
            release=result.release,
        )


def rest(state: EnvironmentState, reason: str, *, is_refused: bool = False) -> None:
    """Nothing is at work, by decision: ready when an earlier version serves, pending otherwise or when refused."""
    is_ready = _is_served(state) and not is_refused
    state.phase = Phase.READY if is_ready else Phase.PENDING
    state.reason, state.failure = reason, None


def settle(state: EnvironmentState, head: Commit) -> None:
    """Nothing is at work and nothing new is wanted: phase and reason are those of the head's last revision.

    They may tell of something else by now, such as a draft that was pushed back to what serves.
    """
    found = [each for each in state.revisions if each.commit == head]
    if state.phase is Phase.DELETED or not found:
        return
    failure = found[0].failure
    if found[0].state is RevisionState.FAILED and failure is not None:
        state.phase, state.reason, state.failure = (
            _phase_of_failed(found[0]),
            failure.message,
            failure,
        )
    elif found[0].state is RevisionState.SUCCEEDED and _is_served(state):
        state.phase, state.failure = Phase.READY, None
        state.reason = _why_unchanged(found[0])


def unharmed(state: EnvironmentState) -> Serving | None:
    """What serves, as long as no revision after it was begun and not brought up: that one may have changed something.

    For a revision just entered, the newest. A commit of another repository, whose pull request led before, is nothing
    that this one's could be compared with.
    """
    if len(state.revisions) < 2:
        return None
    newest, former = state.revisions[:2]
    is_of_another = _repository_of(newest) != _repository_of(former)
    is_whole = former.state is RevisionState.SUCCEEDED and not is_of_another
    return state.serving if is_whole else None


def stop(state: EnvironmentState, *, by: str) -> None:
    """A person removes it: it stays away until another head, a reopening or a redeploy."""
    state.is_stopped, state.stopped_by = True, by
    state.stopped_commit = state.pull.head_commit if state.pull else None


def forget_stop(state: EnvironmentState) -> None:
    """A reopening, or a new revision: the person's stop no longer counts."""
    state.is_stopped, state.stopped_commit, state.stopped_by = False, None, ""


def take_over(state: EnvironmentState, pull: PullRequest) -> None:
    """The pull request as just read. Its head fixes what an earlier stop or approval was about."""
    state.pull = pull
    if state.is_stopped and state.stopped_commit is None:
        state.stopped_commit = pull.head_commit
    if state.approval is not None and state.approval.commit != pull.head_commit:
        state.approval = None


def forget_resources(state: EnvironmentState, reason: str) -> None:
    """After a removal: nothing exists, and the same head deploys again when it is wanted."""
    state.commit, state.serving, state.failure = None, None, None
    state.has_resources, state.unconfirmed, state.blockers = False, "", []
    state.services, state.resets = [], []
    note_begun_anew(state)
    forget_backups(state)
    state.phase, state.reason = Phase.DELETED, reason


def gone_in_a_row(state: EnvironmentState) -> int:
    """How often the newest revision's commit had vanished when it was fetched, without another in between."""
    count = 0
    for revision in state.revisions:
        is_gone = revision.failure is not None and revision.failure.type == GONE_TYPE
        if not is_gone or revision.commit != state.revisions[0].commit:
            break
        count += 1
    return count


def lost_its_name(state: EnvironmentState, failure: Failure) -> bool:
    """Whether somebody else took the chosen namespace before anything of ours was in it: another is to be chosen."""
    is_taken = (failure.type, failure.phase) == ("NameTakenError", "namespace")
    return is_taken and state.serving is None


def make_snapshot(
    state: EnvironmentState, *, workflow_id: str, now: datetime, trouble: str = ""
) -> EnvironmentSnapshot:
    """What everybody may know. `trouble` is what keeps the entity from seeing its pull request right now."""
    pull = state.pull
    made = EnvironmentSnapshot(
        ref=state.ref,
        workflow_id=workflow_id,
        pull_request=pull.ref if pull else state.pull_request,
        sequence=state.sequence,
        phase=state.phase,
        reason="; ".join(text for text in (state.reason, trouble) if text),
        commit=pull.head_commit if pull else state.commit,
        branch=pull.head_branch if pull else "",
        title=pull.title if pull else "",
        author=pull.author if pull else "",
        serving=state.serving,
        revisions=tuple(state.revisions),
        failure=state.failure,
        blockers=tuple(state.blockers),
        services=tuple(state.services),
        backups=tuple(state.backups),
        asked=state.asked,
        is_fork=pull.is_fork if pull else None,
        created_at=state.created_at or now,
        updated_at=state.updated_at or now,
    )
    return seen_by_leader(state, made)


def _is_served(state: EnvironmentState) -> bool:
    """Whether a commit was seen to answer at the URL, and nothing has taken its place since."""
    return state.serving is not None and state.serving.is_well


def _repository_of(revision: Revision) -> int:
    """Where that is told: in shared environments."""
    return revision.own.repository_id if revision.own else 0


def _replace_newest(state: EnvironmentState, changes: dict[str, object]) -> None:
    state.revisions = [state.revisions[0].model_copy(update=changes), *state.revisions[1:]]


def _kept(older: list[Revision], serving: Serving | None) -> list[Revision]:
    """The newest, and the one that serves however old it is: its surfaces have to end with it."""
    newest, rest = older[: MAX_REVISIONS - 1], older[MAX_REVISIONS - 1 :]
    by_commit = [each for each in older if serving is not None and each.commit == serving.commit]
    brought_up = [each for each in by_commit if each.state is RevisionState.SUCCEEDED][:1]
    return [*newest[:-1], *brought_up] if brought_up and brought_up[0] in rest else newest


def _without_excerpt(revision: Revision) -> Revision:
    """Older revisions keep their cause in one line: reports travel in every payload."""
    if revision.failure is None or not revision.failure.excerpt:
        return revision
    return revision.model_copy(
        update={"failure": revision.failure.model_copy(update={"excerpt": ()})}
    )


def _phase_of_failed(revision: Revision) -> Phase:
    """Degraded where its container stays, with its code, to be worked in."""
    return Phase.DEGRADED if revision.is_degraded else Phase.FAILED


def _why_unchanged(revision: Revision) -> str:
    """In words for people; empty for a revision that was deployed."""
    return f"unchanged: {revision.unchanged}" if revision.unchanged else ""
