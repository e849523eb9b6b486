"""The URL counts once the new version answers through the ingress; an application that does not is told so."""

import time
from typing import Any

import httpx
import pytest

from tests.e2e.cluster.environments import (
    READY,
    Environment,
    make_server,
    make_service,
    make_web,
)
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from workflows.errors import ManifestError, UnhealthyError
from workflows.models import RouteSettings

pytestmark = pytest.mark.cluster


async def fetch(environment: Environment, client: httpx.AsyncClient) -> httpx.Response:
    """As a browser would, which resolves `*.localhost` to this machine."""
    port = environment.cluster.connection.browser_port
    host = f"{environment.namespace}.localhost"
    return await client.get(f"http://127.0.0.1:{port}/", headers={"Host": f"{host}:{port}"})


@pytest.mark.spec("FR-003", "FR-016", "ENV-002")
async def test_the_route_leads_the_public_url_to_the_application(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_web(environment, make_server("hello"), readinessProbe=READY))
    await environment.apply(make_service(port=8000))
    await environment.rollout()
    route = await environment.route()
    port = environment.cluster.connection.browser_port
    assert route.url == f"http://{environment.namespace}.localhost:{port}/"
    assert (route.service, route.port) == ("web", 8000)
    assert await environment.health(route.url) == 200
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await fetch(environment, client)).text == "hello"


@pytest.mark.spec("EC-2")
async def test_a_choice_between_two_services_is_the_projects(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_service("admin"), make_service("web"))
    with pytest.raises(ManifestError, match="admin, web"):
        await environment.route()
    route = await environment.route(RouteSettings(service="admin"))
    assert route.service == "admin"


@pytest.mark.spec("FR-016", "EC-8", "FR-009")
async def test_an_application_that_answers_500_is_unhealthy_with_its_answer_and_log(
    environment: Environment,
) -> None:
    await environment.ensure()
    broken = make_server("the shop is broken", 500)
    await environment.apply(make_web(environment, broken), make_service())
    await environment.rollout()
    route = await environment.route()
    with pytest.raises(UnhealthyError, match="answered 500 on /health for 6 s") as failure:
        await environment.health(route.url, seconds=6, path="/health")
    assert "GET /health: the shop is broken" in failure.value.excerpt
    assert "listening on 8080" in failure.value.excerpt


@pytest.mark.spec("FR-016")
async def test_nothing_behind_the_url_is_unhealthy(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_service())
    route = await environment.route()
    with pytest.raises(UnhealthyError) as failure:
        await environment.health(route.url, seconds=5)
    assert "(no pod stands behind the URL)" in failure.value.excerpt


async def replace_stubborn(
    environment: Environment, service: dict[str, Any], grace: int, *, app: str = "web"
) -> str:
    """Roll out a new version over one that goes on answering while it is told to end; return the URL."""
    await environment.ensure()
    # Process 1 without a handler ignores TERM, and answers for its whole grace period.
    stubborn = make_server("old").replace("signal.signal", "#signal.signal")
    web = make_web(environment, stubborn, app=app, readinessProbe=READY)
    web["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = grace
    await environment.apply(web, service)
    await environment.rollout()
    route = await environment.route(RouteSettings(service="web"))
    await environment.health(route.url)
    new = make_web(environment, make_server("new"), app=app, readinessProbe=READY)
    await environment.apply(new)
    await environment.rollout()
    return route.url


async def fetch_often(environment: Environment) -> list[str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        return [(await fetch(environment, client)).text for _ in range(40)]


@pytest.mark.spec("FR-007", "FR-016")
@pytest.mark.invariant(3)
async def test_an_older_version_that_still_gets_requests_does_not_count(
    environment: Environment,
) -> None:
    # Such a Service keeps old pods among its endpoints until they have ended.
    service = make_service()
    service["spec"]["publishNotReadyAddresses"] = True
    url = await replace_stubborn(environment, service, grace=12)
    assert await environment.health(url, seconds=60) == 200
    assert await fetch_often(environment) == ["new"] * 40


@pytest.mark.variant
@pytest.mark.spec("FR-007", "FR-016")
@pytest.mark.invariant(3)
async def test_an_older_version_of_what_the_page_asks_does_not_count_either(
    environment: Environment,
) -> None:
    await environment.ensure()
    front = make_web(environment, make_server("front"), readinessProbe=READY)
    await environment.apply(front, make_service())
    behind = make_service("stock", app="stock")
    behind["spec"]["publishNotReadyAddresses"] = True
    url = await replace_stubborn(environment, behind, grace=8, app="stock")
    assert await environment.health(url, seconds=60) == 200
    pods = await environment.cluster.pods(environment.namespace, selector="app=stock")
    assert [pod["metadata"].get("deletionTimestamp") for pod in pods] == [None]


@pytest.mark.spec("FR-007", "FR-016")
@pytest.mark.invariant(3)
async def test_an_older_version_without_requests_is_not_waited_for(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    lag = 4.0
    environment = Environment(cluster, ingress_lag=lag)
    namespaces.claim(environment.namespace)
    url = await replace_stubborn(environment, make_service(), grace=25)
    began = time.monotonic()
    await environment.health(url)
    assert lag <= time.monotonic() - began < 15, "the ingress's lag and no more"
    assert await fetch_often(environment) == ["new"] * 40


@pytest.mark.variant
@pytest.mark.spec("FR-016", "FR-018")
async def test_an_application_that_crashes_while_it_is_asked_is_given_up_early(
    environment: Environment,
) -> None:
    await environment.ensure()
    script = "import time; print('about to fall over'); time.sleep(4); raise SystemExit(9)"
    await environment.apply(make_web(environment, script), make_service())
    await environment.rollout()
    route = await environment.route()
    began = time.monotonic()
    with pytest.raises(UnhealthyError, match="and its container crashes") as failure:
        await environment.health(route.url, seconds=240)
    assert time.monotonic() - began < 150
    assert "about to fall over" in failure.value.excerpt
