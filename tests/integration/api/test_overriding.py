"""A decision about one environment reaches its workflow as a redeploy, asked by whoever made it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from secrets import randbelow

import pytest
from temporalio.client import Client

from activities.store import Store
from api.links import LinkMaker
from api.operations import Caller, Services, reset_overrides, set_overrides
from api.temporal import Gateway
from tests.api.fakes import FakeCluster
from tests.support.examples import make_project
from workflows.commands import Permission, ResetOverrides, SetOverrides
from workflows.models import EnvironmentRef, PullRequestRef
from workflows.models.messages import GitHubEvent

pytestmark = pytest.mark.spec("ENV-011")
SOON = timedelta(seconds=1)


@pytest.fixture
def ref() -> EnvironmentRef:
    number = 1_000 + randbelow(1_000_000)
    return EnvironmentRef(team="web", project="web-shop", environment=f"pr-shop-{number}")


@pytest.fixture
async def services(client: Client, tmp_path: Path) -> AsyncIterator[Services]:
    async with Store.open(f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}") as store:
        await store.projects.put(make_project())
        links = LinkMaker("http://127.0.0.1:8080", "https://github.com", "", "default")
        yield Services(store, Gateway(client, update_timeout=5 * SOON), FakeCluster(), links)


def make_caller(request_id: str = "r-1") -> Caller:
    return Caller("ada", "rest", "127.0.0.1", frozenset({Permission.OPERATE}), request_id)


async def start(services: Services, ref: EnvironmentRef) -> None:
    pull_request = PullRequestRef(
        installation=7, repository_id=1001, repository="acme/shop", number=12
    )
    event = GitHubEvent(delivery="d-1", event="pull_request", action="opened", sender="ada")
    await services.gateway.changed(ref, pull_request, event)


async def redeploys(client: Client, ref: EnvironmentRef) -> int:
    """How often the environment has accepted one."""
    handle = client.get_workflow_handle(f"env:{ref.project}:{ref.environment}")
    history = [
        event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        async for event in handle.fetch_history_events()
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    return history.count("redeploy")


@pytest.mark.usefixtures("worker")
async def test_an_environment_that_runs_is_deployed_again_once_a_request(
    services: Services, client: Client, ref: EnvironmentRef
) -> None:
    await start(services, ref)
    key = {"project": ref.project, "environment": ref.environment}
    request = SetOverrides(**key, start="node .")
    answers = await asyncio.gather(
        *(set_overrides(services, make_caller("r-1"), request) for _ in range(3))
    )
    assert all(answer.is_redeploying for answer in answers)
    assert [answer.changed for answer in answers].count(("start",)) == 1
    assert await redeploys(client, ref) == 1
    reset = await reset_overrides(services, make_caller("r-2"), ResetOverrides(**key))
    assert (reset.is_redeploying, reset.changed) == (True, ("start",))
    assert await redeploys(client, ref) == 2


async def test_without_a_worker_the_decision_is_kept_and_the_person_told(
    services: Services, client: Client, ref: EnvironmentRef
) -> None:
    impatient = Services(
        services.store, Gateway(client, update_timeout=SOON), services.cluster, services.links
    )
    await start(impatient, ref)
    request = SetOverrides(project=ref.project, environment=ref.environment, port=8080)
    written = await set_overrides(impatient, make_caller(), request)
    assert not written.is_redeploying
    assert "no worker has answered in time" in written.message
    kept = await services.store.overrides.get(ref.project, ref.environment)
    assert kept.values.detection.port == 8080


async def test_an_environment_that_does_not_run_is_not_started(
    services: Services, ref: EnvironmentRef
) -> None:
    request = SetOverrides(project=ref.project, environment=ref.environment, dev="vite")
    written = await set_overrides(services, make_caller(), request)
    assert "does not run" in written.message
    assert await services.gateway.standing(ref.project, ref.environment) == "missing"
