"""The comment tells what a person asks first: does it run, where, which commit, and if not, why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.workflows.values import (
    PULL_REF,
    URL,
    A,
    B,
    backend,
    failure,
    revision,
    serving,
    snapshot,
)
from workflows.models import Apart, Application, JobOutcome, Phase, RevisionState
from workflows.rendering import MAX_COMMENT, Links, render_check, render_comment

LINKS = Links(
    web_url="http://catalyst.test",
    temporal_ui_url="http://temporal.test",
    github_web_url="http://github.test",
)
MARKER = "<!-- catalyst:42:7 -->"
FAILED = revision(2, B, RevisionState.FAILED, failure=failure(attempts=3))


@pytest.mark.spec("FR-003", "FR-004")
def test_a_ready_preview_shows_its_url_commit_and_history() -> None:
    shown = snapshot(revisions=(revision(reasons=("Chart shop in `chart`",)),), serving=serving())
    body = render_comment(shown, LINKS)
    assert body.splitlines()[:2] == [MARKER, "### ✅ Preview ready"]
    assert f"]({URL})**" in body
    assert "still serves" not in body
    assert f"Commit [`aaaaaaa`](http://github.test/acme/shop/commit/{A})" in body
    assert "branch `feature/cart` · updated 2026-05-04 10:00:00 UTC" in body
    assert "| ✅ succeeded | 2026-05-04 10:00:00 UTC | 1 min 23 s | push |" in body
    assert "Chart shop" in body
    assert "[Logs](http://catalyst.test/environments/acme-shop/pr-shop-7/logs)" in body
    assert "(http://temporal.test/namespaces/default/workflows/env%3Aacme-shop%3A" in body


@pytest.mark.spec("ENV-016")
def test_what_comes_along_is_shown_with_its_commit_and_branch() -> None:
    shown = snapshot(revisions=(revision(sources=(backend(),)),), serving=serving())
    body = render_comment(shown, LINKS)
    commit = f"[`bbbbbbb`](http://github.test/acme/backend/commit/{B})"
    assert f"branch `feature/cart` · with `backend` at {commit}, branch `main` · updated" in body


@pytest.mark.spec("ENV-016")
def test_whoever_shares_the_environment_is_named_without_a_mention_of_it() -> None:
    other = PULL_REF.model_copy(update={"repository": "acme/backend", "number": 3})
    body = render_comment(snapshot(shared_with=(other,)), LINKS)
    assert "· shared with `acme/backend#3` · updated" in body


@pytest.mark.spec("FR-009")
def test_a_failure_shows_cause_lines_and_what_to_do_and_what_still_serves() -> None:
    shown = snapshot(
        Phase.FAILED,
        commit=B,
        revisions=(FAILED, revision()),
        serving=serving(A),
        failure=FAILED.failure,
        reason="npm ci failed",
    )
    body = render_comment(shown, LINKS)
    assert "### ❌ Preview failed" in body
    assert "still serves `aaaaaaa`" in body
    assert "**Cause** in the build phase, after 3 attempts: npm ci failed" in body
    assert "```text\nnpm error code E404\n```" in body
    assert "**What to do**: Correct package.json." in body
    assert "Status:" not in body


@pytest.mark.parametrize("phase", [Phase.CHECKING, Phase.FAILED, Phase.BUILDING])
def test_a_commit_that_was_not_seen_healthy_is_told_where_it_has_taken_the_older_ones_place(
    phase: Phase,
) -> None:
    unwell = serving(B).model_copy(update={"is_healthy": False})
    shown = snapshot(phase, commit=B, revisions=(FAILED, revision()), serving=unwell)
    words = "leads to `bbbbbbb`, which has not been healthy so far; nothing older serves"
    assert words in render_comment(shown, LINKS)
    assert words in render_check(shown, FAILED, LINKS).summary


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"apart": (Apart(component="api", commit=B), Apart(component="db"))},
            "still serves `aaaaaaa` (not all of it: `api` is at `bbbbbbb`, no pod of `db` is ready)",
        ),
        (
            {"is_down": True, "is_healthy": False, "apart": (Apart(component="web"),)},
            "leads nowhere: no pod behind it is ready; `aaaaaaa` answered before",
        ),
        (
            {"coming": B},
            "still serves `aaaaaaa`; `bbbbbbb` answers if its pods become ready",
        ),
        (
            {"apart": tuple(Apart(component=f"c{number}", commit=B) for number in range(50))},
            "`c9` is at `bbbbbbb` and 40 more)",
        ),
    ],
)
def test_an_update_that_came_half_of_the_way_is_told_as_it_is(
    changes: dict[str, object], words: str
) -> None:
    half = serving(A).model_copy(update=changes)
    shown = snapshot(Phase.FAILED, commit=B, revisions=(FAILED, revision()), serving=half)
    assert words in render_comment(shown, LINKS)
    assert words in render_check(shown, FAILED, LINKS).summary


@pytest.mark.spec("ENV-018")
def test_jobs_are_shown_with_how_they_went_and_where_their_logs_are() -> None:
    jobs = (
        JobOutcome(name="migrate", seconds=3),
        JobOutcome(name="seed", is_earlier=True),
        JobOutcome(name="greet"),
    )
    body = render_comment(snapshot(revisions=(revision(jobs=jobs),), serving=serving()), LINKS)
    logs = "http://catalyst.test/environments/acme-shop/pr-shop-7/logs"
    assert f"| `migrate` | ✅ succeeded in 3 s | [log]({logs}?container=migrate) |" in body
    assert "| `seed` | ✅ succeeded in an earlier revision, and runs once |" in body
    assert "| `greet` | ✅ succeeded |" in body
    older = (revision(2), revision(jobs=jobs))
    assert "| Job |" not in render_comment(snapshot(revisions=older), LINKS)


@pytest.mark.spec("ENV-018")
def test_very_many_jobs_leave_the_comment_readable() -> None:
    jobs = tuple(JobOutcome(name=f"import-{number}") for number in range(1000))
    body = render_comment(snapshot(revisions=(revision(jobs=jobs),)), Links())
    assert "| … and 990 more | | |" in body
    assert "| `import-9` | ✅ succeeded |  |" in body


def test_what_is_wanted_and_not_whole_is_not_called_open() -> None:
    half = serving(A).model_copy(update={"apart": (Apart(component="api", commit=B),)})
    shown = snapshot(Phase.READY, commit=A, serving=half)
    assert "not all of it" in render_comment(shown, LINKS)


def test_a_failure_without_lines_hint_or_phase_is_short() -> None:
    bare = failure(excerpt=(), hint="", phase="")
    body = render_comment(snapshot(Phase.FAILED, failure=bare), LINKS)
    assert "**Cause**: npm ci failed" in body
    assert "```" not in body
    assert "What to do" not in body
    without = render_comment(snapshot(Phase.FAILED, reason="odd"), LINKS)
    assert "> Status: odd" in without


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_a_heading(phase: Phase) -> None:
    body = render_comment(snapshot(phase), Links())
    assert body.splitlines()[1].startswith("### ")


def test_a_skipped_draft_says_so_beside_what_serves() -> None:
    shown = snapshot(commit=B, serving=serving(A), reason="skipped: draft")
    body = render_comment(shown, LINKS)
    assert "> Status: skipped\\: draft" in body
    assert "still serves `aaaaaaa`" in body


@pytest.mark.spec("FR-008")
@pytest.mark.invariant(3)
def test_a_commit_that_changed_nothing_is_told_beside_what_serves() -> None:
    unchanged = revision(2, B, unchanged="Only one file changed.")
    shown = snapshot(
        commit=B,
        reason="unchanged: Only one file changed.",
        revisions=(unchanged, revision()),
        serving=serving(),
    )
    body = render_comment(shown, Links())
    assert "** still serves `aaaaaaa`" in body
    assert "> Status: unchanged: Only one file changed" in body.replace("\\", "")
    rows = [line for line in body.splitlines() if line.startswith("| ") and "push" in line]
    assert ["✅ unchanged" in row for row in rows] == [True, False]


def test_what_blocks_a_removal_is_named() -> None:
    shown = snapshot(Phase.DELETING, blockers=("Certificate `shop` waits for @team",))
    body = render_comment(shown, LINKS)
    assert "- Waiting for: Certificate \\`shop\\` waits for \\@\u200bteam" in body


NOTHING = Application(is_base_container=True)


@pytest.mark.spec("EC-1", "ENV-008")
def test_nothing_to_run_is_told_in_sight_with_what_to_do_and_where() -> None:
    why = ("Warning: Nothing to run was found; a base container says so instead.",)
    shown = snapshot(revisions=(revision(application=NOTHING, reasons=why),), serving=serving())
    body = render_comment(shown, LINKS)
    told = body.index("**Nothing to run was found**")
    assert body.index(URL) < told < body.index("Commit [") < body.index("<details>")
    page = "http://catalyst.test/environments/acme-shop/pr-shop-7/setup"
    assert f"**What to do**: [give the command on the set-up page]({page}), or add a" in body
    assert "`commands.start` in `.catalyst.yaml`" in body
    without = render_comment(shown, Links())
    assert "**What to do**: add a `Dockerfile`, or say `commands.start`" in without


@pytest.mark.spec("EC-1")
@pytest.mark.parametrize(
    ("phase", "application"),
    [
        (Phase.READY, None),
        (Phase.READY, Application(start="perl serve.pl")),
        (Phase.DELETING, NOTHING),
        (Phase.DELETED, NOTHING),
    ],
)
def test_nobody_is_asked_for_a_command_where_something_runs_or_all_is_over(
    phase: Phase, application: Application | None
) -> None:
    shown = snapshot(phase, revisions=(revision(application=application), revision()))
    assert "Nothing to run" not in render_comment(shown, LINKS)


def test_without_pages_there_are_no_links() -> None:
    body = render_comment(snapshot(commit=None, branch=""), Links())
    assert "](" not in body
    assert "Commit" not in body


@pytest.mark.spec("FR-003", "ENV-005")
def test_of_very_many_reasons_those_of_the_plan_and_those_of_what_has_happened_are_shown() -> None:
    def shown(count: int) -> list[str]:
        reasons = tuple(f"reason {number}" for number in range(1, count + 1))
        body = render_comment(snapshot(revisions=(revision(reasons=reasons),)), LINKS)
        return [line for line in body.splitlines() if line.startswith("- Plan: ")]

    assert len(shown(16)) == 16
    many = shown(17)
    assert many[9:12] == [
        "- Plan: reason 10",
        "- Plan: … and 1 more, on the environment's page",
        "- Plan: reason 12",
    ]
    assert many[-1] == "- Plan: reason 17"


def test_a_url_that_is_none_is_not_linked() -> None:
    odd = serving().model_copy(update={"url": "javascript:alert(1)"})
    assert "](" not in render_comment(snapshot(serving=odd), Links())


ANYTHING = st.text(st.one_of(st.sampled_from("`|@#<>!-\n[]()\\"), st.characters()), max_size=3_000)


@pytest.mark.spec("FR-004", "FR-009")
@given(text=ANYTHING, phase=st.sampled_from(list(Phase)))
def test_whatever_a_text_says_the_comment_keeps_its_shape_and_size(text: str, phase: Phase) -> None:
    bad = failure(message=text, hint=text, excerpt=(text,) * 40, phase=text)
    revisions = tuple(
        revision(number, A, RevisionState.FAILED, trigger=text, reasons=(text,) * 30, failure=bad)
        for number in range(12, 0, -1)
    )
    shown = snapshot(
        phase,
        branch=text,
        reason=text,
        failure=bad,
        blockers=(text,) * 30,
        revisions=revisions,
        serving=serving(B),
    )
    body = render_comment(shown, LINKS)
    assert len(body) < MAX_COMMENT
    assert body.startswith(MARKER)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    blocks = [token.type for token in tokens]
    assert blocks.count("heading_open") == 1
    assert blocks.count("tr_open") == 11
    html = [token.content for token in tokens if token.type == "html_block"]
    spans = [
        child.content
        for token in tokens
        for child in token.children or []
        if child.type == "html_inline"
    ]
    assert [each.strip() for each in html] == [
        MARKER,
        "<details><summary>Why it is deployed like this</summary>",
        "</details>",
    ]
    assert spans == []
