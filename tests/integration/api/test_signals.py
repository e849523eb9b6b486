"""What workflows ask the control activities for, on a real Temporal server."""

from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import ActivityEnvironment

from activities.signals import SignalActivities
from tests.support.examples import COMMIT, OLDER_COMMIT, make_snapshot
from tests.support.wait import eventually
from workflows import naming, wire
from workflows.models import EnvironmentRef, PullRequestRef
from workflows.models.messages import (
    GitHubEvent,
    ListRevisionsInput,
    ListRevisionsResult,
    ListRunningResult,
    Report,
    RunningEnvironment,
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


@pytest.mark.spec("ENV-016")
async def test_two_that_share_an_environment_start_one_which_tells_of_both(client: Client) -> None:
    branch = uuid4().hex[:8]
    ref = EnvironmentRef(
        team="web", project="web-shop", environment=naming.branch_environment_name(branch)
    )
    pulls = [
        PullRequestRef(installation=7, repository_id=each, repository="acme/x", number=31)
        for each in (1001, 1002)
    ]
    activities, environment = SignalActivities(client), ActivityEnvironment()
    for pull, source in zip(pulls, ("shop", "api"), strict=True):
        request = StartEnvironmentInput(ref=ref, pull_request=pull, reason="", source=source)
        await environment.run(activities.start_environment, request)
    workflow_id = naming.environment_workflow_id(ref.project, ref.environment)
    assert await told(client, workflow_id) == [(1001, "shop"), (1002, "api")]


async def told(client: Client, workflow_id: str) -> list[tuple[int, str]]:
    """Which pull request, and of which source, each hint was about."""
    found = []
    async for event in client.get_workflow_handle(workflow_id).fetch_history_events():
        if event.HasField("workflow_execution_signaled_event_attributes"):
            payload = event.workflow_execution_signaled_event_attributes.input.payloads[0]
            hint = GitHubEvent.model_validate_json(payload.data)
            assert hint.pull_request
            found.append((hint.pull_request.repository_id, hint.source))
    return found


@pytest.mark.spec("ENV-016")
async def test_all_that_share_an_environment_are_among_the_running_ones(client: Client) -> None:
    name = naming.branch_environment_name(uuid4().hex[:8])
    workflow_id = naming.environment_workflow_id("web-shop", name)
    await client.start_workflow(
        "EnvironmentWorkflow",
        id=workflow_id,
        task_queue="nobody-listens",
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(wire.PULL_REQUEST_ATTRIBUTE, "1001/31 1002/5 1003/6"),
                SearchAttributePair(wire.COMMIT_ATTRIBUTE, f"{COMMIT} {OLDER_COMMIT} -"),
            ]
        ),
    )

    async def found() -> RunningEnvironment | None:
        activity: ListRunningResult = await ActivityEnvironment().run(
            SignalActivities(client).list_running
        )
        ours = [each for each in activity.environments if each.workflow_id == workflow_id]
        return ours[0] if ours else None

    environment = await eventually(found)
    assert (environment.number, environment.commit) == (31, COMMIT)
    assert [(each.repository_id, each.number, each.commit) for each in environment.members] == [
        (1002, 5, OLDER_COMMIT),
        (1003, 6, ""),
    ]


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
