"""The policies say exactly what FR-013 allows, and nothing else."""

from typing import Any

import pytest

from activities.manifests import NetworkRules, make_network_policies
from workflows.models import EnvironmentRef

REF = EnvironmentRef(
    team="acme", project="acme-shop", environment="pr-shop-12", namespace="acme-shop-pr-shop-12"
)
OWN: dict[str, Any] = {"podSelector": {}}


def namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def specs(rules: NetworkRules, *approved: str) -> dict[str, dict[str, Any]]:
    policies = make_network_policies(REF, "main", rules, approved)
    return {policy["metadata"]["name"]: policy["spec"] for policy in policies}


@pytest.mark.spec("FR-013")
def test_everything_is_denied_both_ways_before_anything_is_allowed() -> None:
    denied = specs(NetworkRules())["catalyst-default-deny"]
    assert denied == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.spec("FR-013")
def test_all_policies_together_allow_exactly_what_is_listed() -> None:
    found = specs(
        NetworkRules(
            ingress_cidrs=("192.0.2.7/32",),
            ingress_ports=(80,),
            registry_cidr="192.0.2.9/32",
            registry_port=5000,
        )
    )
    ingress = [rule for spec in found.values() for rule in spec.get("ingress", ())]
    egress = [rule for spec in found.values() for rule in spec.get("egress", ())]
    block = {"ipBlock": {"cidr": "192.0.2.7/32"}}
    assert ingress == [{"from": [OWN]}, {"from": [namespace("catalyst-ingress"), block]}]
    assert egress == [
        {"to": [OWN]},
        {
            "to": [namespace("kube-system")],
            "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
        },
        {"to": [namespace("catalyst-ingress")]},
        {"to": [block], "ports": [{"protocol": "TCP", "port": 80}]},
        {
            "to": [{"ipBlock": {"cidr": "192.0.2.9/32"}}],
            "ports": [{"protocol": "TCP", "port": 5000}],
        },
    ]
    assert all(spec["podSelector"] == {} for spec in found.values())


@pytest.mark.spec("FR-013")
def test_an_ingress_block_without_ports_may_come_in_and_is_not_reached() -> None:
    found = specs(NetworkRules(ingress_namespace="", ingress_cidrs=("192.0.2.7/32",)))
    assert found["catalyst-from-ingress"]["ingress"] == [
        {"from": [{"ipBlock": {"cidr": "192.0.2.7/32"}}]}
    ]
    assert "catalyst-own-url" not in found


@pytest.mark.spec("FR-013")
def test_no_rule_is_ever_empty_since_an_empty_one_allows_everything() -> None:
    for rules in (NetworkRules(), NetworkRules(ingress_namespace="")):
        for name, spec in specs(rules).items():
            for direction, peers in (("ingress", "from"), ("egress", "to")):
                for rule in spec.get(direction, ()):
                    assert rule.get(peers), name


@pytest.mark.spec("FR-013")
def test_without_a_known_registry_address_none_is_allowed() -> None:
    assert "catalyst-registry" not in specs(NetworkRules())


INNER = NetworkRules(inner_cidrs=("10.244.0.0/16", "fd00:1::/64"))


@pytest.mark.spec("FR-013", "T-5")
@pytest.mark.parametrize(
    ("approved", "opened"),
    [
        ("192.0.2.0/24", {"cidr": "192.0.2.0/24"}),
        ("10.0.0.0/8", {"cidr": "10.0.0.0/8", "except": ["10.244.0.0/16"]}),
        ("fd00::/16", {"cidr": "fd00::/16", "except": ["fd00:1::/64"]}),
        (
            "0.0.0.0/0",
            {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16", "127.0.0.0/8", "10.244.0.0/16"]},
        ),
    ],
)
def test_what_is_approved_is_opened_without_the_cluster_and_local_addresses(
    approved: str, opened: dict[str, Any]
) -> None:
    spec = specs(INNER, approved)["catalyst-egress"]
    assert spec["policyTypes"] == ["Egress"]
    assert spec["egress"] == [{"to": [{"ipBlock": opened}]}]


@pytest.mark.spec("FR-013", "T-5")
def test_what_lies_within_the_cluster_or_is_local_is_never_opened() -> None:
    assert "catalyst-egress" not in specs(INNER)
    assert "catalyst-egress" not in specs(INNER, "10.244.3.0/24", "169.254.169.254/32")


@pytest.mark.spec("FR-013", "T-5")
def test_the_proxy_of_an_environment_is_reached_by_it_and_no_other_one_is() -> None:
    assert "catalyst-egress-proxy" not in specs(NetworkRules())
    policies = make_network_policies(REF, "main", NetworkRules(), has_proxy=True)
    spec = next(p["spec"] for p in policies if p["metadata"]["name"] == "catalyst-egress-proxy")
    own = {"matchLabels": {"app.kubernetes.io/instance": "egress-acme-shop-pr-shop-12"}}
    assert spec["egress"] == [
        {
            "to": [{**namespace("catalyst-egress"), "podSelector": own}],
            "ports": [{"protocol": "TCP", "port": 3128}],
        }
    ]


@pytest.mark.spec("FR-013", "ENV-005")
def test_mirrors_of_an_address_are_reached_at_their_port_alone() -> None:
    urls = ("http://192.0.2.7:4873/npm/", "https://192.0.2.8/simple/", "https://npm.example.com/")
    policies = make_network_policies(REF, "main", INNER, packages=urls)
    spec = next(p["spec"] for p in policies if p["metadata"]["name"] == "catalyst-packages")
    assert spec["policyTypes"] == ["Egress"]
    assert spec["egress"] == [
        {
            "to": [{"ipBlock": {"cidr": f"192.0.2.{host}/32"}}],
            "ports": [{"protocol": "TCP", "port": port}],
        }
        for host, port in ((7, 4873), (8, 443))
    ]
    inside = ("http://10.244.0.9:4873/", "http://127.0.0.1/")
    closed = make_network_policies(REF, "main", INNER, packages=inside)
    assert "catalyst-packages" not in [p["metadata"]["name"] for p in closed]
