"""Every operation asks for its permission first and tells what came of it."""

import pytest

from api.failures import ForbiddenError
from api.links import LinkMaker
from api.operations import OPERATIONS, Caller, Services
from api.rest import examples
from tests.api.conftest import Catalyst
from tests.support.examples import COMMIT, make_project, make_snapshot
from workflows.commands import CATALOGUE, Permission
from workflows.models import Payload, Phase, Template

KEY = {"project": "web-shop", "environment": "pr-shop-12"}


def make_input(name: str) -> Payload:
    values = (
        KEY
        | examples.BODIES.get(name, {})
        | {
            "key": "web-shop",
            "commit": COMMIT,
            "template": "development",
            "service": "db",
        }
    )
    return OPERATIONS[name].command.input.model_validate(values)


def make_services(catalyst: Catalyst) -> Services:
    links = LinkMaker("http://127.0.0.1:8080", "https://github.com", "", "default")
    return Services(catalyst.store, catalyst.gateway, catalyst.cluster, links, catalyst.runner)


def make_caller(*permissions: Permission) -> Caller:
    return Caller(
        actor="ada",
        face="test",
        origin="127.0.0.1",
        permissions=frozenset(permissions),
        request_id="r-1",
    )


@pytest.fixture
async def services(catalyst: Catalyst) -> Services:
    templates = {"development": Template(type="auto")}
    await catalyst.store.projects.put(make_project().model_copy(update={"templates": templates}))
    await catalyst.store.environments.record(make_snapshot(phase=Phase.FAILED))
    catalyst.gateway.running["pr-shop-12"] = make_snapshot(phase=Phase.FAILED)
    return make_services(catalyst)


@pytest.mark.invariant(8)
@pytest.mark.parametrize("name", [command.name for command in CATALOGUE])
async def test_without_its_permission_an_operation_does_nothing(
    services: Services, catalyst: Catalyst, name: str
) -> None:
    operation = OPERATIONS[name]
    others = set(Permission) - {operation.command.permission}
    with pytest.raises(ForbiddenError, match=f"ada may not {name}"):
        await operation(services, make_caller(*others), make_input(name))
    assert catalyst.gateway.commands == []
    assert catalyst.gateway.started == []
    assert catalyst.runner.runs == []
    audited = await catalyst.store.audit.list()
    assert [each.result for each in audited] == ["ForbiddenError"] * operation.command.is_change


@pytest.mark.parametrize("name", [command.name for command in CATALOGUE])
async def test_with_its_permission_alone_an_operation_succeeds(
    services: Services, catalyst: Catalyst, name: str
) -> None:
    operation = OPERATIONS[name]
    caller = make_caller(operation.command.permission)
    result = await operation(services, caller, make_input(name))
    assert isinstance(result, operation.result)
    audited = [
        (each.actor, each.operation, each.result) for each in await catalyst.store.audit.list()
    ]
    assert audited == [("ada", name, "done")] * operation.command.is_change
