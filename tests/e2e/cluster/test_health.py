"""The URL counts once the new version answers through the ingress; an application that does not is told so."""

import time

import httpx
import pytest

from tests.e2e.cluster.environments import (
    READY,
    Environment,
    make_server,
    make_service,
    make_web,
)
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


@pytest.mark.spec("FR-007", "FR-016")
@pytest.mark.invariant(3)
async def test_an_older_version_that_takes_its_time_to_end_does_not_count(
    environment: Environment,
) -> None:
    await environment.ensure()
    # Process 1 without a handler ignores TERM, and goes on answering for its whole grace.
    stubborn = make_server("old").replace("signal.signal", "#signal.signal")
    web = make_web(environment, stubborn, readinessProbe=READY)
    web["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 25
    await environment.apply(web, make_service())
    await environment.rollout()
    route = await environment.route()
    await environment.health(route.url)
    await environment.apply(make_web(environment, make_server("new"), readinessProbe=READY))
    await environment.rollout()
    began = time.monotonic()
    await environment.health(route.url)
    assert time.monotonic() - began < 15, "the old pod's grace period is not waited for"
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [(await fetch(environment, client)).text for _ in range(40)]
    assert answers == ["new"] * 40


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
