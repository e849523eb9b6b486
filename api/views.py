"""What pages show: plain values made of what operations answered. Pure; templates only place them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from api.links import environment_path
from api.schemas import Action, EnvironmentDetail, EnvironmentList, EnvironmentSummary
from workflows.models import Phase, PhaseTiming, Revision, RevisionState

SHORT_COMMIT = 7
_TONES = {
    Phase.PENDING: "waiting",
    Phase.QUEUED: "waiting",
    Phase.BUILDING: "working",
    Phase.DEPLOYING: "working",
    Phase.CHECKING: "working",
    Phase.READY: "good",
    Phase.DEGRADED: "warning",
    Phase.FAILED: "bad",
    Phase.SLEEPING: "quiet",
    Phase.DELETING: "quiet",
    Phase.DELETED: "quiet",
}
_REVISION_TONES = {
    RevisionState.PENDING: "waiting",
    RevisionState.BUILDING: "working",
    RevisionState.DEPLOYING: "working",
    RevisionState.CHECKING: "working",
    RevisionState.SUCCEEDED: "good",
    RevisionState.FAILED: "bad",
    RevisionState.SUPERSEDED: "quiet",
    RevisionState.CANCELLED: "quiet",
}
_PROMISES: dict[Action, str] = {
    "retry": "Try the last failed revision again",
    "redeploy": "Deploy the head commit again",
    "delete": "Remove the environment until the next push or redeploy",
    "approve": "Let exactly this commit run",
}


@dataclass(frozen=True)
class Moment:
    """A time as people read it, and exactly."""

    text: str
    exact: str


@dataclass(frozen=True)
class Row:
    """One environment in the list."""

    path: str
    title: str
    subject: str
    """`acme/shop #12`."""
    phase: str
    tone: str
    reason: str
    commit: str
    branch: str
    author: str
    url: str
    stale: str
    """Set when the URL still serves another commit than the one wanted."""
    updated: Moment
    age: Moment
    pull_request: str
    commit_url: str
    workflow: str


@dataclass(frozen=True)
class Filter:
    label: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class ListView:
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...]
    total: int
    chosen: str
    """The phase filtered by; empty when none is."""
    query: str
    """For the fragment's own address."""
    older: str
    newer: str


@dataclass(frozen=True)
class Bar:
    """One phase of a revision on a time line; `start` and `width` in hundredths of the whole."""

    name: str
    start: float
    width: float
    duration: str
    is_running: bool


@dataclass(frozen=True)
class RevisionRow:
    number: int
    commit: str
    state: str
    tone: str
    trigger: str
    created: Moment
    duration: str
    message: str
    reasons: tuple[str, ...]
    bars: tuple[Bar, ...]
    is_of_former_life: bool
    """The first, from the top, of a life that ended before: the environment was removed and came back."""


@dataclass(frozen=True)
class Button:
    action: str
    promise: str
    needs_confirmation: bool
    style: str


@dataclass(frozen=True)
class DetailView:
    row: Row
    detail: EnvironmentDetail
    buttons: tuple[Button, ...]
    revisions: tuple[RevisionRow, ...]
    decisions: tuple[tuple[Moment, str, str, str], ...]
    is_troubled: bool
    """Whether record, workflow and cluster disagree, or one of them cannot be asked."""
    excerpt: str
    namespace: str
    """What the cluster says of the namespace; one on its way is not called missing."""


def list_view(
    listed: EnvironmentList, *, phase: Phase | None, include_deleted: bool, now: datetime
) -> ListView:
    present = {each: number for each, number in listed.phases.items() if each is not Phase.DELETED}
    filters = [Filter("all", sum(present.values()), "/", phase is None and not include_deleted)]
    filters += [
        Filter(
            each.value, listed.phases[each], f"/?{urlencode({'phase': each.value})}", phase is each
        )
        for each in Phase
        if each in listed.phases
    ]
    chosen = {"phase": phase.value} if phase else {}
    chosen |= {"include_deleted": "true"} if include_deleted else {}
    here = chosen | ({"offset": str(listed.offset)} if listed.offset else {})
    last = listed.offset + len(listed.environments)
    before = max(0, listed.offset - listed.limit)
    return ListView(
        rows=tuple(_row(each, now) for each in listed.environments),
        filters=tuple(filters),
        total=listed.total,
        chosen=phase.value if phase else "",
        query=urlencode(here),
        older=f"/?{urlencode(chosen | {'offset': str(last)})}" if last < listed.total else "",
        newer=f"/?{urlencode(chosen | {'offset': str(before)})}" if listed.offset else "",
    )


def detail_view(detail: EnvironmentDetail, *, now: datetime) -> DetailView:
    state = detail.standing.state
    return DetailView(
        row=_row(detail, now),
        detail=detail,
        buttons=tuple(_button(action) for action in detail.standing.actions),
        revisions=_revision_rows(detail.revisions, now),
        decisions=tuple(
            (
                moment(each.at, now),
                f"{each.event} {each.action}".strip(),
                each.decision,
                each.reason,
            )
            for each in detail.decisions
        ),
        is_troubled=state in ("missing", "left over", "unknown"),
        excerpt="\n".join(detail.failure.excerpt) if detail.failure else "",
        namespace=state if state.startswith("being") else detail.standing.cluster,
    )


def moment(at: datetime, now: datetime) -> Moment:
    return Moment(text=f"{duration(now - at)} ago", exact=at.strftime("%Y-%m-%d %H:%M:%S UTC"))


def duration(length: timedelta) -> str:
    """Two units at most: `8 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h`. Never negative: clocks differ a little."""
    seconds = max(0, round(length.total_seconds()))
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    for index, (name, size) in enumerate(units):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            if index + 1 == len(units):
                return f"{whole} {name}"
            smaller_name, smaller = units[index + 1]
            part = rest // smaller
            return f"{whole} {name} {part} {smaller_name}" if part else f"{whole} {name}"
    return "0 s"


def _row(each: EnvironmentSummary, now: datetime) -> Row:
    is_stale = bool(each.url) and each.serving_commit != each.commit
    return Row(
        path=environment_path(each.project, each.environment),
        title=each.title or each.environment,
        subject=f"{each.repository} #{each.number}",
        phase=each.phase.value,
        tone=_TONES[each.phase],
        reason=each.reason,
        commit=each.commit[:SHORT_COMMIT],
        branch=each.branch,
        author=each.author,
        url=each.url,
        stale=each.serving_commit[:SHORT_COMMIT] if is_stale else "",
        updated=moment(each.updated_at, now),
        age=moment(each.created_at, now),
        pull_request=each.links.pull_request,
        commit_url=each.links.commit,
        workflow=each.links.workflow,
    )


def _button(action: Action) -> Button:
    return Button(
        action=action,
        promise=_PROMISES[action],
        needs_confirmation=action in ("delete", "approve"),
        style={"delete": "danger", "retry": "primary", "approve": "primary"}.get(action, ""),
    )


def _revision_rows(revisions: Sequence[Revision], now: datetime) -> tuple[RevisionRow, ...]:
    lives = [each.id.rpartition(":")[0] for each in revisions]
    later = [*lives[:1], *lives]
    return tuple(
        _revision_row(revision, now, is_of_former_life=life != life_above)
        for revision, life, life_above in zip(revisions, lives, later, strict=False)
    )


def _revision_row(revision: Revision, now: datetime, *, is_of_former_life: bool) -> RevisionRow:
    return RevisionRow(
        number=revision.number,
        commit=revision.commit[:SHORT_COMMIT],
        state=revision.state.value,
        tone=_REVISION_TONES[revision.state],
        trigger=revision.trigger,
        created=moment(revision.created_at, now),
        duration=duration((revision.finished_at or now) - revision.created_at),
        message=revision.failure.message if revision.failure else "",
        reasons=revision.reasons,
        bars=_bars(revision.timings, revision.finished_at or now),
        is_of_former_life=is_of_former_life,
    )


def _bars(timings: Sequence[PhaseTiming], now: datetime) -> tuple[Bar, ...]:
    if not timings:
        return ()
    begin = min(each.started_at for each in timings)
    end = max(each.finished_at or now for each in timings)
    whole = max((end - begin).total_seconds(), 0.001)
    bars = []
    for each in timings:
        length = max((each.finished_at or now) - each.started_at, timedelta())
        bars.append(
            Bar(
                name=each.phase,
                start=round((each.started_at - begin).total_seconds() / whole * 100, 2),
                # A phase of milliseconds stays visible.
                width=max(round(length.total_seconds() / whole * 100, 2), 0.5),
                duration=_precisely(length),
                is_running=each.finished_at is None,
            )
        )
    return tuple(bars)


def _precisely(length: timedelta) -> str:
    """Tenths of a second below ten, where they matter."""
    seconds = length.total_seconds()
    return f"{seconds:.1f} s" if seconds < 10 else duration(length)
