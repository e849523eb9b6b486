"""Throwing away what one service keeps, on a real cluster: empty, migrated and seeded again; the others untouched."""

import pytest

from deploy.local.demo.catalyst import CatalystError
from tests.e2e.main_job.test_services import (
    KEEPER_TREE,
    NOTE,
    create_library,
    pods_of,
    secret_of,
    visit,
    visits,
)
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from workflows.models import EnvironmentSnapshot, Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900), pytest.mark.spec("ENV-017")]

_FROM_THEN_ON = (Phase.DEPLOYING, Phase.CHECKING, Phase.READY)


async def reset(preview: Preview, service: str) -> EnvironmentSnapshot:
    """Ask for it, and wait until everything is there again."""
    before = (await preview.snapshot()).revisions[0].number
    catalyst = preview.stack.catalyst
    await catalyst.command(f"services/{service}/reset", preview.project, preview.environment)
    return await preview.until(
        lambda s: s.revisions[0].number > before and s.phase in (Phase.READY, Phase.FAILED),
        what="the revision of the reset has ended",
    )


async def claims_of(preview: Preview, component: str) -> set[str]:
    path = f"/api/v1/namespaces/{await preview.namespace()}/persistentvolumeclaims"
    selector = f"app.kubernetes.io/component={component}"
    found = await preview.stack.cluster.items(path, selector=selector)
    return {each["metadata"]["uid"] for each in found}


async def test_a_database_is_empty_migrated_and_seeded_again(previews: Previews) -> None:
    preview = await create_library(previews)
    first = await preview.open(NOTE)
    await preview.until_ready(first)
    for _ in range(5):
        before = await visit(preview)
    second = await preview.push({"CHANGES.md": "And another one.\n"})
    await preview.until_ready(second)
    assert await visit(preview) > before, "what was written is there after a push"
    password, seeds = (await secret_of(preview, "db"))["password"], await pods_of(preview, "seed")
    volume = await claims_of(preview, "db")

    snapshot = await reset(preview, "db")
    assert snapshot.phase is Phase.READY, snapshot.failure
    assert snapshot.revisions[0].trigger.startswith("reset of `db` by ")
    assert snapshot.serving is not None
    assert snapshot.serving.commit == second
    assert await visit(preview) <= before, "what was written is gone"
    assert "The Salt Road" in (await preview.page()).text, "the seed is there again"
    assert (await secret_of(preview, "db"))["password"] != password
    assert not (await pods_of(preview, "seed") & seeds)
    assert not (await claims_of(preview, "db") & volume)
    assert len(await claims_of(preview, "db")) == 1

    after, seeds = await visit(preview), await pods_of(preview, "seed")
    third = await preview.push({"CHANGES.md": "A third one.\n"})
    await preview.until_ready(third)
    assert await visit(preview) > after, "once was once"
    assert await pods_of(preview, "seed") == seeds
    with pytest.raises(CatalystError, match="there is no service `dbb`; there are: `db`"):
        await reset(preview, "dbb")


@pytest.mark.variant
async def test_another_service_keeps_what_it_has(previews: Previews) -> None:
    preview = await previews.create(tree=KEEPER_TREE, type="auto")
    commit = await preview.open(NOTE)
    await preview.until_ready(commit)
    for _ in range(10):
        before = visits((await preview.page()).text)
    files, volume = await pods_of(preview, "files"), await claims_of(preview, "files")
    snapshot = await reset(preview, "cache")
    assert snapshot.phase is Phase.READY, snapshot.failure
    page = (await preview.page()).text
    assert visits(page) < before, "the cache has forgotten"
    assert "note: written once" in page
    assert await pods_of(preview, "files") == files
    assert await claims_of(preview, "files") == volume


@pytest.mark.variant
async def test_a_chart_of_the_projects_own_starts_anew_beside_a_service_that_was_reset(
    previews: Previews,
) -> None:
    config = (
        "version: 1\nservices: {db: {type: postgres}}\n"
        "jobs:\n  look: {when: pre-deploy, command: \"python -c 'import os, socket; "
        'socket.create_connection((os.environ[\\"PGHOST\\"], 5432), 5)\'"}\n'
    )
    preview = await previews.create({".catalyst.yaml": config})
    commit = await preview.open()
    await preview.until_ready(commit)
    volume, pods = await claims_of(preview, "db"), await application_of(preview)
    snapshot = await reset(preview, "db")
    assert snapshot.phase is Phase.READY, snapshot.failure
    assert (await preview.page()).status == 200
    assert len(await claims_of(preview, "db") - volume) == 1
    assert not (await application_of(preview) & pods)


async def application_of(preview: Preview) -> set[str]:
    """Pods of the main release."""
    found = await preview.stack.cluster.pods(await preview.namespace())
    return {
        pod["metadata"]["name"]
        for pod in found
        if pod["metadata"]["labels"].get("app.kubernetes.io/component") not in ("db", "look")
        and not pod["metadata"].get("deletionTimestamp")
    }


@pytest.mark.variant
async def test_a_push_during_a_reset_begins_it_anew_and_nothing_stays_half(
    previews: Previews,
) -> None:
    preview = await create_library(previews)
    first = await preview.open(NOTE)
    await preview.until_ready(first)
    for _ in range(5):
        before = await visit(preview)
    number = (await preview.snapshot()).revisions[0].number
    catalyst = preview.stack.catalyst
    await catalyst.command("services/db/reset", preview.project, preview.environment)
    await preview.until(
        lambda s: s.revisions[0].number > number and s.phase in _FROM_THEN_ON,
        what="the data is being thrown away",
    )
    second = await preview.push({"CHANGES.md": "A push in between.\n"})
    await preview.until_ready(second)
    assert await visit(preview) <= before
    assert "The Salt Road" in (await preview.page()).text
