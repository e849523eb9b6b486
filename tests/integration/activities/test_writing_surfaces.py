"""What a pull request shows: one comment, one deployment and one check run a revision, whatever goes wrong."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from activities.github.activities import GitHubActivities
from tests.integration.activities.conftest import NAME, Shop
from tests.support.github.faults import Fault, FaultKind
from tests.support.github.models import Level
from workflows import naming
from workflows.errors import (
    CatalystError,
    CommitGoneError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)
from workflows.models import (
    EnvironmentRef,
    EnvironmentSnapshot,
    Phase,
    Revision,
    RevisionState,
    Serving,
)
from workflows.models import messages as m
from workflows.rendering import Links

pytestmark = pytest.mark.spec("FR-004")

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REVISION = "rev:acme-shop:pr-shop-1:0123abcd:1"
URL = "http://acme-shop-pr-shop-1.localhost/"
LOST = [
    Fault(kind=FaultKind.ERROR_AFTER),
    Fault(kind=FaultKind.HANG_AFTER, seconds=30),
    Fault(kind=FaultKind.DROP_AFTER),
]
"""The write is done, and its answer never arrives."""


def snapshot_of(
    shop: Shop,
    *,
    sequence: int = 1,
    phase: Phase = Phase.BUILDING,
    state: RevisionState = RevisionState.BUILDING,
    commit: str = "",
) -> EnvironmentSnapshot:
    sha = commit or shop.pull.head_sha
    is_ready = phase is Phase.READY
    return EnvironmentSnapshot(
        ref=EnvironmentRef(team="acme", project="acme-shop", environment="pr-shop-1"),
        workflow_id="env:acme-shop:pr-shop-1",
        pull_request=shop.ref,
        sequence=sequence,
        phase=phase,
        commit=sha,
        branch="feature",
        serving=Serving(commit=sha, url=URL, since=NOW) if is_ready else None,
        revisions=(Revision(number=1, id=REVISION, commit=sha, state=state, created_at=NOW),),
        created_at=NOW,
        updated_at=NOW + timedelta(seconds=sequence),
    )


async def write(
    shop: Shop,
    write: m.SurfaceWrite,
    surfaces: m.Surfaces | None = None,
    snapshot: EnvironmentSnapshot | None = None,
) -> m.WriteSurfaceResult:
    activities = GitHubActivities(shop.clients, Links())
    request = m.WriteSurfaceInput(
        report=m.Report(snapshot=snapshot or snapshot_of(shop)),
        write=write,
        surfaces=surfaces or m.Surfaces(),
    )
    return await asyncio.to_thread(activities.write_surface, request)


COMMENT = m.SurfaceWrite(surface="comment")
DEPLOYMENT = m.SurfaceWrite(surface="deployment", revision=REVISION)


def status(state: str) -> m.SurfaceWrite:
    return m.SurfaceWrite(surface="deployment_status", revision=REVISION, state=state)


def check(state: str) -> m.SurfaceWrite:
    return m.SurfaceWrite(surface="check_run", revision=REVISION, state=state)


async def bodies(shop: Shop) -> list[str]:
    author = shop.server.bot_login
    found = await shop.server.comments(NAME, shop.pull.number, author=author)
    return [comment.body for comment in found]


# --- the comment -------------------------------------------------------------------------------------


@pytest.mark.invariant(1)
async def test_twenty_reports_are_one_comment_edited_in_place(shop: Shop) -> None:
    surfaces = m.Surfaces()
    for sequence in range(1, 21):
        commit = f"{sequence:040x}"
        snapshot = snapshot_of(shop, sequence=sequence, commit=commit)
        surfaces = (await write(shop, COMMENT, surfaces, snapshot)).surfaces
    (body,) = await bodies(shop)
    assert body.startswith(naming.comment_marker(shop.repo.id, shop.pull.number))
    assert f"{20:040x}"[:7] in body or f"{20:040x}" in body


async def test_a_comment_that_says_the_same_is_not_written_again(shop: Shop) -> None:
    first = await write(shop, COMMENT)
    await shop.server.arm(Fault(kind=FaultKind.ERROR_BEFORE, path="comments", count=None))
    again = await write(shop, COMMENT, first.surfaces)
    assert first.was_written
    assert not again.was_written


async def test_a_comment_deleted_by_a_person_comes_back_once(shop: Shop) -> None:
    first = (await write(shop, COMMENT)).surfaces
    assert first.comment_id is not None
    await shop.server.delete_comment(NAME, first.comment_id)
    ready = snapshot_of(shop, sequence=2, phase=Phase.READY)
    second = (await write(shop, COMMENT, first, ready)).surfaces
    assert second.comment_id not in (None, first.comment_id)
    assert len(await bodies(shop)) == 1
    third = (await write(shop, COMMENT, second, snapshot_of(shop, sequence=3))).surfaces
    assert third.comment_id == second.comment_id


@pytest.mark.invariant(1)
async def test_a_reporter_that_lost_its_memory_finds_its_comment(shop: Shop) -> None:
    for number in range(3):
        await shop.server.comment(NAME, shop.pull.number, f"talk {number}")
    first = (await write(shop, COMMENT)).surfaces
    second = (await write(shop, COMMENT, None, snapshot_of(shop, sequence=2))).surfaces
    assert second.comment_id == first.comment_id
    assert len(await bodies(shop)) == 1


async def test_a_comment_with_our_marker_by_somebody_else_is_not_ours(shop: Shop) -> None:
    marker = naming.comment_marker(shop.repo.id, shop.pull.number)
    theirs = await shop.server.comment(NAME, shop.pull.number, f"{marker}\nhands off")
    ours = (await write(shop, COMMENT)).surfaces
    assert ours.comment_id != theirs.id
    found = {one.id: one.body for one in await shop.server.comments(NAME, shop.pull.number)}
    assert found[theirs.id] == f"{marker}\nhands off"


@pytest.mark.invariant(1)
async def test_a_second_comment_that_arrived_late_is_removed_when_it_is_seen(shop: Shop) -> None:
    first = (await write(shop, COMMENT)).surfaces
    marker = naming.comment_marker(shop.repo.id, shop.pull.number)
    with shop.clients.for_installation(
        shop.installation, shop.repo.id, {"pull_requests": "write"}, doing="testing"
    ) as github:
        issue = github.get_repo(shop.repo.id).get_issue(shop.pull.number)
        await asyncio.to_thread(issue.create_comment, f"{marker}\nlate")
    found = (await write(shop, COMMENT, None, snapshot_of(shop, sequence=2))).surfaces
    assert found.comment_id == first.comment_id
    assert len(await bodies(shop)) == 1


@pytest.mark.invariant(5)
@pytest.mark.parametrize("fault", LOST)
async def test_a_comment_whose_answer_was_lost_is_not_doubled(shop: Shop, fault: Fault) -> None:
    await shop.server.arm(fault.model_copy(update={"method": "POST", "path": "comments"}))
    with pytest.raises(GitHubError):
        await write(shop, COMMENT)
    await write(shop, COMMENT)
    assert len(await bodies(shop)) == 1


# --- deployments -------------------------------------------------------------------------------------


async def test_a_deployment_shows_the_url_once_it_serves_and_inactive_at_the_end(
    shop: Shop,
) -> None:
    surfaces = (await write(shop, DEPLOYMENT)).surfaces
    ready = snapshot_of(shop, phase=Phase.READY, state=RevisionState.SUCCEEDED)
    for state, snapshot in (("queued", None), ("in_progress", None), ("success", ready)):
        surfaces = (await write(shop, status(state), surfaces, snapshot)).surfaces
    gone = snapshot_of(shop, phase=Phase.DELETED, state=RevisionState.SUCCEEDED)
    surfaces = (await write(shop, status("inactive"), surfaces, gone)).surfaces
    (found,) = await shop.server.deployments(NAME)
    assert [one.state for one in found.statuses] == ["inactive", "success", "in_progress", "queued"]
    assert found.statuses[1].environment_url == URL
    assert found.statuses[2].environment_url == ""
    assert (found.sha, found.environment) == (shop.pull.head_sha, "preview")
    assert found.transient_environment
    assert surfaces.deployments == {REVISION: found.id}
    assert surfaces.deployment_states == {REVISION: "inactive"}


@pytest.mark.invariant(5)
@pytest.mark.parametrize("fault", LOST)
async def test_a_deployment_whose_answer_was_lost_is_not_doubled(shop: Shop, fault: Fault) -> None:
    await shop.server.arm(fault.model_copy(update={"method": "POST", "path": "deployments"}))
    with pytest.raises(GitHubError):
        await write(shop, DEPLOYMENT)
    surfaces = (await write(shop, DEPLOYMENT)).surfaces
    (found,) = await shop.server.deployments(NAME)
    assert surfaces.deployments == {REVISION: found.id}


@pytest.mark.invariant(5)
async def test_a_status_whose_answer_was_lost_is_not_doubled(shop: Shop) -> None:
    surfaces = (await write(shop, DEPLOYMENT)).surfaces
    await shop.server.arm(Fault(kind=FaultKind.ERROR_AFTER, method="POST", path="statuses"))
    with pytest.raises(GitHubError):
        await write(shop, status("queued"), surfaces)
    await write(shop, status("queued"), surfaces)
    (found,) = await shop.server.deployments(NAME)
    assert [one.state for one in found.statuses] == ["queued"]


async def test_another_revision_of_the_same_commit_has_its_own_deployment(shop: Shop) -> None:
    await write(shop, DEPLOYMENT)
    snapshot = snapshot_of(shop)
    retried = snapshot.revisions[0].model_copy(update={"id": REVISION + "1", "number": 2})
    later = snapshot.model_copy(update={"revisions": (retried, *snapshot.revisions)})
    second = m.SurfaceWrite(surface="deployment", revision=retried.id)
    await write(shop, second, None, later)
    assert len(await shop.server.deployments(NAME)) == 2


async def test_a_deployment_deleted_by_a_person_comes_back_only_while_it_matters(
    shop: Shop,
) -> None:
    nowhere = m.Surfaces(deployments={REVISION: 999_999})
    ended = await write(shop, status("inactive"), nowhere)
    assert await shop.server.deployments(NAME) == []
    assert ended.surfaces.deployment_states == {REVISION: "inactive"}
    again = await write(shop, status("in_progress"), nowhere)
    (found,) = await shop.server.deployments(NAME)
    assert found.state == "in_progress"
    assert again.surfaces.deployments == {REVISION: found.id}


# --- check runs --------------------------------------------------------------------------------------


async def test_a_check_run_goes_from_queued_to_its_conclusion(shop: Shop) -> None:
    surfaces = (await write(shop, check("queued"))).surfaces
    surfaces = (await write(shop, check("in_progress"), surfaces)).surfaces
    failed = snapshot_of(shop, phase=Phase.FAILED, state=RevisionState.FAILED)
    surfaces = (await write(shop, check("failure"), surfaces, failed)).surfaces
    (found,) = await shop.server.check_runs(NAME, shop.pull.head_sha)
    assert (found.status, found.conclusion) == ("completed", "failure")
    assert found.external_id == REVISION
    assert surfaces.check_runs == {REVISION: found.id}
    assert surfaces.check_states == {REVISION: "failure"}


@pytest.mark.invariant(5)
@pytest.mark.parametrize("fault", LOST)
async def test_a_check_run_whose_answer_was_lost_is_not_doubled(shop: Shop, fault: Fault) -> None:
    await shop.server.arm(fault.model_copy(update={"method": "POST", "path": "check-runs"}))
    with pytest.raises(GitHubError):
        await write(shop, check("queued"))
    surfaces = (await write(shop, check("in_progress"))).surfaces
    # Without `filter=all` only the newest of each name is listed.
    path = f"/repos/{NAME}/commits/{shop.pull.head_sha}/check-runs?filter=all"
    (found,) = await shop.server.list(path, "check_runs")
    assert surfaces.check_runs == {REVISION: found["id"]}
    assert found["status"] == "in_progress"


# --- all of them -------------------------------------------------------------------------------------

SURFACES = [COMMENT, DEPLOYMENT, check("queued")]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.surface)
@pytest.mark.spec("FR-015")
async def test_a_limit_is_handed_on_with_its_wait_and_nothing_is_lost(
    shop: Shop, surface: m.SurfaceWrite
) -> None:
    limit = Fault(kind=FaultKind.SECONDARY_LIMIT, method="POST", path="/repositories/")
    await shop.server.arm(limit)
    with pytest.raises(GitHubRateLimitError) as failure:
        await write(shop, surface)
    assert failure.value.retry_after == timedelta(seconds=60)
    assert (await write(shop, surface)).was_written


@pytest.mark.parametrize(
    ("surface", "missing"),
    list(zip(SURFACES, ["pull_requests:write", "deployments:write", "checks:write"], strict=True)),
    ids=lambda each: getattr(each, "surface", each),
)
async def test_a_missing_permission_is_named_and_harms_no_other_surface(
    shop: Shop, surface: m.SurfaceWrite, missing: str
) -> None:
    granted: dict[str, Level] = {"pull_requests": "write", "deployments": "write"}
    granted |= {"checks": "write", "contents": "read"}
    del granted[missing.removesuffix(":write")]
    await shop.server.install_app("acme", permissions=granted)
    with pytest.raises(GitHubPermissionError, match=missing):
        await write(shop, surface)
    for other in SURFACES:
        if other != surface:
            assert (await write(shop, other)).was_written


@pytest.mark.parametrize("surface", SURFACES[1:], ids=lambda each: each.surface)
async def test_a_commit_that_vanished_is_told_as_such(shop: Shop, surface: m.SurfaceWrite) -> None:
    with pytest.raises(CommitGoneError):
        await write(shop, surface, None, snapshot_of(shop, commit="0123456789" * 4))


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.surface)
async def test_a_deleted_repository_is_told_as_such(shop: Shop, surface: m.SurfaceWrite) -> None:
    await write(shop, surface)
    await shop.server.delete_repository(NAME)
    with pytest.raises(RepositoryGoneError):
        await write(shop, surface)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.surface)
async def test_a_renamed_repository_is_written_to_all_the_same(
    shop: Shop, surface: m.SurfaceWrite
) -> None:
    await shop.server.rename_repository(NAME, "store")
    assert (await write(shop, surface)).was_written


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.surface)
async def test_an_expired_token_costs_one_attempt(shop: Shop, surface: m.SurfaceWrite) -> None:
    surfaces = (await write(shop, surface)).surfaces
    await shop.server.expire_tokens()
    later = snapshot_of(shop, sequence=2, phase=Phase.READY)
    with pytest.raises(CatalystError):
        await write(shop, surface, surfaces, later)
    assert (await write(shop, surface, surfaces, later)).was_written
