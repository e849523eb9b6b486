"""Pages show what is there, what is not, and what failed, and let people act on it."""

import html
import re
from datetime import timedelta

import pytest

from activities.cluster_reader import LiveLog, NamespaceStanding
from activities.logs import ContainerRef
from api.pages.templates import code_spans
from tests.api.conftest import FAILURE, SERVING, Catalyst
from tests.api.pages.browser import BROWSER, ONE, assert_is_safe_and_whole, read
from tests.support.examples import (
    COMMIT,
    NOW,
    OLDER_COMMIT,
    make_project,
    make_revision,
    make_snapshot,
)
from tests.workflows.values import backend
from workflows.models import (
    Apart,
    AskedFor,
    EventDecision,
    JobOutcome,
    Phase,
    PullRequestRef,
)


@pytest.mark.spec("US2")
async def test_the_list_shows_phase_reason_commit_age_url_and_links(failed: Catalyst) -> None:
    page = await read(failed, "/")
    for text in (
        "Make the basket larger",
        "acme/shop #12",
        '<span class="pill bad">failed</span>',
        FAILURE.message,
        COMMIT[:7],
        "http://web-shop-pr-shop-12.localhost/",
        f"still serves <code>{OLDER_COMMIT[:7]}</code>",
        "https://github.com/acme/shop/pull/12",
        "http://127.0.0.1:8233/namespaces/default/workflows/env%3Aweb-shop%3Apr-shop-12",
        " ago</time>",
    ):
        assert text in page


async def test_an_empty_list_says_what_to_do_next(catalyst: Catalyst) -> None:
    assert "No project is registered" in await read(catalyst, "/")
    await catalyst.store.projects.put(make_project())
    page = await read(catalyst, "/")
    assert "No previews yet" in page
    assert "acme/shop" in page
    assert "No preview is failed" in await read(catalyst, "/?phase=failed")


async def test_titles_and_logs_of_strangers_are_shown_as_text(failed: Catalyst) -> None:
    hostile = make_snapshot(
        13, title="<script>alert(1)</script>", branch='"><img src=x onerror=alert(1)>'
    )
    await failed.store.environments.record(hostile)
    for path in ("/", ONE, "/environments/web-shop/pr-shop-13"):
        page = await read(failed, path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.spec("US2", "FR-009")
async def test_a_failure_is_shown_with_cause_last_lines_and_what_to_do(failed: Catalyst) -> None:
    page = await read(failed, ONE)
    assert "Failed while building" in page
    for text in (FAILURE.message, *FAILURE.excerpt, FAILURE.hint):
        assert html.escape(text, quote=True).replace("&#x27;", "&#39;") in page
    assert "still serves" in page
    assert OLDER_COMMIT[:7] in page


@pytest.mark.spec("US2", "FR-009")
async def test_an_update_that_is_up_and_unhealthy_is_what_the_url_leads_to(
    failed: Catalyst,
) -> None:
    unwell = SERVING.model_copy(update={"commit": COMMIT, "is_healthy": False})
    former = failed.gateway.running["pr-shop-12"]
    assert former is not None
    snapshot = former.model_copy(update={"serving": unwell, "sequence": former.sequence + 1})
    await failed.store.environments.record(snapshot)
    failed.gateway.running["pr-shop-12"] = snapshot
    page = await read(failed, ONE)
    assert "still serves" not in page
    assert f"leads to <code>{COMMIT[:7]}</code>, which has not been healthy so far" in page
    assert f"leads to <code>{COMMIT[:7]}</code>, which has not" in await read(failed, "/")


@pytest.mark.spec("US2", "FR-009", "ENV-012")
async def test_half_of_an_update_is_shown_by_component(failed: Catalyst) -> None:
    apart = (Apart(component="worker", commit=COMMIT), Apart(component="mailer"))
    half = SERVING.model_copy(update={"commit": OLDER_COMMIT, "apart": apart})
    former = failed.gateway.running["pr-shop-12"]
    assert former is not None
    snapshot = former.model_copy(update={"serving": half, "sequence": former.sequence + 1})
    await failed.store.environments.record(snapshot)
    failed.gateway.running["pr-shop-12"] = snapshot
    words = (
        f"still serves <code>{OLDER_COMMIT[:7]}</code> (not all of it: <code>worker</code> is at "
        f"<code>{COMMIT[:7]}</code>, no pod of <code>mailer</code> is ready)"
    )
    assert words in await read(failed, ONE)
    assert words in await read(failed, "/")
    answer = (await failed.http.get("/api/v1/environments/web-shop/pr-shop-12")).json()
    assert answer["shows"].startswith(f"still serves `{OLDER_COMMIT[:7]}` (not all of it")
    assert [each["component"] for each in answer["apart"]] == ["worker", "mailer"]


@pytest.mark.spec("ENV-016")
async def test_what_came_along_is_shown_with_its_commit_and_branch(catalyst: Catalyst) -> None:
    revision = make_revision(sources=(backend(branch="<main>"),))
    snapshot = make_snapshot(revisions=(revision,), serving=SERVING)
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    page = await read(catalyst, ONE)
    assert "<dt>with backend</dt>" in page
    assert "<code>bbbbbbb</code>, branch <code>&lt;main&gt;</code>" in page
    answer = (await catalyst.http.get("/api/v1/environments/web-shop/pr-shop-12")).json()
    assert answer["revisions"][0]["sources"][0]["repository"] == "acme/backend"


@pytest.mark.spec("ENV-018")
async def test_how_jobs_went_is_shown_with_the_way_to_their_logs(catalyst: Catalyst) -> None:
    jobs = (JobOutcome(name="migrate", seconds=3), JobOutcome(name="seed", is_earlier=True))
    snapshot = make_snapshot(revisions=(make_revision(jobs=jobs),), serving=SERVING)
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    page = await read(catalyst, ONE)
    logs = f"{ONE}/logs?container=migrate"
    assert f'<dt>job <a href="{logs}">migrate</a></dt><dd>succeeded in 3 s</dd>' in page
    assert "<dd>succeeded in an earlier revision, and runs once</dd>" in page
    answer = (await catalyst.http.get("/api/v1/environments/web-shop/pr-shop-12")).json()
    assert [each["name"] for each in answer["revisions"][0]["jobs"]] == ["migrate", "seed"]


@pytest.mark.spec("ENV-016")
async def test_whoever_shares_the_environment_is_shown_with_what_was_decided_for_it(
    catalyst: Catalyst,
) -> None:
    other = PullRequestRef(installation=7, repository_id=1002, repository="acme/api", number=3)
    snapshot = make_snapshot(shared_with=(other,))
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    for at, ref in enumerate((snapshot.pull_request, other)):
        await catalyst.store.decisions.add(
            EventDecision(
                at=NOW + timedelta(seconds=at),
                repository=ref.repository,
                repository_id=ref.repository_id,
                number=ref.number,
                delivery=str(at),
                event="pull_request",
                action="synchronize",
                decision="deploy",
                reason=f"a push to {ref.repository}",
            )
        )
    page = await read(catalyst, ONE)
    assert ">acme/api#3</a>" in page
    assert 'href="https://github.com/acme/api/pull/3"' in page
    answer = (await catalyst.http.get("/api/v1/environments/web-shop/pr-shop-12")).json()
    assert answer["shared_with"] == ["acme/api#3"]
    assert [each["reason"] for each in answer["decisions"]] == [
        "a push to acme/api",
        "a push to acme/shop",
    ]


@pytest.mark.spec("ENV-017", "ENV-022")
async def test_an_environment_without_a_pull_request_shows_what_was_decided_for_it(
    catalyst: Catalyst,
) -> None:
    """Such as how a backup ended that somebody asked for."""
    snapshot = make_snapshot(asked=AskedFor(by="ada"))
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    for environment in ("pr-shop-12", "agent-shop-bob"):
        await catalyst.store.decisions.add(
            EventDecision(
                at=NOW,
                repository=snapshot.pull_request.repository,
                repository_id=snapshot.pull_request.repository_id,
                environment=f"web-shop/{environment}",
                delivery=environment,
                event="command",
                action="back_up_service",
                decision="back up",
                reason=f"the backup of {environment} failed",
            )
        )
    page = await read(catalyst, ONE)
    assert "the backup of pr-shop-12 failed" in page
    assert "agent-shop-bob" not in page


@pytest.mark.spec("ENV-018", "FR-009")
@pytest.mark.parametrize(
    ("phase", "told"),
    [
        ("deploy: job migrate", "while deploying job migrate"),
        ("development server", "while starting the development server"),
        ("something new", "while something new"),
        ("", "</h2>"),
    ],
)
async def test_what_was_being_done_when_it_failed_is_told(
    failed: Catalyst, phase: str, told: str
) -> None:
    failure = FAILURE.model_copy(update={"phase": phase})
    found = make_snapshot(12, phase=Phase.FAILED, failure=failure, sequence=1_000)
    await failed.store.environments.record(found)
    assert f"Failed {told}".replace(" <", "<") in await read(failed, ONE)


@pytest.mark.spec("ENV-010")
async def test_what_is_degraded_is_not_said_to_serve(failed: Catalyst) -> None:
    now = SERVING.model_copy(update={"commit": COMMIT})
    found = make_snapshot(12, phase=Phase.DEGRADED, failure=FAILURE, serving=now, sequence=1_000)
    await failed.store.environments.record(found)
    failed.gateway.running["pr-shop-12"] = found
    page = await read(failed, ONE)
    assert "Open preview" in page
    assert "still serves" not in page


def test_words_between_backticks_are_code_and_stay_text() -> None:
    shown = code_spans("Chart in `chart` <b>not</b> `<script>`")
    assert shown == (
        "Chart in <code>chart</code> &lt;b&gt;not&lt;/b&gt; <code>&lt;script&gt;</code>"
    )


@pytest.mark.spec("EC-10")
async def test_what_is_missing_is_explained_with_causes(failed: Catalyst) -> None:
    failed.cluster.says = NamespaceStanding.MISSING
    page = await read(failed, ONE)
    assert "the cluster has no namespace web-shop-pr-shop-12" in page
    assert "somebody deleted it by hand" in page
    for action in ("retry", "redeploy", "delete"):
        assert f'action="{ONE}/{action}"' in page
    failed.gateway.is_down = True
    page = await read(failed, ONE)
    assert "Temporal does not answer" in page
    assert "<form" not in page


async def test_the_removal_shows_what_blocks_it(catalyst: Catalyst) -> None:
    blocked = make_snapshot(
        phase=Phase.DELETING, blockers=("PersistentVolumeClaim data: finalizer",)
    )
    await catalyst.store.environments.record(blocked)
    assert "PersistentVolumeClaim data: finalizer" in await read(catalyst, ONE)


async def test_live_parts_are_the_same_as_the_page_and_have_an_address_of_their_own(
    failed: Catalyst,
) -> None:
    for path in ("/", ONE, f"{ONE}/logs"):
        page = await read(failed, path)
        found = re.search(r'data-live="([^"]+)"', page)
        assert found is not None
        fragment = await failed.http.get(html.unescape(found[1]))
        assert fragment.status_code == 200
        assert "<html" not in fragment.text
        first_line = fragment.text.strip().splitlines()[0]
        assert first_line in page


async def test_pages_work_without_scripts(failed: Catalyst) -> None:
    for path in ("/", ONE):
        assert '<noscript><meta http-equiv="refresh"' in await read(failed, path)


@pytest.mark.spec("FR-006", "SC-003")
async def test_logs_are_shown_a_container_each(failed: Catalyst) -> None:
    running = ContainerRef(pod="shop-1", container="web", state="running", has_started=True)
    silent = ContainerRef(
        pod="shop-1", container="migrate", state="terminated: Completed (exit code 0)"
    )
    failed.cluster.live = (
        LiveLog(silent),
        LiveLog(running, ("listening on :8080", "<b>GET /</b>")),
    )
    page = await read(failed, f"{ONE}/logs?tail=1000&timestamps=true")
    assert "listening on :8080\n&lt;b&gt;GET /&lt;/b&gt;" in page
    assert "It ran and has written nothing." in page
    assert '<option value="1000" selected>' in page
    assert 'name="timestamps" value="true" checked' in page
    assert "?tail=1000&amp;timestamps=true" in page


@pytest.mark.spec("FR-008")
async def test_a_merged_pull_requests_environment_offers_nothing_that_would_not_help(
    catalyst: Catalyst,
) -> None:
    removed = make_snapshot(phase=Phase.DELETED, reason="pull request merged", serving=None)
    await catalyst.store.environments.record(removed)
    catalyst.cluster.says = NamespaceStanding.MISSING
    page = await read(catalyst, ONE)
    assert "reopening that brings it back" in page
    assert "Redeploy" not in page
    assert "not yet" not in page


@pytest.mark.spec("FR-006")
async def test_kept_logs_of_a_removed_environment_are_shown(catalyst: Catalyst) -> None:
    await catalyst.store.environments.record(make_snapshot(phase=Phase.DELETED))
    catalyst.cluster.says = NamespaceStanding.MISSING
    assert "Nothing was kept either." in await read(catalyst, f"{ONE}/logs")
    await catalyst.store.kept_logs.keep("web-shop-pr-shop-12", "shop-1", "web", ["the last word"])
    page = await read(catalyst, f"{ONE}/logs")
    assert "the last word" in page
    assert "kept before the containers went away" in page


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        (ONE, 404, "there is no environment web-shop/pr-shop-12"),
        ("/nowhere", 404, "Not Found"),
        ("/?phase=broken", 422, "query.phase"),
        (f"{ONE}/logs?tail=many", 422, "cannot be asked for"),
    ],
)
async def test_a_person_gets_a_page_when_something_is_wrong(
    catalyst: Catalyst, path: str, status: int, told: str
) -> None:
    answer = await catalyst.http.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert told in html.unescape(answer.text)
    assert_is_safe_and_whole(answer.text)


async def test_everything_a_page_needs_is_served_from_here(failed: Catalyst) -> None:
    page = await read(failed, "/")
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert (await failed.http.get(path)).status_code == 200
