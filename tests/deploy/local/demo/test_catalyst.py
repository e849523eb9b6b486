"""The demonstration speaks to Catalyst by its REST interface alone."""

import pytest

from deploy.local.demo.catalyst import CatalystClient, CatalystError
from deploy.local.demo.steps import register
from deploy.local.steps import Outcome
from tests.api.conftest import Catalyst
from tests.support.examples import make_snapshot
from workflows.models import Project, Source

PROJECT = Project(
    key="acme-shop",
    team="acme",
    name="shop",
    sources=(Source(name="shop", repository_id=7, repository="acme/shop", installation=1),),
)


async def test_a_project_is_new_once(rest: CatalystClient) -> None:
    assert await rest.put_project(PROJECT)
    assert not await rest.put_project(PROJECT)


async def test_a_project_that_exists_keeps_what_people_have_set(rest: CatalystClient) -> None:
    assert await rest.project(PROJECT.key) is None
    assert await register(rest, PROJECT) is Outcome.DONE
    changed = PROJECT.model_copy(update={"drafts": "deploy"})
    await rest.put_project(changed)
    assert await register(rest, PROJECT) is Outcome.CACHED
    assert await rest.project(PROJECT.key) == changed
    moved = PROJECT.model_copy(
        update={"sources": (PROJECT.sources[0].model_copy(update={"repository_id": 8}),)}
    )
    assert await register(rest, moved) is Outcome.DONE
    assert await rest.project(PROJECT.key) == moved


async def test_what_catalyst_refuses_is_told_with_its_reason(rest: CatalystClient) -> None:
    wrong = PROJECT.model_copy(update={"key": "acme-other"})
    with pytest.raises(CatalystError, match="acme-shop"):
        await rest.put_project(wrong)


async def test_an_unknown_environment_is_none_and_no_error(rest: CatalystClient) -> None:
    assert await rest.environment("acme-shop", "pr-shop-1") is None
    assert await rest.environments() == ()


async def test_a_known_environment_is_found_and_listed(
    rest: CatalystClient, catalyst: Catalyst
) -> None:
    snapshot = make_snapshot()
    await catalyst.store.environments.record(snapshot)
    found = await rest.environment(snapshot.ref.project, snapshot.ref.environment)
    assert found
    assert found.phase is snapshot.phase
    assert [one.environment for one in await rest.environments()] == [snapshot.ref.environment]


async def test_a_command_gives_the_environments_answer(
    rest: CatalystClient, catalyst: Catalyst
) -> None:
    snapshot = make_snapshot()
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running[snapshot.ref.environment] = snapshot
    assert await rest.command("retry", snapshot.ref.project, snapshot.ref.environment)
    catalyst.gateway.is_down = True
    with pytest.raises(CatalystError, match="503"):
        await rest.command("retry", snapshot.ref.project, snapshot.ref.environment)
