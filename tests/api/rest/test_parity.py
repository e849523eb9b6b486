"""The REST face is derived from the catalogue and described by OpenAPI."""

from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from api.operations import OPERATIONS
from api.rest import examples
from api.rest.routes import PLACES, PREFIX, unknown_fields
from api.schemas import Problem
from tests.api.conftest import Catalyst
from workflows.commands import CATALOGUE


@pytest.mark.spec("OPS-5")
def test_every_command_has_an_operation_and_a_place() -> None:
    names = {command.name for command in CATALOGUE}
    assert set(OPERATIONS) == names == set(PLACES) == set(examples.ANSWERS)


@pytest.mark.spec("OPS-5")
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
