"""What pages show is made of plain values, and reads well at every size."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.times import duration, moment
from api.pages.views import detail_view, list_view
from api.schemas import EnvironmentDetail, EnvironmentList, Links, Standing
from tests.support.examples import COMMIT, NOW, OLDER_COMMIT, make_revision, make_snapshot
from workflows.models import Application, ApplicationKind, Phase, PhaseTiming, RevisionState


def make_detail(**changes: object) -> EnvironmentDetail:
    snapshot = make_snapshot()
    detail = EnvironmentDetail(
        team="web",
        project="web-shop",
        environment="pr-shop-12",
        repository="acme/shop",
        number=12,
        phase=Phase.READY,
        commit=COMMIT,
        title=snapshot.title,
        url="http://x.localhost/",
        serving_commit=COMMIT,
        created_at=NOW,
        updated_at=NOW,
        links=Links(page="", logs="", pull_request="https://github.com/acme/shop/pull/12"),
        standing=Standing(state="fine", cluster="present", actions=("retry", "delete")),
    )
    return detail.model_copy(update=changes)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (3_600, "1 h"),
        (7_800, "2 h 10 min"),
        (86_400 * 5 + 3 * 3_600, "5 d 3 h"),
    ],
)
def test_a_duration_reads_as_people_say_it(seconds: int, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4_000)))
def test_a_duration_is_short(length: timedelta) -> None:
    assert len(duration(length)) <= len("4000 d 23 h")


def test_a_time_is_told_exactly_as_well() -> None:
    told = moment(NOW, NOW + timedelta(minutes=2))
    assert (told.text, told.exact) == ("2 min ago", "2026-03-02 09:15:00 UTC")


@pytest.mark.spec("US2")
def test_an_older_commit_that_still_serves_is_named() -> None:
    words = f"still serves `{OLDER_COMMIT[:7]}`"
    assert detail_view(make_detail(shows=words), now=NOW).row.shows == words
    assert detail_view(make_detail(), now=NOW).row.shows == ""


def test_what_cannot_be_undone_asks_first() -> None:
    buttons = {each.action: each for each in detail_view(make_detail(), now=NOW).buttons}
    assert buttons["delete"].needs_confirmation
    assert not buttons["retry"].needs_confirmation


def test_revisions_of_a_former_life_are_set_apart() -> None:
    revisions = [
        make_revision(number, id=f"rev:web-shop:pr-shop-12:{life}:{number}")
        for life, number in (("bbbbbbbb", 2), ("bbbbbbbb", 1), ("aaaaaaaa", 2), ("aaaaaaaa", 1))
    ]
    view = detail_view(make_detail(revisions=tuple(revisions)), now=NOW)
    assert [each.is_of_former_life for each in view.revisions] == [False, False, True, False]


def test_phases_of_a_revision_are_placed_on_one_time_line() -> None:
    timings = (
        PhaseTiming(phase="plan", started_at=NOW, finished_at=NOW + timedelta(seconds=2)),
        PhaseTiming(
            phase="namespace",
            started_at=NOW + timedelta(seconds=2),
            finished_at=NOW + timedelta(seconds=4),
        ),
        PhaseTiming(phase="build", started_at=NOW + timedelta(seconds=2)),
    )
    revision = make_revision(state=RevisionState.BUILDING, timings=timings)
    view = detail_view(make_detail(revisions=(revision,)), now=NOW + timedelta(seconds=20))
    plan, namespace, build = view.revisions[0].bars
    assert (plan.start, plan.width, plan.duration) == (0, 10, "2.0 s")
    assert (namespace.start, namespace.width) == (10, 10)
    assert (build.start, build.width, build.is_running) == (10, 90, True)
    assert build.duration == "18 s"


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.one_of(st.none(), st.integers(0, 10**6))), max_size=8
    )
)
def test_no_bar_leaves_its_line(spans: list[tuple[int, int | None]]) -> None:
    timings = tuple(
        PhaseTiming(
            phase="x",
            started_at=NOW + timedelta(milliseconds=start),
            finished_at=None if end is None else NOW + timedelta(milliseconds=start + end),
        )
        for start, end in spans
    )
    revision = make_revision(timings=timings)
    view = detail_view(make_detail(revisions=(revision,)), now=NOW + timedelta(days=1))
    for bar in view.revisions[0].bars:
        assert bar.start >= 0
        assert bar.start + bar.width <= 100.6  # the least width that is visible included


def test_filters_count_everything_and_mark_the_chosen_one() -> None:
    listed = EnvironmentList(
        environments=(),
        total=0,
        limit=100,
        offset=0,
        phases={Phase.READY: 3, Phase.FAILED: 1, Phase.DELETED: 9},
    )
    view = list_view(listed, phase=Phase.FAILED, include_deleted=False, now=NOW)
    assert [(each.label, each.count, each.is_chosen) for each in view.filters] == [
        ("all", 4, False),
        ("ready", 3, False),
        ("failed", 1, True),
        ("deleted", 9, False),
    ]


def test_pages_lead_to_each_other_and_keep_the_filter() -> None:
    detail = make_detail()
    listed = EnvironmentList(environments=(detail,) * 2, total=6, limit=2, offset=2)
    view = list_view(listed, phase=Phase.READY, include_deleted=False, now=NOW)
    assert view.older == "/?phase=ready&offset=4"
    assert view.newer == "/?phase=ready&offset=0"
    assert view.query == "phase=ready&offset=2"


@pytest.mark.spec("ENV-006")
def test_what_was_detected_is_shown_with_its_commands() -> None:
    found = Application(
        kind=ApplicationKind.NODE,
        framework="nextjs",
        workdir="web",
        dev="pnpm dev",
        start="pnpm start",
        port=3000,
    )
    revisions = (
        make_revision(application=found),
        make_revision(application=Application()),
        make_revision(),
    )
    view = detail_view(make_detail(revisions=revisions), now=NOW)
    assert [row.application for row in view.revisions] == [
        (
            ("application", "nextjs node"),
            ("directory", "web"),
            ("start", "pnpm start"),
            ("development", "pnpm dev"),
            ("port", "3000"),
        ),
        (),
        (),
    ]
