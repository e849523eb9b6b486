"""The REST face: derived from the catalogue, described by OpenAPI, failing with problem documents."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from activities.cluster_reader import LiveLog, NamespaceStanding
from activities.logs import ContainerRef, LogsMissingError
from api import examples
from api.failures import RefusedError
from api.operations import OPERATIONS
from api.rest import PLACES, PREFIX, unknown_fields
from api.schemas import Problem
from tests.api.conftest import Catalyst
from tests.support.examples import (
    COMMIT,
    OLDER_COMMIT,
    make_project,
    make_revision,
    make_snapshot,
)
from workflows.commands import CATALOGUE
from workflows.errors import ClusterError, StoreError
from workflows.models import Phase, Serving

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"


@pytest.fixture
async def running(catalyst: Catalyst) -> Catalyst:
    """One environment that is ready and whose workflow runs."""
    snapshot = make_snapshot(
        revisions=(make_revision(),),
        serving=Serving(
            commit=COMMIT,
            url="http://web-shop-pr-shop-12.localhost/",
            since=make_snapshot().created_at,
        ),
    )
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    return catalyst


# --- parity ---


@pytest.mark.spec("SC-005")
def test_every_command_has_an_operation_and_a_place() -> None:
    names = {command.name for command in CATALOGUE}
    assert set(OPERATIONS) == names == set(PLACES) == set(examples.ANSWERS)


@pytest.mark.spec("SC-005")
async def test_routes_openapi_and_catalogue_agree(catalyst: Catalyst) -> None:
    document = (await catalyst.http.get(f"{PREFIX}/openapi.json")).json()
    described = {
        operation["operationId"]: (method.upper(), path.removeprefix(PREFIX), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(described) == {command.name for command in CATALOGUE}
    for command in CATALOGUE:
        method, path, operation = described[command.name]
        assert (method, path) == (PLACES[command.name].method, PLACES[command.name].path)
        assert operation["summary"] == command.summary
        # A change can be repeated safely and a read changes nothing.
        assert (method == "GET") is not command.is_change
        in_parameters = {each["name"] for each in operation["parameters"]}
        assert "Idempotency-Key" in in_parameters
        body = _schema(document, operation.get("requestBody", {}))
        assert set(command.input.model_fields) <= in_parameters | set(body.get("properties", {}))
        assert {"200", "403", "404", "409", "422", "503"} <= set(operation["responses"])


async def test_every_example_is_valid_by_its_own_schema(catalyst: Catalyst) -> None:
    document = (await catalyst.http.get(f"{PREFIX}/openapi.json")).json()
    for path in document["paths"].values():
        for operation in path.values():
            for response in [operation["responses"]["200"], *operation["responses"].values()]:
                for content in response["content"].values():
                    if "example" in content and "schema" in content:
                        schema = content["schema"] | {"components": document["components"]}
                        OAS31Validator(schema).validate(content["example"])
    for name, answer in examples.ANSWERS.items():
        OPERATIONS[name].result.model_validate(answer)
        assert (
            unknown_fields(
                answer, OPERATIONS[name].result.model_validate(answer).model_dump(mode="json")
            )
            == []
        )
    Problem.model_validate(examples.PROBLEM)


def _schema(document: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    if not body:
        return {}
    schema: dict[str, Any] = body["content"]["application/json"]["schema"]
    reference = schema.get("$ref") or schema.get("allOf", [{}])[0].get("$ref", "")
    found: dict[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


# --- reading ---


@pytest.mark.spec("US2")
async def test_environments_are_listed_with_what_a_person_needs(running: Catalyst) -> None:
    answer = (await running.http.get(f"{PREFIX}/environments")).json()
    (found,) = answer["environments"]
    assert (answer["total"], answer["phases"]) == (1, {"ready": 1})
    assert found["url"] == "http://web-shop-pr-shop-12.localhost/"
    assert found["commit"] == found["serving_commit"] == COMMIT
    assert found["links"] == {
        "page": "http://127.0.0.1:8080/environments/web-shop/pr-shop-12",
        "logs": "http://127.0.0.1:8080/environments/web-shop/pr-shop-12/logs",
        "pull_request": "https://github.com/acme/shop/pull/12",
        "commit": f"https://github.com/acme/shop/commit/{COMMIT}",
        "workflow": "http://127.0.0.1:8233/namespaces/default/workflows/env%3Aweb-shop%3Apr-shop-12",
    }


async def test_lists_are_filtered_and_paged(catalyst: Catalyst) -> None:
    for number in range(1, 6):
        phase = Phase.FAILED if number % 2 else Phase.READY
        await catalyst.store.environments.record(make_snapshot(number, phase=phase))
    url = f"{PREFIX}/environments"
    failed = (await catalyst.http.get(url, params={"phase": "failed", "limit": 2})).json()
    assert [each["number"] for each in failed["environments"]] == [5, 3]
    assert (failed["total"], failed["limit"], failed["offset"]) == (3, 2, 0)
    rest = (
        await catalyst.http.get(url, params={"phase": "failed", "limit": 2, "offset": 2})
    ).json()
    assert [each["number"] for each in rest["environments"]] == [1]
    for wrong in ({"phase": "broken"}, {"limit": 0}, {"limit": 501}, {"offset": -1}):
        answer = await catalyst.http.get(url, params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
        assert answer.json()["errors"][0]["where"] == f"query.{next(iter(wrong))}"


@pytest.mark.spec("EC-10")
@pytest.mark.invariant(10)
async def test_missing_unknown_and_unreachable_are_different_words(running: Catalyst) -> None:
    async def standing() -> tuple[str, str]:
        found = (await running.http.get(ONE)).json()["standing"]
        return found["state"], found["cluster"]

    assert await standing() == ("fine", "present")
    running.cluster.says = NamespaceStanding.MISSING
    assert await standing() == ("missing", "missing")
    running.cluster.says = NamespaceStanding.UNREACHABLE
    assert await standing() == ("unknown", "unreachable")
    running.gateway.is_down = True
    found = (await running.http.get(ONE)).json()["standing"]
    assert (found["state"], found["workflow"]) == ("unknown", "unreachable")


@pytest.mark.spec("EC-10")
async def test_an_unknown_environment_is_not_found_only_when_that_is_certain(
    catalyst: Catalyst,
) -> None:
    answer = await catalyst.http.get(ONE)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    catalyst.gateway.is_down = True
    answer = await catalyst.http.get(ONE)
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")


async def test_an_environment_that_was_never_recorded_is_read_from_its_workflow(
    catalyst: Catalyst,
) -> None:
    catalyst.gateway.running["pr-shop-12"] = make_snapshot(phase=Phase.PENDING)
    answer = await catalyst.http.get(ONE)
    assert (answer.status_code, answer.json()["phase"]) == (200, "pending")


@pytest.mark.spec("US2")
async def test_one_environment_shows_its_revisions_and_why(running: Catalyst) -> None:
    found = (await running.http.get(ONE)).json()
    assert [each["number"] for each in found["revisions"]] == [1]
    assert found["standing"]["actions"] == ["redeploy", "delete"]


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize("name", ["PR-Shop", "a_b", "-a", "a" * 64, "pr shop"])
async def test_a_name_that_kubernetes_would_not_take_is_refused_at_the_door(
    catalyst: Catalyst, name: str
) -> None:
    answer = await catalyst.http.get(f"{PREFIX}/environments/web-shop/{name}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "path.environment"


# --- logs ---


@pytest.mark.spec("FR-006", "US2")
async def test_live_logs_are_read_as_asked(running: Catalyst) -> None:
    container = ContainerRef(pod="shop-1", container="web", state="running", has_started=True)
    running.cluster.live = (LiveLog(container, ("one", "two")),)
    answer = (
        await running.http.get(
            f"{ONE}/logs",
            params={"container": "web", "tail": 2, "since_seconds": 60, "timestamps": True},
        )
    ).json()
    assert answer["source"] == "live"
    assert answer["containers"][0]["lines"] == ["one", "two"]
    ((namespace, name, tail, since, timestamps),) = running.cluster.asked
    assert (namespace, name, tail, timestamps) == ("web-shop-pr-shop-12", "web", 2, True)
    assert since is not None
    assert abs(datetime.now(UTC) - since - timedelta(seconds=60)) < timedelta(seconds=10)


@pytest.mark.spec("FR-006", "EC-10")
@pytest.mark.parametrize(
    ("says", "failure", "told"),
    [
        (NamespaceStanding.MISSING, None, "not in the cluster"),
        (NamespaceStanding.UNREACHABLE, None, "cannot be reached"),
        (NamespaceStanding.FOREIGN, None, "not this environment's"),
        (NamespaceStanding.NOT_CONFIGURED, None, "not configured"),
        (NamespaceStanding.PRESENT, ClusterError("it does not answer"), "did not answer"),
        (NamespaceStanding.PRESENT, LogsMissingError("there is no namespace x"), "no namespace"),
        (NamespaceStanding.PRESENT, None, "no such containers"),
    ],
)
async def test_kept_logs_take_the_place_of_live_ones_with_the_reason(
    running: Catalyst,
    says: NamespaceStanding,
    failure: ClusterError | LogsMissingError | None,
    told: str,
) -> None:
    running.cluster.says, running.cluster.failure = says, failure
    empty = (await running.http.get(f"{ONE}/logs")).json()
    assert (empty["source"], empty["containers"]) == ("none", [])
    assert told in empty["note"]
    await running.store.kept_logs.keep("web-shop-pr-shop-12", "shop-1", "web", ["a", "b", "c"])
    kept = (await running.http.get(f"{ONE}/logs", params={"tail": 2})).json()
    assert kept["source"] == "kept"
    assert told in kept["note"]
    assert kept["containers"][0]["lines"] == ["b", "c"]
    assert kept["containers"][0]["kept_at"]


async def test_a_foreign_namespace_is_never_read(running: Catalyst) -> None:
    running.cluster.says = NamespaceStanding.FOREIGN
    await running.http.get(f"{ONE}/logs")
    assert running.cluster.asked == []


# --- changes ---


async def test_a_command_reaches_the_environment_with_who_asked(running: Catalyst) -> None:
    answer = await running.http.post(f"{ONE}/redeploy", headers={"Idempotency-Key": "again-1"})
    assert (answer.status_code, answer.json()["message"]) == (200, "redeploy accepted")
    ((name, environment, command, request_id),) = running.gateway.commands
    assert (name, environment, request_id) == ("redeploy", "pr-shop-12", "again-1")
    assert (command.actor, command.face) == ("operator", "rest")


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


# --- projects ---


async def test_a_project_is_registered_and_replaced(catalyst: Catalyst) -> None:
    url, sent = f"{PREFIX}/projects/web-shop", make_project().model_dump(mode="json")
    assert (await catalyst.http.put(url, json=sent)).json()["is_new"] is True
    sent["drafts"] = "deploy"
    answer = await catalyst.http.put(url, json=sent)
    assert (answer.status_code, answer.json()["is_new"]) == (200, False)
    assert (await catalyst.http.get(url)).json()["drafts"] == "deploy"
    listed = (await catalyst.http.get(f"{PREFIX}/projects")).json()["projects"]
    assert [each["key"] for each in listed] == ["web-shop"]
    assert (await catalyst.http.get(f"{PREFIX}/projects/other")).status_code == 404


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"key": "other-shop"}, 422, "the path says"),
        ({"drafs": "skip"}, 422, "drafs"),
        ({"templates": {"development": {"chrat": "x"}}}, 422, "templates.development.chrat"),
        ({"drafts": "maybe"}, 422, "drafts"),
        ({"sources": []}, 422, "at least one repository"),
        ({"team": "web-shop", "name": "x"}, 422, "the key must be"),
    ],
)
async def test_settings_that_cannot_be_meant_are_refused_with_the_place(
    catalyst: Catalyst, changes: dict[str, object], status: int, told: str
) -> None:
    sent = make_project().model_dump(mode="json") | changes
    answer = await catalyst.http.put(f"{PREFIX}/projects/web-shop", json=sent)
    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert await catalyst.store.projects.list() == ()


async def test_a_repository_of_another_project_is_a_conflict(catalyst: Catalyst) -> None:
    await catalyst.store.projects.put(make_project())
    other = make_project("other", "shop").model_dump(mode="json")
    answer = await catalyst.http.put(f"{PREFIX}/projects/other-shop", json=other)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert "remove the repository" in answer.json()["hint"]


# --- failures ---


async def test_an_unknown_path_is_a_problem_document(catalyst: Catalyst) -> None:
    answer = await catalyst.http.get(f"{PREFIX}/nothing", headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate(answer.json()).code == "NOT_FOUND"
    wrong_method = await catalyst.http.patch(ONE)
    assert wrong_method.status_code == 405
    assert "DELETE" in wrong_method.headers["allow"] or "GET" in wrong_method.headers["allow"]


@pytest.mark.invariant(4)
async def test_an_unexpected_failure_says_nothing_of_its_inside(
    running: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("password=hunter22 in /srv/app/secret.py")

    monkeypatch.setattr(running.store.environments, "get", fail)
    answer = await running.http.get(ONE)
    assert (answer.status_code, answer.json()["code"]) == (500, "SERVER_ERROR")
    assert "hunter22" not in answer.text
    assert "secret.py" not in answer.text


async def test_an_audit_that_cannot_be_written_does_not_deny_what_happened(
    running: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("writing to the database failed: disk full")

    monkeypatch.setattr(running.store.audit, "add", fail)
    assert (await running.http.post(f"{ONE}/redeploy")).status_code == 200
    assert len(running.gateway.commands) == 1
