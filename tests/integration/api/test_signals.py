"""What workflows ask the control activities for, on a real Temporal server."""

from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.signals import SignalActivities
from tests.support.examples import make_snapshot
from tests.support.wait import eventually
from workflows import naming
from workflows.models import EnvironmentRef, PullRequestRef
from workflows.models.messages import (
    ListRevisionsInput,
    ListRevisionsResult,
    ListRunningResult,
    Report,
    StartEnvironmentInput,
    SubmitReportInput,
)


async def count_signals(client: Client, workflow_id: str) -> int:
    handle = client.get_workflow_handle(workflow_id)
    return len(
        [
            event
            async for event in handle.fetch_history_events()
            if event.HasField("workflow_execution_signaled_event_attributes")
        ]
    )


async def test_a_report_starts_the_installations_reporter_and_later_ones_reach_the_same(
    client: Client,
) -> None:
    installation = uuid4().int % 10**9
    snapshot = make_snapshot()
    pull_request = snapshot.pull_request.model_copy(update={"installation": installation})
    report = Report(snapshot=snapshot.model_copy(update={"pull_request": pull_request}))
    activities = SignalActivities(client)
    for _ in range(2):
        await ActivityEnvironment().run(activities.submit_report, SubmitReportInput(report=report))
    assert await count_signals(client, f"report:{installation}") == 2


@pytest.mark.spec("EC-5")
async def test_a_missing_environment_is_started_and_is_among_the_running_ones(
    client: Client,
) -> None:
    name = f"pr-shop-{uuid4().hex[:8]}"
    request = StartEnvironmentInput(
        ref=EnvironmentRef(team="web", project="web-shop", environment=name),
        pull_request=PullRequestRef(
            installation=7, repository_id=1001, repository="acme/shop", number=31
        ),
        reason="open pull request without an environment",
    )
    activities = SignalActivities(client)
    await ActivityEnvironment().run(activities.start_environment, request)

    async def is_listed() -> ListRunningResult | None:
        listed: ListRunningResult = await ActivityEnvironment().run(activities.list_running)
        ids = [each.workflow_id for each in listed.environments]
        return listed if f"env:web-shop:{name}" in ids else None

    listed = await eventually(is_listed)  # lists lag behind by a moment
    (found,) = [each for each in listed.environments if each.workflow_id.endswith(name)]
    assert (found.repository_id, found.number) == (1001, 31)


async def test_a_hint_that_is_sent_twice_is_one_hint(client: Client) -> None:
    name = f"pr-shop-{uuid4().hex[:8]}"
    request = StartEnvironmentInput(
        ref=EnvironmentRef(team="web", project="web-shop", environment=name),
        pull_request=PullRequestRef(
            installation=7, repository_id=1001, repository="acme/shop", number=32
        ),
        reason="left over",
    )
    activities, environment = SignalActivities(client), ActivityEnvironment()
    await environment.run(activities.start_environment, request)
    await environment.run(activities.start_environment, request)
    handle = client.get_workflow_handle(f"env:web-shop:{name}")
    deliveries = {
        event.workflow_execution_signaled_event_attributes.input.payloads[0].data
        async for event in handle.fetch_history_events()
        if event.HasField("workflow_execution_signaled_event_attributes")
    }
    assert len(deliveries) == 1


@pytest.mark.invariant(6)
async def test_revisions_that_run_or_were_cut_off_are_found_those_of_others_are_not(
    client: Client,
) -> None:
    name = f"pr-shop-{uuid4().hex[:8]}"
    ids = {
        state: naming.revision_workflow_id("web-shop", name, state, 1)
        for state in ("running", "terminated", "waiting")
    }
    others = naming.revision_workflow_id("web-shop", f"{name}1", "running", 1)
    for each in (*ids.values(), others):
        await client.start_workflow("RevisionWorkflow", id=each, task_queue="nobody-listens")
    await client.get_workflow_handle(ids["terminated"]).terminate("by mistake")
    activities = SignalActivities(client)
    request = ListRevisionsInput(
        ref=EnvironmentRef(team="web", project="web-shop", environment=name)
    )

    async def is_known() -> ListRevisionsResult | None:
        found: ListRevisionsResult = await ActivityEnvironment().run(
            activities.list_revisions, request
        )
        return found if found.cut_off and len(found.running) > 1 else None

    found = await eventually(is_known)  # lists lag behind by a moment
    assert set(found.running) == {ids["running"], ids["waiting"]}
    assert found.cut_off == (ids["terminated"],)
