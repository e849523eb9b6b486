"""What the page of an environment shows of its revisions; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.pages.times import Moment, duration, moment, precisely
from workflows.models import (
    Application,
    ApplicationKind,
    PhaseTiming,
    Revision,
    RevisionState,
)
from workflows.rendering import how_it_went

SHORT_COMMIT = 7
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
    application: tuple[tuple[str, str], ...]
    """What was detected: a word and its value, those that are known."""
    jobs: tuple[tuple[str, str], ...]
    """Name, and how it went."""
    sources: tuple[tuple[str, str, str], ...]
    """What came along: name, short commit, branch."""
    bars: tuple[Bar, ...]
    is_of_former_life: bool
    """The first, from the top, of a life that ended before: the environment was removed and came back."""


def revision_rows(revisions: Sequence[Revision], now: datetime) -> tuple[RevisionRow, ...]:
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
        application=_application(revision.application),
        jobs=tuple((each.name, how_it_went(each)) for each in revision.jobs),
        sources=tuple(
            (each.name, each.commit[:SHORT_COMMIT], each.branch) for each in revision.sources
        ),
        bars=_bars(revision.timings, revision.finished_at or now),
        is_of_former_life=is_of_former_life,
    )


def _application(found: Application | None) -> tuple[tuple[str, str], ...]:
    if found is None or found.kind is ApplicationKind.NONE:
        return ()
    known = (
        ("application", " ".join(filter(None, (found.framework, found.kind)))),
        ("directory", found.workdir),
        ("install", found.install),
        ("build", found.build),
        ("start", found.start),
        ("development", found.dev),
        ("port", str(found.port or "")),
    )
    return tuple((word, value) for word, value in known if value)


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
                duration=precisely(length),
                is_running=each.finished_at is None,
            )
        )
    return tuple(bars)
