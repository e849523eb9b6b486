"""What serves after a revision that ended before it was through, as far as the pods show it; pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from workflows.models import Apart, Commit, EnvironmentState, Revision, RevisionState, Serving
from workflows.models.messages import SeenComponent, ServingSeen


def first_attempt(revisions: Sequence[Revision]) -> Revision:
    """Of those that led to the newest: what one has brought up half, the next one finds and does not make again."""
    first = revisions[0]
    for each in revisions[1:]:
        if each.commit != first.commit or each.state is RevisionState.SUCCEEDED:
            break
        first = each
    return first


def note_seen(state: EnvironmentState, told: ServingSeen, *, now: datetime) -> bool:
    """True when that changes what is known to serve; False also when it is not about the newest revision."""
    if not state.revisions or state.revisions[0].number != told.number:
        return False
    serving = what_serves(state.serving, state.revisions[0].commit, told, now)
    is_news = serving != state.serving
    state.serving = serving
    return is_news


def what_serves(
    known: Serving | None, commit: Commit, told: ServingSeen, now: datetime
) -> Serving | None:
    """`known` served before the revision of `commit` began; None where nothing is known to serve."""
    front = told.seen.front
    if front is None:
        return known
    if front.is_new and not front.is_old:
        at = Serving(commit=commit, url=told.seen.url, since=now, is_healthy=False)
        if known is not None and known.commit == commit:
            at = known
        apart = tuple(_apart(at, known, commit, told))
        return at.model_copy(update={"is_down": False, "coming": None, "apart": apart})
    if known is None:
        return None
    is_down = not (front.is_new or front.is_old or front.is_same)
    is_coming = front.is_coming and known.commit != commit
    return known.model_copy(
        update={
            "is_down": is_down,
            "apart": tuple(_apart(known, known, commit, told)),
            "coming": commit if is_coming else None,
        }
    )


def _apart(
    serving: Serving, known: Serving | None, commit: Commit, told: ServingSeen
) -> Iterator[Apart]:
    """Components that are not where the front is. An older half stays told as long as nothing has changed it."""
    former = {each.component: each for each in known.apart} if known else {}
    before = known.commit if known else None
    for each in told.seen.components:
        if not (each.is_new or each.is_old or each.is_same):
            yield Apart(component=each.component)
            continue
        earlier = former.get(each.component) if _is_untouched(each) else None
        at = earlier.commit if earlier else None
        at = at or _commit_of(each, serving.commit, commit, before)
        if at is not None and at != serving.commit:
            yield Apart(component=each.component, commit=at)


def _commit_of(
    each: SeenComponent, shown: Commit, commit: Commit, before: Commit | None
) -> Commit | None:
    """The commit other than the shown one that it has pods of; None where there is none."""
    if each.is_new and shown != commit:
        return commit
    return before if each.is_old and shown == commit else None


def _is_untouched(each: SeenComponent) -> bool:
    return not each.is_new and not each.is_same
