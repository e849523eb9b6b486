"""Everything Catalyst makes in an environment is labelled as its own, limited, and closed by default."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.addresses import PublicAddress
from activities.manifests import (
    Backend,
    NetworkRules,
    cidr_of,
    is_owned_by,
    labels_of,
    make_default_service_account,
    make_helm_role,
    make_helm_role_binding,
    make_helm_service_account,
    make_limit_range,
    make_namespace,
    make_network_policies,
    make_owner,
    make_priority_quota,
    make_resource_quota,
    make_route,
    read_namespace,
    service_of,
)
from workflows import naming
from workflows.models import EnvironmentRef, PullRequestRef, Quota

REF = EnvironmentRef(
    team="acme", project="acme-shop", environment="pr-shop-12", namespace="acme-shop-pr-shop-12"
)
PULL_REQUEST = PullRequestRef(installation=3, repository_id=44, repository="acme/shop", number=12)
BRANCH = "feature/new cart"
RULES = NetworkRules(
    ingress_cidrs=("192.0.2.7/32",),
    ingress_ports=(80, 443),
    registry_cidr="192.0.2.9/32",
    registry_port=5000,
)


def all_objects() -> list[dict[str, Any]]:
    address = PublicAddress(domain="example.dev", inner_domain="example.internal")
    return [
        make_namespace(REF, PULL_REQUEST, BRANCH),
        make_resource_quota(REF, BRANCH, Quota()),
        make_priority_quota(REF, BRANCH),
        make_limit_range(REF, BRANCH, Quota()),
        *make_network_policies(REF, BRANCH, RULES),
        make_default_service_account(REF, BRANCH),
        make_helm_service_account(REF, BRANCH),
        make_helm_role(REF, BRANCH),
        make_helm_role_binding(REF, BRANCH),
        make_route(REF, address, [Backend("web", 80)], labels=labels_of(REF, BRANCH)),
    ]


def name_of(wanted: dict[str, Any]) -> str:
    return f"{wanted['kind']}/{wanted['metadata']['name']}"


@pytest.mark.spec("ENV-021")
@pytest.mark.parametrize("wanted", all_objects(), ids=name_of)
def test_every_object_carries_the_environments_labels(wanted: dict[str, Any]) -> None:
    labels = wanted["metadata"]["labels"]
    assert labels[naming.MANAGED_BY_LABEL] == "catalyst"
    assert labels[naming.TEAM_LABEL] == "acme"
    assert labels[naming.PROJECT_LABEL] == "acme-shop"
    assert labels[naming.ENVIRONMENT_LABEL] == "pr-shop-12"
    assert labels[naming.BRANCH_LABEL].startswith("feature-new-cart--")
    if wanted["kind"] != "Namespace":
        assert wanted["metadata"]["namespace"] == REF.namespace


@pytest.mark.spec("FR-001", "FR-013")
def test_a_namespace_refuses_pods_that_reach_for_the_node() -> None:
    labels = make_namespace(REF, PULL_REQUEST, BRANCH)["metadata"]["labels"]
    security = {
        key.removeprefix("pod-security.kubernetes.io/"): value
        for key, value in labels.items()
        if key.startswith("pod-security")
    }
    assert security["enforce"] == "baseline"
    assert security["warn"] == security["audit"] == "restricted"
    versions = {security[f"{mode}-version"] for mode in ("enforce", "warn", "audit")}
    assert len(versions) == 1
    assert versions != {"latest"}


@pytest.mark.spec("FR-001", "EC-5")
def test_a_namespace_tells_which_pull_request_it_belongs_to() -> None:
    stored = make_namespace(REF, PULL_REQUEST, BRANCH)
    stored["metadata"]["uid"] = "u-1"
    found = read_namespace(stored)
    assert (found.ref, found.pull_request, found.uid) == (REF, PULL_REQUEST, "u-1")
    assert not found.is_terminating
    stored["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    assert read_namespace(stored).is_terminating


@pytest.mark.spec("EC-5")
def test_a_namespace_without_its_annotations_is_an_error_that_names_them() -> None:
    stored = make_namespace(REF, PULL_REQUEST, BRANCH)
    stored["metadata"]["annotations"] = {}
    with pytest.raises(ValueError, match=r"lacks catalyst\.dev/installation"):
        read_namespace(stored)


@pytest.mark.spec("FR-001")
@pytest.mark.parametrize(
    "label",
    [
        naming.MANAGED_BY_LABEL,
        naming.TEAM_LABEL,
        naming.PROJECT_LABEL,
        naming.ENVIRONMENT_LABEL,
    ],
)
def test_a_namespace_is_ours_only_with_all_labels_of_ownership(label: str) -> None:
    stored = make_namespace(REF, PULL_REQUEST, BRANCH)
    assert is_owned_by(stored, REF)
    stored["metadata"]["labels"][naming.BRANCH_LABEL] = "renamed"
    assert is_owned_by(stored, REF)
    stored["metadata"]["labels"][label] = "somebody-else"
    assert not is_owned_by(stored, REF)
    assert not is_owned_by({"metadata": {"name": REF.namespace}}, REF)


@pytest.mark.spec("FR-010")
def test_cpu_memory_storage_and_pods_are_capped_and_no_other_way_in_is_opened() -> None:
    quota = Quota(cpu="2", memory="3Gi", storage="4Gi", pods=5)
    assert make_resource_quota(REF, BRANCH, quota)["spec"]["hard"] == {
        "requests.cpu": "2",
        "limits.cpu": "2",
        "requests.memory": "3Gi",
        "limits.memory": "3Gi",
        "requests.storage": "4Gi",
        "pods": "5",
        "services.nodeports": "0",
        "services.loadbalancers": "0",
    }


@pytest.mark.spec("FR-010")
def test_pods_for_which_others_would_be_evicted_are_none() -> None:
    spec = make_priority_quota(REF, BRANCH)["spec"]
    (selector,) = spec["scopeSelector"]["matchExpressions"]
    assert spec["hard"] == {"pods": "0"}
    assert (selector["scopeName"], selector["operator"]) == ("PriorityClass", "In")
    assert set(selector["values"]) == {"system-node-critical", "system-cluster-critical"}


@pytest.mark.spec("FR-010")
def test_containers_that_ask_for_nothing_get_defaults_for_all_that_the_quota_counts() -> None:
    limits = make_limit_range(REF, BRANCH, Quota())["spec"]["limits"]
    assert limits == [
        {
            "type": "Container",
            "default": {"cpu": "500m", "memory": "512Mi"},
            "defaultRequest": {"cpu": "50m", "memory": "128Mi"},
        }
    ]


KEEPS_IN = frozenset(
    {
        *("resourcequotas", "limitranges", "networkpolicies", "namespaces"),
        *("roles", "rolebindings", "serviceaccounts/token"),
        *("ingresses", "httproutes"),
    }
)


@pytest.mark.spec("ENV-026")
def test_whoever_works_in_it_may_not_either_and_may_use_what_charts_have_no_use_for() -> None:
    account, role, binding = make_owner(REF, BRANCH)
    resources = {resource for rule in role["rules"] for resource in rule["resources"]}
    verbs = {verb for rule in role["rules"] for verb in rule["verbs"]}
    assert "*" not in resources | verbs
    assert not resources & KEEPS_IN
    assert not verbs & {"bind", "escalate", "impersonate"}
    assert {"pods/exec", "pods/portforward", "pods"} <= resources
    name = account["metadata"]["name"]
    assert account["automountServiceAccountToken"] is False
    assert binding["roleRef"]["name"] == role["metadata"]["name"] == name
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": name, "namespace": REF.namespace}
    ]


@pytest.mark.spec("ENV-026")
def test_a_chart_may_not_touch_what_keeps_it_in() -> None:
    rules = make_helm_role(REF, BRANCH)["rules"]
    resources = {resource for rule in rules for resource in rule["resources"]}
    verbs = {verb for rule in rules for verb in rule["verbs"]}
    assert "*" not in resources | verbs
    assert not resources & {*KEEPS_IN, "pods/exec"}
    assert not verbs & {"bind", "escalate", "impersonate"}
    assert make_helm_role_binding(REF, BRANCH)["subjects"] == [
        {"kind": "ServiceAccount", "name": "catalyst-helm", "namespace": REF.namespace}
    ]


@pytest.mark.spec("T-5")
def test_pods_get_no_token_they_did_not_ask_for() -> None:
    for account in (make_default_service_account, make_helm_service_account):
        assert account(REF, BRANCH)["automountServiceAccountToken"] is False


@pytest.mark.spec("ENV-002", "ENV-025")
def test_a_route_claims_the_environments_own_host_names_only() -> None:
    address = PublicAddress(
        domain="example.dev", inner_domain="example.internal", gateway="edge/main"
    )
    route = make_route(REF, address, [Backend("web", 8080)], labels={})
    assert route["spec"] == {
        "parentRefs": [
            {
                "group": "gateway.networking.k8s.io",
                "kind": "Gateway",
                "namespace": "edge",
                "name": "main",
            }
        ],
        "hostnames": [f"{REF.namespace}.example.dev", f"{REF.namespace}.example.internal"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [{"kind": "Service", "name": "web", "port": 8080}],
            }
        ],
    }


@pytest.mark.spec("ENV-025")
@pytest.mark.parametrize(
    ("address", "public", "inner"),
    [
        (PublicAddress(), "http://a.localhost/", "http://a.localhost/"),
        (
            PublicAddress(inner_domain="x.internal", port=8080),
            "http://a.localhost:8080/",
            "http://a.x.internal:8080/",
        ),
        (
            PublicAddress(domain="example.dev", scheme="https", port=443),
            "https://a.example.dev/",
            "https://a.example.dev/",
        ),
    ],
)
def test_an_environment_knows_its_url_and_how_its_own_pods_reach_it(
    address: PublicAddress, public: str, inner: str
) -> None:
    assert (address.url("a"), address.inner_url("a")) == (public, inner)


@pytest.mark.spec("OPS-7")
def test_an_ingress_of_a_class_claims_the_same_host_names() -> None:
    address = PublicAddress(
        domain="example.dev", inner_domain="example.internal", ingress_class="nginx"
    )
    route = make_route(REF, address, [Backend("web", 8080)], labels={})
    assert (route["apiVersion"], route["kind"]) == ("networking.k8s.io/v1", "Ingress")
    backend = {"service": {"name": "web", "port": {"number": 8080}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    assert route["spec"] == {
        "ingressClassName": "nginx",
        "rules": [
            {"host": f"{REF.namespace}.example.dev", "http": {"paths": paths}},
            {"host": f"{REF.namespace}.example.internal", "http": {"paths": paths}},
        ],
    }


@pytest.mark.spec("OPS-7")
@pytest.mark.parametrize("ingress_class", ["", "nginx"])
def test_a_route_knows_its_service(ingress_class: str) -> None:
    address = PublicAddress(ingress_class=ingress_class)
    backends = [Backend("web", 1), Backend("api", 2, "/api")]
    assert service_of(make_route(REF, address, backends, labels={})) == "web"


@pytest.mark.parametrize("ingress_class", ["", "nginx"])
def test_a_path_may_lead_elsewhere(ingress_class: str) -> None:
    backends = [Backend("web", 1), Backend("api", 2, "/api")]
    route = make_route(REF, PublicAddress(ingress_class=ingress_class), backends, labels={})
    if ingress_class:
        paths = route["spec"]["rules"][0]["http"]["paths"]
        found = [(each["path"], each["backend"]["service"]["name"]) for each in paths]
    else:
        found = [
            (each["matches"][0]["path"]["value"], each["backendRefs"][0]["name"])
            for each in route["spec"]["rules"]
        ]
    assert found == [("/", "web"), ("/api", "api")]


@pytest.mark.spec("FR-013")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.9:5000", "192.0.2.9/32"),
        ("192.0.2.9", "192.0.2.9/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("[2001:db8::1]", "2001:db8::1/128"),
        ("registry.example.com:443", ""),
        ("registry", ""),
    ],
)
def test_only_an_address_becomes_a_block(address: str, expected: str) -> None:
    assert cidr_of(address) == expected


@pytest.mark.spec("OPS-5", "ENV-021")
@given(st.text(max_size=300))
def test_any_branch_gives_a_valid_label(branch: str) -> None:
    value = labels_of(REF, branch)[naming.BRANCH_LABEL]
    assert len(value) <= 63
    assert value == "" or (value[0].isalnum() and value[-1].isalnum())
