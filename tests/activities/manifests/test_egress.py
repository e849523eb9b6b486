"""The egress proxy forwards to approved names, and to private addresses only where their network is granted."""

import re
from ipaddress import ip_network
from typing import Any

import pytest

from activities.manifests import NetworkRules
from activities.manifests.egress import (
    ProxySettings,
    make_egress_proxy,
    make_egress_variables,
    squid_config,
)
from workflows import naming
from workflows.models import EnvironmentRef

pytestmark = pytest.mark.spec("T-5", "FR-013")

REF = EnvironmentRef(
    team="acme", project="acme-shop", environment="pr-shop-12", namespace="acme-shop-pr-shop-12"
)
RULES = NetworkRules(inner_cidrs=("10.244.0.0/16", "11.0.0.0/16", "fd00:1::/64"))
SETTINGS = ProxySettings(
    image="registry.test/squid:1",
    hosts=("api.example.com", "*.example.org"),
    networks=("10.0.0.0/8",),
    owner="uid-1",
)


def made(settings: ProxySettings = SETTINGS) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in make_egress_proxy(REF, "main", RULES, settings)}


@pytest.mark.parametrize(
    ("host", "is_approved"),
    [
        ("api.example.com", True),
        ("API.example.com", True),
        ("apixexample.com", False),
        ("www.api.example.com", False),
        ("api.example.com.evil.test", False),
        ("example.org", False),
        ("a.example.org", True),
        ("a.b.example.org", True),
        ("example.org.evil.test", False),
        ("xexample.org", False),
        ("203.0.113.7", False),
    ],
)
def test_exactly_the_approved_names_match(host: str, *, is_approved: bool) -> None:
    lines = squid_config(SETTINGS.hosts, (), RULES).splitlines()
    found = [line.split(" -n -i ")[1] for line in lines if line.startswith("acl approved")]
    assert any(re.search(each, host, re.IGNORECASE) for each in found) == is_approved


def test_rules_refuse_before_the_last_one_allows() -> None:
    lines = squid_config(SETTINGS.hosts, SETTINGS.networks, RULES).splitlines()
    assert [line for line in lines if line.startswith("http_access")] == [
        "http_access deny manager",
        "http_access deny CONNECT !secure",
        "http_access deny !CONNECT !plain",
        "http_access deny !approved",
        "http_access deny never",
        "http_access deny private !granted",
        "http_access allow all",
    ]
    assert "http_access deny private" in squid_config(SETTINGS.hosts, (), RULES).splitlines()


def test_no_destination_is_listed_within_another_since_squid_would_ignore_one() -> None:
    for line in squid_config(SETTINGS.hosts, SETTINGS.networks, RULES).splitlines():
        if " dst " in line:
            networks = [ip_network(each) for each in line.split(" dst ")[1].split()]
            for one in networks:
                assert not any(one != each and one.overlaps(each) for each in networks), line


def test_only_the_environment_comes_in_and_only_public_addresses_and_granted_networks_are_reached() -> (
    None
):
    spec = made()["NetworkPolicy"]["spec"]
    assert spec["ingress"] == [
        {
            "from": [
                {
                    "namespaceSelector": {
                        "matchLabels": {"kubernetes.io/metadata.name": REF.namespace}
                    }
                }
            ],
            "ports": [{"protocol": "TCP", "port": 3128}],
        }
    ]
    _dns, four, six, granted = spec["egress"]
    holes = four["to"][0]["ipBlock"]["except"]
    assert {"10.0.0.0/8", "11.0.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"} < set(
        holes
    )
    assert "10.244.0.0/16" not in holes, "it lies within another one"
    assert "fc00::/7" in six["to"][0]["ipBlock"]["except"]
    assert granted["to"] == [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.244.0.0/16"]}}]
    for rule in (four, six, granted):
        assert [each["port"] for each in rule["ports"]] == [443, 80]


def test_everything_carries_the_environments_labels_and_goes_with_its_namespace() -> None:
    objects = make_egress_proxy(REF, "main", RULES, SETTINGS)
    assert [each["kind"] for each in objects][-1] == "Deployment", "it starts behind its policy"
    for each in objects:
        metadata = each["metadata"]
        assert metadata["namespace"] == naming.EGRESS_NAMESPACE
        assert metadata["labels"][naming.ENVIRONMENT_LABEL] == REF.environment
        assert [owner["uid"] for owner in metadata["ownerReferences"]] == ["uid-1"]


def test_what_is_approved_anew_is_another_pod() -> None:
    def template(*hosts: str) -> Any:
        settings = ProxySettings("squid", hosts, (), "uid-1")
        return made(settings)["Deployment"]["spec"]["template"]

    assert template("a.example.com") == template("a.example.com")
    assert template("a.example.com") != template("b.example.com")


def test_charts_of_others_find_the_proxy_in_the_usual_variables() -> None:
    data = make_egress_variables(REF, "main", ["shop.preview.test"], ["192.0.2.0/24"])["data"]
    assert data["HTTPS_PROXY"] == data["http_proxy"] == naming.egress_proxy_url(REF.namespace)
    assert data["NO_PROXY"].endswith(".svc,.cluster.local,shop.preview.test,192.0.2.0/24")
