"""One deployment and one check run a revision, whatever goes wrong; and what all surfaces share."""

from datetime import timedelta

import pytest

from tests.integration.activities.conftest import NAME, Shop
from tests.integration.activities.surfaces import (
    COMMENT,
    DEPLOYMENT,
    LOST,
    REVISION,
    URL,
    check,
    snapshot_of,
    status,
    write,
)
from tests.support.github.faults import Fault, FaultKind
from tests.support.github.models import Level
from workflows.errors import (
    CatalystError,
    CommitGoneError,
    GitHubError,
    GitHubPermissionError,
    GitHubRateLimitError,
    RepositoryGoneError,
)
from workflows.models import Phase, RevisionState
from workflows.models import messages as m

pytestmark = pytest.mark.spec("FR-004")


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
    made = await write(shop, status("in_progress"), nowhere)
    (found,) = await shop.server.deployments(NAME)
    assert made.surfaces.deployments == {REVISION: found.id}
    assert made.surfaces.deployment_states == {}
    await write(shop, status("in_progress"), made.surfaces)
    (found,) = await shop.server.deployments(NAME)
    assert found.state == "in_progress"


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
