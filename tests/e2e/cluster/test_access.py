"""What the identity that installs a user's chart may do, as the cluster itself answers."""

import pytest

from activities import kube
from tests.e2e.cluster.environments import Environment
from tests.e2e.conftest import Namespaces
from workflows import naming

pytestmark = pytest.mark.cluster

ALLOWED = [
    ("create", "apps", "deployments"),
    ("delete", "apps", "statefulsets"),
    ("patch", "batch", "jobs"),
    ("create", "", "services"),
    ("create", "", "secrets"),
    ("watch", "", "pods"),
    ("get", "", "pods/log"),
]
REFUSED = [
    ("patch", "", "resourcequotas"),
    ("delete", "", "limitranges"),
    ("create", "networking.k8s.io", "networkpolicies"),
    ("delete", "networking.k8s.io", "networkpolicies"),
    ("create", "networking.k8s.io", "ingresses"),
    ("create", "gateway.networking.k8s.io", "httproutes"),
    ("create", "rbac.authorization.k8s.io", "roles"),
    ("create", "rbac.authorization.k8s.io", "rolebindings"),
    ("create", "", "serviceaccounts/token"),
    ("create", "", "pods/exec"),
    ("patch", "", "namespaces"),
]


BY_HAND = [
    *ALLOWED,
    ("create", "", "pods/exec"),
    ("create", "", "pods/portforward"),
    ("patch", "apps", "deployments/scale"),
    ("list", "discovery.k8s.io", "endpointslices"),
]
NOT_EVEN_BY_HAND = [each for each in REFUSED if each not in BY_HAND]


async def may(
    environment: Environment,
    verb: str,
    group: str,
    resource: str,
    namespace: str,
    *,
    account: str = naming.HELM_SERVICE_ACCOUNT,
) -> bool:
    name, _, subresource = resource.partition("/")
    user = f"system:serviceaccount:{environment.namespace}:{account}"
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": user,
            "groups": ["system:serviceaccounts", "system:authenticated"],
            "resourceAttributes": {
                "verb": verb,
                "group": group,
                "resource": name,
                "subresource": subresource,
                "namespace": namespace,
            },
        },
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    answer = await kube.request(environment.cluster.api, "POST", path, body=review)
    return bool(answer["status"]["allowed"])


@pytest.mark.spec("FR-002", "FR-013", "ENV-026")
async def test_a_chart_may_make_workloads_and_not_touch_its_limits(
    environment: Environment,
) -> None:
    await environment.ensure()
    namespace = environment.namespace
    allowed = {one: await may(environment, *one, namespace) for one in (*ALLOWED, *REFUSED)}
    assert allowed == {**dict.fromkeys(ALLOWED, True), **dict.fromkeys(REFUSED, False)}


@pytest.mark.spec("FR-013", "ENV-026")
async def test_a_chart_may_do_nothing_outside_its_namespace(
    environment: Environment, namespaces: Namespaces
) -> None:
    await environment.ensure()
    foreign = await namespaces.create()
    for place in (foreign, ""):  # another namespace, and the whole cluster
        for verb, group, resource in ALLOWED:
            assert not await may(environment, verb, group, resource, place), (verb, resource)


@pytest.mark.spec("ENV-026", "T-5")
async def test_whoever_works_in_an_environment_may_do_all_but_change_its_limits_and_nothing_elsewhere(
    environment: Environment, namespaces: Namespaces
) -> None:
    await environment.ensure(has_owner=True)
    namespace, owner = environment.namespace, naming.OWNER_SERVICE_ACCOUNT
    asked = (*BY_HAND, *NOT_EVEN_BY_HAND)
    found = {each: await may(environment, *each, namespace, account=owner) for each in asked}
    assert found == {**dict.fromkeys(BY_HAND, True), **dict.fromkeys(NOT_EVEN_BY_HAND, False)}
    foreign = await namespaces.create()
    for place in (foreign, ""):
        for each in BY_HAND:
            assert not await may(environment, *each, place, account=owner), each

    await environment.ensure()
    for each in BY_HAND:
        assert not await may(environment, *each, namespace, account=owner), each
