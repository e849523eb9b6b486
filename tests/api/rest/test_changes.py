"""What people ask of an environment, what is answered, and what is remembered of it."""

import pytest

from activities.cluster_reader import NamespaceStanding
from api.failures import RefusedError
from api.rest.routes import PREFIX
from api.schemas import Problem
from tests.api.conftest import Catalyst
from tests.support.examples import (
    COMMIT,
    OLDER_COMMIT,
    make_snapshot,
)
from workflows.models import Phase
from workflows.models.messages import ResetServiceCommand

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"


async def test_a_command_reaches_the_environment_with_who_asked(running: Catalyst) -> None:
    answer = await running.http.post(f"{ONE}/redeploy", headers={"Idempotency-Key": "again-1"})
    assert (answer.status_code, answer.json()["message"]) == (200, "redeploy accepted")
    ((name, environment, command, request_id),) = running.gateway.commands
    assert (name, environment, request_id) == ("redeploy", "pr-shop-12", "again-1")
    assert (command.actor, command.face) == ("operator", "rest")


@pytest.mark.spec("ENV-017", "T-4")
async def test_the_data_of_a_service_is_thrown_away_by_its_name(running: Catalyst) -> None:
    answer = await running.http.post(f"{ONE}/services/db/reset")
    assert (answer.status_code, answer.json()["message"]) == (200, "reset_service accepted")
    ((name, environment, command, _),) = running.gateway.commands
    assert isinstance(command, ResetServiceCommand)
    assert (name, environment, command.service) == ("reset_service", "pr-shop-12", "db")
    [entry] = await running.store.audit.list(subject="web-shop/pr-shop-12")
    assert (entry.operation, entry.result, entry.detail) == ("reset_service", "done", "service db")


@pytest.mark.spec("ENV-017", "EC-10")
async def test_an_environment_that_does_not_run_has_nothing_to_reset(catalyst: Catalyst) -> None:
    await catalyst.store.environments.record(make_snapshot())
    answer = await catalyst.http.post(f"{ONE}/services/db/reset")
    assert answer.status_code == 409
    assert "it does not run" in answer.json()["detail"]
    assert "Redeploy it" in answer.json()["hint"]


async def test_delete_may_be_asked_for_by_its_name_like_every_change(running: Catalyst) -> None:
    assert (await running.http.post(f"{ONE}/delete")).status_code == 200
    assert [name for name, *_ in running.gateway.commands] == ["delete"]


async def test_without_a_key_every_request_is_its_own(running: Catalyst) -> None:
    for _ in range(2):
        await running.http.post(f"{ONE}/redeploy")
    ids = {request_id for *_, request_id in running.gateway.commands}
    assert len(ids) == 2


@pytest.mark.spec("T-4")
async def test_every_change_is_audited_with_its_result_and_reads_are_not(
    running: Catalyst,
) -> None:
    await running.http.get(ONE)
    await running.http.delete(ONE)
    running.gateway.refusal = RefusedError("nothing has failed")
    await running.http.post(f"{ONE}/retry")
    entries = await running.store.audit.list(subject="web-shop/pr-shop-12")
    assert [(each.operation, each.result, each.detail) for each in entries] == [
        ("retry", "RefusedError", "nothing has failed"),
        ("delete", "done", ""),
    ]
    assert {(each.actor, each.face, each.origin) for each in entries} == {
        ("operator", "rest", "127.0.0.1")
    }


async def test_what_the_environment_refuses_is_a_conflict(running: Catalyst) -> None:
    running.gateway.refusal = RefusedError("nothing has failed: revision 1 succeeded")
    answer = await running.http.post(f"{ONE}/retry")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.json())
    assert (problem.code, problem.title) == ("CONFLICT", "Conflict")
    assert problem.detail == "nothing has failed: revision 1 succeeded"


async def test_while_temporal_is_down_a_command_is_told_to_come_back(running: Catalyst) -> None:
    running.gateway.is_down = True
    answer = await running.http.post(f"{ONE}/retry")
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "10"


@pytest.mark.spec("EC-10")
@pytest.mark.parametrize("command", ["retry", "redeploy"])
async def test_an_environment_whose_workflow_vanished_is_created_again(
    catalyst: Catalyst, command: str
) -> None:
    await catalyst.store.environments.record(make_snapshot())
    answer = await catalyst.http.post(f"{ONE}/{command}")
    assert answer.status_code == 200
    assert "started again" in answer.json()["message"]
    assert [ref.environment for ref, _ in catalyst.gateway.started] == ["pr-shop-12"]


@pytest.mark.spec("EC-10")
async def test_what_a_vanished_workflow_left_is_cleaned_up(catalyst: Catalyst) -> None:
    await catalyst.store.environments.record(make_snapshot())
    assert (await catalyst.http.delete(ONE)).status_code == 200
    assert [name for name, *_ in catalyst.gateway.commands] == ["delete"]


async def test_a_removed_environment_is_not_removed_again(catalyst: Catalyst) -> None:
    await catalyst.store.environments.record(make_snapshot(phase=Phase.DELETED))
    catalyst.cluster.says = NamespaceStanding.MISSING
    answer = await catalyst.http.delete(ONE)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "web-shop/pr-shop-12 was removed already",
    )
    assert catalyst.gateway.started == []


@pytest.mark.parametrize("command", ["retry", "redeploy"])
async def test_an_environment_nobody_knows_is_not_started(catalyst: Catalyst, command: str) -> None:
    assert (await catalyst.http.post(f"{ONE}/{command}")).status_code == 404
    assert catalyst.gateway.started == []


@pytest.mark.invariant(7)
async def test_an_approval_names_its_commit(running: Catalyst) -> None:
    answer = await running.http.post(f"{ONE}/approve", json={"commit": OLDER_COMMIT})
    assert answer.status_code == 200
    ((_, _, command, _),) = running.gateway.commands
    assert command.model_dump()["commit"] == OLDER_COMMIT
    for wrong in ({}, {"commit": "main"}, {"commit": COMMIT[:7]}):
        answer = await running.http.post(f"{ONE}/approve", json=wrong)
        assert answer.status_code == 422


async def test_an_approval_starts_nothing(catalyst: Catalyst) -> None:
    await catalyst.store.environments.record(make_snapshot())
    answer = await catalyst.http.post(f"{ONE}/approve", json={"commit": COMMIT})
    assert answer.status_code == 409
    assert catalyst.gateway.started == []
