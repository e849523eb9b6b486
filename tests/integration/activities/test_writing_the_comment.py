"""One comment a pull request, edited in place, whatever goes wrong."""

import asyncio

import pytest

from tests.integration.activities.conftest import NAME, Shop
from tests.integration.activities.surfaces import (
    COMMENT,
    LOST,
    snapshot_of,
    write,
)
from tests.support.github.faults import Fault, FaultKind
from workflows import naming
from workflows.errors import (
    GitHubError,
)
from workflows.models import Phase
from workflows.models import messages as m

pytestmark = pytest.mark.spec("FR-004")


async def bodies(shop: Shop) -> list[str]:
    author = shop.server.bot_login
    found = await shop.server.comments(NAME, shop.pull.number, author=author)
    return [comment.body for comment in found]


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
