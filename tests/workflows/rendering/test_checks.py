"""Check runs and deployments tell the same story as the comment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.values import NOW, URL, A, B, failure, revision, serving, snapshot
from workflows.models import Phase, PhaseTiming, RevisionState
from workflows.rendering import Links, deployment_description, render_check

LINKS = Links(web_url="http://catalyst.test", temporal_ui_url="http://temporal.test")


@pytest.mark.spec("FR-009")
def test_a_failed_check_holds_cause_and_the_longer_excerpt() -> None:
    lines = tuple("x" * 900 for _ in range(40))
    failed = revision(2, B, RevisionState.FAILED, failure=failure(excerpt=lines))
    shown = snapshot(Phase.FAILED, commit=B, revisions=(failed, revision()), serving=serving())
    check = render_check(shown, failed, LINKS)
    assert check.title == "Preview failed: build"
    assert "**Cause**: npm ci failed" in check.summary
    assert "**What to do**: Correct package.json." in check.summary
    assert f"[http\\://acme-shop-pr-shop-7.localhost\\:8080/]({URL}) still serves `aaaaaaa`" in (
        check.summary
    )
    assert "http://temporal.test/namespaces/default/workflows/rev%3A" in check.summary
    assert check.text.count("x" * 900) == 40
    assert check.details_url == "http://catalyst.test/environments/acme-shop/pr-shop-7"


def test_a_good_check_leads_to_the_preview_and_tells_how_long_phases_took() -> None:
    timings = (
        PhaseTiming(phase="build", started_at=NOW, finished_at=NOW),
        PhaseTiming(phase="health", started_at=NOW),
    )
    good = revision(timings=timings)
    check = render_check(snapshot(revisions=(good,), serving=serving()), good, Links())
    assert check.title == "Preview ready"
    assert f"Open [http\\://acme-shop-pr-shop-7.localhost\\:8080/]({URL})" in check.summary
    assert "| build | 0 s |" in check.text
    assert "health" not in check.text


def test_a_failure_without_phase_lines_or_hint_is_still_a_failure() -> None:
    bare = failure(phase="", excerpt=(), hint="")
    failed = revision(result=RevisionState.FAILED, failure=bare)
    check = render_check(snapshot(Phase.FAILED, revisions=(failed,)), failed, Links())
    assert check.title == "Preview failed"
    assert check.text == ""


@pytest.mark.invariant(3)
def test_a_commit_that_changed_nothing_is_not_called_ready() -> None:
    unchanged = revision(2, B, unchanged="Only `README.md` changed.")
    shown = snapshot(commit=B, revisions=(unchanged, revision()), serving=serving())
    check = render_check(shown, unchanged, Links())
    assert check.title == "Preview unchanged"
    assert "still serves `aaaaaaa`" in check.summary
    assert "Only \\`README.md\\` changed" in check.summary
    line = deployment_description(shown, unchanged)
    assert line == "Preview unchanged: Only `README.md` changed."


@pytest.mark.parametrize(
    ("result", "reason", "shown"),
    [
        (RevisionState.SUCCEEDED, "", "Preview ready: aaaaaaa"),
        (RevisionState.BUILDING, "build: no answer", "Building: aaaaaaa, build: no answer"),
        (RevisionState.FAILED, "npm ci failed", "Preview failed: npm ci failed"),
        (RevisionState.SUPERSEDED, "", "Superseded by a newer commit: aaaaaaa"),
    ],
)
def test_a_deployment_says_in_a_line_how_it_is(
    result: RevisionState, reason: str, shown: str
) -> None:
    found = revision(1, A, result)
    assert deployment_description(snapshot(revisions=(found,), reason=reason), found) == shown


def test_an_older_deployment_does_not_tell_of_the_newest_one() -> None:
    newest, older = revision(2, B, RevisionState.BUILDING), revision(1)
    shown = snapshot(revisions=(newest, older), reason="waiting")
    assert deployment_description(shown, older) == "Preview ready: aaaaaaa"


@given(st.text(max_size=2_000))
def test_a_description_is_short_enough_for_github(text: str) -> None:
    failed = revision(result=RevisionState.FAILED, failure=failure(message=text))
    assert len(deployment_description(snapshot(revisions=(failed,)), failed)) <= 140
    check = render_check(snapshot(Phase.FAILED, revisions=(failed,)), failed, LINKS)
    assert len(check.summary) < 65_000
