"""Packets, tried from inside pods: what a preview may reach, and what it may not (FR-013)."""

import time

import pytest

from activities.cluster import enforcement
from tests.e2e.cluster.environments import (
    Environment,
    make_config,
    make_server,
    make_service,
    make_web,
)
from tests.e2e.cluster.packets import Target, address_of, make_listener, try_to_reach
from tests.e2e.conftest import Namespaces, unique
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

DNS = "10.96.0.10"
API_SERVER = "10.96.0.1"


@pytest.mark.spec("FR-013", "ENV-025")
async def test_a_preview_reaches_what_it_needs_and_nothing_else(
    environment: Environment, cluster: Cluster, namespaces: Namespaces
) -> None:
    await environment.ensure()
    other = Environment(cluster)
    namespaces.claim(other.namespace)
    await other.ensure()
    for place in (environment, other):
        await place.apply(make_listener(environment.image, "listener"))
    own = await address_of(cluster, environment.namespace, "listener")
    foreign = await address_of(cluster, other.namespace, "listener")
    connection = cluster.connection
    registry, registry_port = connection.registry.split(":")
    targets: list[Target] = [
        ("a pod of its own", "tcp", own, 8080, True),
        ("DNS over UDP", "udp", DNS, 53, True),
        ("DNS over TCP", "tcp", DNS, 53, True),
        ("the ingress", "tcp", connection.ingress_address, connection.browser_port, True),
        ("the registry", "tcp", registry, int(registry_port), True),
        ("another environment", "tcp", foreign, 8080, False),
        ("the Kubernetes API", "tcp", API_SERVER, 443, False),
        ("the API on the node", "tcp", connection.node_address, 6443, False),
        ("the kubelet", "tcp", connection.node_address, 10250, False),
        ("the machine", "tcp", connection.host_address, 22, False),
    ]
    reached = await try_to_reach(environment, targets)
    assert reached == {name: expected for name, _, _, _, expected in targets}


@pytest.mark.spec("FR-013", "T-5")
async def test_a_network_that_a_project_opens_is_reached_but_no_other_environment_in_it(
    environment: Environment, cluster: Cluster, namespaces: Namespaces
) -> None:
    other = Environment(cluster)
    namespaces.claim(other.namespace)
    await other.ensure()
    await other.apply(make_listener(environment.image, "listener"))
    foreign = await address_of(cluster, other.namespace, "listener")
    await environment.ensure(None, "10.0.0.0/8")
    targets: list[Target] = [
        ("a node in the network", "tcp", cluster.connection.node_address, 10250, True),
        ("another environment", "tcp", foreign, 8080, False),
    ]
    reached = await try_to_reach(environment, targets)
    assert reached == {name: expected for name, _, _, _, expected in targets}
    await environment.ensure()
    path = f"/apis/networking.k8s.io/v1/namespaces/{environment.namespace}/networkpolicies"
    names = [each["metadata"]["name"] for each in await cluster.items(path)]
    assert "catalyst-egress" not in names


@pytest.mark.spec("FR-013")
async def test_nobody_but_the_ingress_reaches_a_preview(
    environment: Environment, cluster: Cluster, namespaces: Namespaces
) -> None:
    await environment.ensure()
    await environment.apply(make_listener(environment.image, "listener"))
    address = await address_of(cluster, environment.namespace, "listener")
    open_namespace = await namespaces.create()
    targets: list[Target] = [
        ("the preview", "tcp", address, 8080, False),
        ("DNS", "tcp", DNS, 53, True),
    ]
    reached = await try_to_reach(environment, targets, open_namespace)
    assert reached == {"the preview": False, "DNS": True}


@pytest.mark.spec("ENV-025")
async def test_an_environment_fetches_its_own_url_from_inside(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_web(environment, make_server("hello from within")), make_service())
    await environment.rollout()
    route = await environment.route()
    await environment.health(route.url)
    connection = environment.cluster.connection
    inner = f"{environment.namespace}.{connection.cluster_domain}"
    targets: list[Target] = [("its own URL", "tcp", inner, connection.browser_port, True)]
    assert await try_to_reach(environment, targets) == {"its own URL": True}


@pytest.mark.spec("FR-013")
async def test_this_cluster_is_found_to_enforce_policies(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    environment = Environment(cluster, probe_image=cluster.connection.builder_image)
    namespaces.claim(environment.namespace)
    path = f"/api/v1/namespaces/{enforcement.NAMESPACE}"
    result = await environment.ensure()
    assert result.warnings == ()
    found = await cluster.namespace(enforcement.NAMESPACE)
    assert found
    assert found["metadata"]["annotations"][enforcement.ANSWER] == "true"

    async def is_tidy() -> bool:  # the worker may ask at the same time
        return await cluster.items(f"{path}/pods") == []

    await eventually(is_tidy, within=30, what="no pod that asks is left")


@pytest.mark.spec("FR-013")
async def test_a_cluster_that_lets_everything_through_is_warned_about(
    cluster: Cluster, namespaces: Namespaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same question in a namespace whose policy allows everything: as if nobody enforced it.
    name = namespaces.claim(unique("t-cluster-open"))
    allowing = enforcement.make_policy()
    allowing["spec"]["egress"] = [{}]
    allowing["metadata"]["namespace"] = name
    monkeypatch.setattr(enforcement, "NAMESPACE", name)
    monkeypatch.setattr(enforcement, "make_policy", lambda: allowing)
    config = make_config(cluster.connection, probe_image=cluster.connection.builder_image)
    asking = enforcement.Enforcement(cluster.api, config)
    assert await asking.warnings() == (enforcement.WARNING,)
    found = await cluster.namespace(name)
    assert found
    assert found["metadata"]["annotations"][enforcement.ANSWER] == "false"
    # Another worker reads the answer and does not ask again.
    another = enforcement.Enforcement(cluster.api, config)
    began = time.monotonic()
    assert await another.warnings() == (enforcement.WARNING,)
    assert time.monotonic() - began < 2
