"""The gateway and a real Temporal server: what needs no worker, what does, and what an outage looks like."""

import socket
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client

from api.failures import NotThereError, RefusedError, UnreachableError
from api.temporal import Gateway, WorkflowStanding, connect
from tests.support.temporal_server import TemporalServer, free_port, temporal_server
from workflows.models import AskedFor, EnvironmentRef, PullRequestRef
from workflows.models.messages import GitHubEvent, PersonCommand

GITHUB_GIVES_UP = 10.0
"""Seconds: https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks"""


@pytest.fixture
def ref() -> EnvironmentRef:
    return EnvironmentRef(team="web", project="web-shop", environment=f"pr-shop-{uuid4().hex[:8]}")


@pytest.fixture
def pull_request() -> PullRequestRef:
    return PullRequestRef(installation=7, repository_id=1001, repository="acme/shop", number=12)


def make_event(action: str = "opened") -> GitHubEvent:
    return GitHubEvent(delivery=str(uuid4()), event="pull_request", action=action, sender="ada")


@pytest.mark.spec("EC-9", "US1")
async def test_an_event_is_in_temporals_hands_with_no_worker_there(
    gateway: Gateway, client: Client, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    began = time.monotonic()
    await gateway.changed(ref, pull_request, make_event())
    await gateway.changed(ref, pull_request, make_event("synchronize"))
    assert time.monotonic() - began < 2
    assert await gateway.standing(ref.project, ref.environment) is WorkflowStanding.RUNNING
    handle = client.get_workflow_handle(f"env:web-shop:{ref.environment}")
    signals = [
        event
        async for event in handle.fetch_history_events()
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    assert len(signals) == 2


@pytest.mark.invariant(2)
async def test_a_close_never_starts_an_environment(gateway: Gateway, ref: EnvironmentRef) -> None:
    assert await gateway.tell(ref, make_event("closed")) is False
    assert await gateway.standing(ref.project, ref.environment) is WorkflowStanding.MISSING


@pytest.mark.invariant(2)
async def test_a_late_close_does_not_revive_an_ended_environment(
    gateway: Gateway, client: Client, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    await gateway.changed(ref, pull_request, make_event())
    assert await gateway.tell(ref, make_event("closed")) is True
    await client.get_workflow_handle(f"env:web-shop:{ref.environment}").terminate()
    assert await gateway.tell(ref, make_event("closed")) is False
    assert await gateway.standing(ref.project, ref.environment) is WorkflowStanding.ENDED


async def test_an_ended_environment_starts_anew_when_its_pull_request_is_reopened(
    gateway: Gateway, client: Client, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    await gateway.changed(ref, pull_request, make_event())
    await client.get_workflow_handle(f"env:web-shop:{ref.environment}").terminate()
    await gateway.changed(ref, pull_request, make_event("reopened"))
    assert await gateway.standing(ref.project, ref.environment) is WorkflowStanding.RUNNING


@pytest.mark.usefixtures("worker")
async def test_an_environment_answers_a_person_and_repeats_its_answer(
    gateway: Gateway, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    await gateway.changed(ref, pull_request, make_event())
    command = PersonCommand(actor="ada")
    key = (ref.project, ref.environment)
    first = await gateway.command("redeploy", *key, command=command, request_id="r-1")
    again = await gateway.command("redeploy", *key, command=command, request_id="r-1")
    assert first == again
    other = await gateway.command("delete", *key, command=command, request_id="r-1")
    assert other.message != first.message  # the same key under another command is another request
    snapshot = await gateway.snapshot(*key)
    assert snapshot.pull_request == pull_request


@pytest.mark.usefixtures("worker")
async def test_what_the_environment_refuses_comes_back_with_its_reason(
    gateway: Gateway, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    await gateway.changed(ref, pull_request, make_event())
    with pytest.raises(RefusedError) as raised:
        await gateway.command(
            "retry",
            ref.project,
            ref.environment,
            command=PersonCommand(actor="ada"),
            request_id="r",
        )
    assert str(raised.value)
    assert "failed" in str(raised.value)


async def test_a_command_to_an_environment_that_does_not_run_says_so(
    gateway: Gateway, ref: EnvironmentRef
) -> None:
    with pytest.raises(NotThereError):
        await gateway.command(
            "retry",
            ref.project,
            ref.environment,
            command=PersonCommand(actor="ada"),
            request_id="r",
        )
    with pytest.raises(NotThereError):
        await gateway.snapshot(ref.project, ref.environment)


async def test_without_a_worker_a_person_hears_that_nobody_answered(
    client: Client, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    gateway = Gateway(client, update_timeout=timedelta(seconds=1))
    await gateway.changed(ref, pull_request, make_event())
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="no worker has answered in time"):
        await gateway.command(
            "retry",
            ref.project,
            ref.environment,
            command=PersonCommand(actor="ada"),
            request_id="r",
        )
    assert time.monotonic() - began < 5
    with pytest.raises(UnreachableError):
        await gateway.snapshot(ref.project, ref.environment)


@pytest.mark.spec("EC-9")
async def test_an_outage_is_told_before_github_gives_up(
    monkeypatch: pytest.MonkeyPatch, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    with temporal_server() as server:
        await server.connect()
        gateway = await _own_gateway(monkeypatch, server.address)
        await gateway.check()
        server.stop()
        await _assert_unreachable(gateway, ref, pull_request)
        server.start()
        await server.connect()
        await gateway.check()  # the same client finds it again
        await gateway.changed(ref, pull_request, make_event())


async def test_a_server_that_was_never_there_is_unreachable_and_found_later(
    monkeypatch: pytest.MonkeyPatch, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    server = TemporalServer(free_port())
    gateway = await _own_gateway(monkeypatch, server.address)
    await _assert_unreachable(gateway, ref, pull_request)
    server.start()
    try:
        await server.connect()
        await gateway.changed(ref, pull_request, make_event())
    finally:
        server.stop()


@pytest.mark.spec("EC-9")
async def test_a_server_that_accepts_and_stays_silent_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway = await _own_gateway(monkeypatch, f"127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(UnreachableError):
            await gateway.changed(ref, pull_request, make_event())
        assert time.monotonic() - began < GITHUB_GIVES_UP - 1


async def _own_gateway(monkeypatch: pytest.MonkeyPatch, address: str) -> Gateway:
    """As the process makes it, by Temporal's own variables."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    return Gateway(await connect(), update_timeout=timedelta(seconds=1))


async def _assert_unreachable(
    gateway: Gateway, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        await gateway.changed(ref, pull_request, make_event())
    assert time.monotonic() - began < GITHUB_GIVES_UP - 1
    with pytest.raises(UnreachableError):
        await gateway.tell(ref, make_event("closed"))
    assert await gateway.standing(ref.project, ref.environment) is WorkflowStanding.UNREACHABLE
    with pytest.raises(UnreachableError):
        await gateway.check()


@pytest.mark.spec("ENV-022")
async def test_an_environment_that_is_asked_for_starts_once_and_says_what_it_is(
    gateway: Gateway, client: Client, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    branch = pull_request.model_copy(update={"number": 0, "branch": "feature/cart"})
    asked = AskedFor(by="ada")
    assert await gateway.ask(ref, branch, asked) == ""
    assert await gateway.ask(ref, branch, asked) == "branch `feature/cart` of acme/shop"
    other = branch.model_copy(update={"branch": "other"})
    assert await gateway.ask(ref, other, asked) == "branch `feature/cart` of acme/shop"
    await client.get_workflow_handle(f"env:web-shop:{ref.environment}").terminate()
    assert await gateway.ask(ref, other, asked) == ""


@pytest.mark.spec("ENV-022")
async def test_a_pull_request_s_environment_is_another_one(
    gateway: Gateway, ref: EnvironmentRef, pull_request: PullRequestRef
) -> None:
    await gateway.changed(ref, pull_request, make_event())
    assert await gateway.ask(ref, pull_request, AskedFor(by="ada")) == "another environment"
