"""Host names that a project opens, tried from inside pods: through the environment's own proxy, and not otherwise (T-5)."""

import pytest

from tests.e2e.cluster.environments import Environment
from tests.e2e.cluster.outside import Outside, Question, ask, open_outside
from tests.e2e.cluster.packets import Target, address_of, make_listener, try_to_reach
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually
from workflows import naming

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


@pytest.fixture
def environment(cluster: Cluster, namespaces: Namespaces) -> Environment:
    """Of a stack whose operator has set up the proxy."""
    image = f"{cluster.connection.registry}/ubuntu/squid:latest"
    environment = Environment(cluster, egress_image=image)
    namespaces.claim(environment.namespace)
    return environment


@pytest.fixture
async def outside(environment: Environment, cluster: Cluster, namespaces: Namespaces) -> Outside:
    return await open_outside(cluster, namespaces, environment.image)


def expected(questions: list[Question]) -> dict[str, str]:
    return {name: answer for name, _, _, answer in questions}


@pytest.mark.spec("T-5", "FR-013")
async def test_an_approved_host_answers_through_the_proxy_and_nothing_else_does(
    environment: Environment, outside: Outside
) -> None:
    api = await outside.resolve("api", outside.public)
    other = await outside.resolve("other", outside.public)
    await environment.ensure(None, hosts=(api, f"*.{api}"))
    questions: list[Question] = [
        ("an approved host", "proxied", f"http://{api}/", "200"),
        ("an approved host by TLS", "proxied", f"https://{api}/", "200"),
        ("an approved host at another port", "proxied", f"http://{api}:8081/", "403"),
        ("a tunnel to another port", "proxied", f"https://{api}:8081/", "403"),
        ("another host", "proxied", f"http://{other}/", "403"),
        ("another host by TLS", "proxied", f"https://{other}/", "403"),
        ("a name that ends alike", "proxied", f"http://x{api}/", "403"),
        ("its address", "proxied", f"http://{outside.public}/", "403"),
        ("its address by TLS", "proxied", f"https://{outside.public}/", "403"),
        ("the proxy's own pages", "proxied", "http://catalyst-egress/squid-internal-mgr/", "403"),
        ("directly", "direct", f"http://{outside.public}/", "nothing"),
        ("directly by TLS", "direct", f"http://{outside.public}:443/", "nothing"),
    ]
    assert await ask(environment, questions) == expected(questions)


@pytest.mark.spec("T-5", "FR-013")
async def test_an_approved_name_of_a_private_address_is_refused_unless_the_network_is_granted(
    environment: Environment, outside: Outside, cluster: Cluster
) -> None:
    await environment.ensure()
    await environment.apply(make_listener(environment.image, "listener"))
    pod = await address_of(cluster, environment.namespace, "listener")
    public = await outside.resolve("public", outside.public)
    hosts = [await outside.resolve(*each) for each in (("private", outside.private), ("pod", pod))]
    service = "kubernetes.default.svc.cluster.local"
    await environment.ensure(None, hosts=(*hosts, service, public))
    questions: list[Question] = [
        ("a public address", "proxied", f"http://{public}/", "200"),
        ("a private address", "proxied", f"http://{hosts[0]}/", "403"),
        ("a pod", "proxied", f"http://{hosts[1]}/", "403"),
        ("the Kubernetes API", "proxied", f"https://{service}/", "403"),
    ]
    assert await ask(environment, questions) == expected(questions)
    # The policy holds by itself, should the name resolve to something else a moment after the proxy has looked.
    name = naming.egress_proxy(environment.namespace)
    packets: list[Question] = [
        ("a public address", "direct", f"http://{outside.public}/", "reached"),
        ("a private address", "direct", f"http://{outside.private}/", "nothing"),
        ("the ingress", "direct", f"http://{cluster.connection.ingress_address}/", "nothing"),
        ("the registry", "direct", f"http://{cluster.connection.registry}/", "nothing"),
        ("the Kubernetes API", "direct", "http://10.96.0.1:443/", "nothing"),
        ("a pod", "direct", f"http://{pod}:8080/", "nothing"),
    ]
    as_the_proxy = {naming.INSTANCE_LABEL: name}
    found = await ask(environment, packets, namespace=naming.EGRESS_NAMESPACE, labels=as_the_proxy)
    assert found == expected(packets)
    await environment.ensure(None, f"{outside.private}/32", hosts=(*hosts, service))
    granted: list[Question] = [
        ("a private address", "proxied", f"http://{hosts[0]}/", "200"),
        ("a pod", "proxied", f"http://{hosts[1]}/", "403"),
        ("the Kubernetes API", "proxied", f"https://{service}/", "403"),
        ("what is not granted any more", "proxied", f"http://{public}/", "403"),
    ]
    assert await ask(environment, granted) == expected(granted)


@pytest.mark.spec("T-5", "FR-013")
async def test_the_proxy_is_its_own_environments_alone_and_goes_when_nothing_is_opened(
    environment: Environment, cluster: Cluster, namespaces: Namespaces
) -> None:
    other = Environment(cluster)
    namespaces.claim(other.namespace)
    await other.ensure()
    await environment.ensure(None, hosts=("api.example.com",))
    host = naming.egress_proxy_url(environment.namespace).removeprefix("http://").split(":")[0]
    targets: list[Target] = [("the proxy", "tcp", host, naming.EGRESS_PORT, True)]
    assert await try_to_reach(environment, targets) == {"the proxy": True}
    assert await try_to_reach(other, [(*targets[0][:4], False)]) == {"the proxy": False}
    open_namespace = await namespaces.create()
    assert await try_to_reach(other, [(*targets[0][:4], False)], open_namespace) == {
        "the proxy": False
    }
    variables = f"/api/v1/namespaces/{environment.namespace}/configmaps/{naming.EGRESS_VARIABLES}"
    told = await cluster.get(variables)
    assert told
    assert told["data"]["HTTPS_PROXY"] == naming.egress_proxy_url(environment.namespace)
    await environment.ensure()
    assert await left_of(environment) == []
    assert await cluster.get(variables) is None


@pytest.mark.variant
@pytest.mark.spec("T-5", "FR-008")
async def test_the_proxy_is_removed_with_the_environment_and_with_a_namespace_that_somebody_removes(
    environment: Environment, cluster: Cluster, namespaces: Namespaces
) -> None:
    await environment.ensure(None, hosts=("api.example.com",))
    assert len(await left_of(environment)) == 4
    assert (await environment.delete()).is_gone
    assert await left_of(environment) == []
    again = Environment(cluster, egress_image=environment.config.egress_image)
    namespaces.claim(again.namespace)
    await again.ensure(None, hosts=("api.example.com",))
    await cluster.delete(f"/api/v1/namespaces/{again.namespace}")

    async def is_gone() -> bool:
        return await left_of(again) == []

    await eventually(is_gone, within=120, what="Kubernetes has removed the proxy")


@pytest.mark.variant
@pytest.mark.spec("T-5")
async def test_a_proxy_that_cannot_start_is_told_with_its_reason(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    image = f"{cluster.connection.registry}/no/such:image"
    environment = Environment(cluster, egress_image=image, egress_timeout=8.0)
    namespaces.claim(environment.namespace)
    with pytest.raises(Exception, match="egress proxy of this environment does not start") as told:
        await environment.ensure(None, hosts=("api.example.com",))
    assert any("Pull" in line for line in getattr(told.value, "excerpt", ()))
    await environment.delete()


async def left_of(environment: Environment) -> list[str]:
    name = naming.egress_proxy(environment.namespace)
    base = f"namespaces/{naming.EGRESS_NAMESPACE}"
    paths = (
        f"/api/v1/{base}/configmaps/{name}",
        f"/api/v1/{base}/services/{name}",
        f"/apis/apps/v1/{base}/deployments/{name}",
        f"/apis/networking.k8s.io/v1/{base}/networkpolicies/{name}",
    )
    return [path for path in paths if await environment.cluster.get(path) is not None]
