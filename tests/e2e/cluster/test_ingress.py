"""Clusters without Gateway API: the way in is an Ingress of the operator's class."""

from dataclasses import replace

import httpx
import pytest

from activities import kube
from activities.cluster import ClusterActivities
from activities.manifests import HTTP_ROUTE, INGRESS
from tests.e2e.cluster.environments import (
    READY,
    Environment,
    make_config,
    make_server,
    make_service,
    make_web,
)
from tests.e2e.support.waiting import eventually
from workflows.models import PathRoute, RouteSettings

pytestmark = [pytest.mark.cluster, pytest.mark.spec("OPS-7")]


def choose(environment: Environment, ingress_class: str) -> None:
    """As an operator who restarts the worker with that setting."""
    config = make_config(environment.cluster.connection)
    config = replace(config, address=replace(config.address, ingress_class=ingress_class))
    environment.activities = ClusterActivities(environment.cluster.api, config, environment.kept)


async def page(environment: Environment, path: str) -> str:
    port = environment.cluster.connection.browser_port
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Host": f"{environment.namespace}.localhost:{port}"}
        return (await client.get(f"http://127.0.0.1:{port}{path}", headers=headers)).text


async def routes(environment: Environment, kind: dict[str, str]) -> list[str]:
    path = kube.collection_path(kind["apiVersion"], kind["kind"], environment.namespace)
    return [each["metadata"]["name"] for each in await environment.cluster.items(path)]


async def test_an_ingress_leads_the_url_to_the_application_and_takes_the_place_of_a_route(
    environment: Environment,
) -> None:
    connection = environment.cluster.connection
    await environment.ensure()
    await environment.apply(make_web(environment, make_server("hello"), readinessProbe=READY))
    await environment.apply(make_service(port=8000))
    await environment.rollout()
    await environment.route()
    assert await routes(environment, HTTP_ROUTE) == ["catalyst"]

    choose(environment, connection.ingress_class)
    route = await environment.route()
    assert (route.service, route.port) == ("web", 8000)
    assert await routes(environment, INGRESS) == ["catalyst"]
    assert await routes(environment, HTTP_ROUTE) == []
    assert await environment.health(route.url) == 200
    assert await page(environment, "/") == "hello"

    choose(environment, "")
    assert await environment.health((await environment.route()).url) == 200
    assert await routes(environment, INGRESS) == []


@pytest.mark.parametrize("kind", ["HTTPRoute", "Ingress"])
async def test_paths_of_the_url_lead_to_other_services(environment: Environment, kind: str) -> None:
    choose(environment, environment.cluster.connection.ingress_class if kind == "Ingress" else "")
    await environment.ensure()
    for app in ("web", "api"):
        script = make_server(f"this is {app}")
        await environment.apply(make_web(environment, script, app=app, readinessProbe=READY))
        await environment.apply(make_service(app, app=app))
    await environment.rollout()
    more = PathRoute(path="/api", service="api")
    route = await environment.route(RouteSettings(service="web"), more)
    assert await environment.health(route.url) == 200

    async def leads_there() -> bool:
        return await page(environment, "/api/tides?day=1") == "this is api"

    await eventually(leads_there, within=30, what="the path leads to the other Service")
    assert await page(environment, "/") == "this is web"
    assert await page(environment, "/apiary") == "this is web"
