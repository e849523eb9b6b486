"""What builds may reach: hosts at their addresses and ports, and what a name opens, to the last exception (FR-013)."""

from typing import Any

import pytest

from activities.build.config import BuildConfig
from activities.build.network import make_build_policy
from workflows.planning.dockerfiles import Mirrors

pytestmark = pytest.mark.spec("FR-013", "T-5")
BY_ADDRESS = BuildConfig(
    registry="10.0.0.2:5000",
    builder_image="10.0.0.2:5000/catalyst/buildkit:1",
    is_plain_http=True,
    mirror="10.0.0.2:5000",
    git_url="http://10.0.0.1:3000",
)
CLUSTER = ("100.96.0.0/11", "35.7.0.0/16", "fd00:1::/64")
CLOSED = [
    *("0.0.0.0/8", "10.0.0.0/8", "35.7.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
]
"""Everything that a name does not open: private, local, multicast and reserved addresses, and the cluster's own."""
ANYBODY = {"ipBlock": {"cidr": "0.0.0.0/0", "except": CLOSED}}


def by_name(**more: Any) -> BuildConfig:
    return BuildConfig(
        registry="registry.test:5000",
        builder_image="b",
        git_url="https://github.com",
        cluster_cidrs=CLUSTER,
        **more,
    )


def opened(config: BuildConfig) -> list[tuple[list[Any], int]]:
    """All that is opened beside DNS: peers, and the one port of each rule."""
    found = []
    for rule in make_build_policy(config)["spec"]["egress"][1:]:
        (port,) = rule["ports"]
        assert port["protocol"] == "TCP"
        found.append((rule["to"], port["port"]))
    return found


def test_nobody_reaches_build_pods_and_they_reach_names_git_and_registry_at_their_ports() -> None:
    spec = make_build_policy(BY_ADDRESS)["spec"]
    assert spec["podSelector"] == {}
    assert spec["ingress"] == []
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"]
    dns = spec["egress"][0]
    assert dns["ports"] == [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    assert opened(BY_ADDRESS) == [
        ([{"ipBlock": {"cidr": "10.0.0.1/32"}}], 3000),
        ([{"ipBlock": {"cidr": "10.0.0.2/32"}}], 5000),
    ]


def test_a_host_known_by_name_only_opens_its_port_on_public_addresses_and_none_of_the_clusters() -> (
    None
):
    assert opened(by_name()) == [([ANYBODY], 443), ([ANYBODY], 5000)]


def test_a_host_whose_networks_are_said_opens_those_and_no_other_address() -> None:
    networks = {
        "github.com": ("140.82.112.0/20", "2606:50c0::/32"),
        "registry.test": ("10.3.0.0/16",),
    }
    assert opened(by_name(networks=networks)) == [
        ([{"ipBlock": {"cidr": each}} for each in networks["github.com"]], 443),
        ([{"ipBlock": {"cidr": "10.3.0.0/16"}}], 5000),
    ]


@pytest.mark.parametrize(
    ("network", "peer"),
    [
        ("100.96.0.0/11", {"cidr": "100.96.0.0/11"}),
        ("100.96.7.0/24", {"cidr": "100.96.7.0/24"}),
        ("35.0.0.0/8", {"cidr": "35.0.0.0/8", "except": ["35.7.0.0/16"]}),
        ("128.0.0.0/1", {"cidr": "128.0.0.0/1", "except": ["169.254.0.0/16"]}),
        ("fd00::/16", {"cidr": "fd00::/16", "except": ["fd00:1::/64"]}),
    ],
)
def test_a_registry_in_the_cluster_can_be_said_and_a_wide_network_opens_nothing_of_the_cluster(
    network: str, peer: dict[str, Any]
) -> None:
    networks = {"github.com": ("140.82.112.0/20",), "registry.test": (network,)}
    assert opened(by_name(networks=networks))[1] == ([{"ipBlock": peer}], 5000)


def test_only_the_host_whose_networks_are_unknown_stays_open() -> None:
    config = by_name(
        networks={"github.com": ("140.82.112.0/20",), "registry.test": ("10.3.0.0/16",)},
        package_sources=("http://crates.test:8081/index", "https://192.0.2.7/"),
        mirrors=Mirrors(npm="https://npm.test/"),
    )
    assert opened(config) == [
        ([ANYBODY], 8081),
        ([{"ipBlock": {"cidr": "192.0.2.7/32"}}], 443),
        ([{"ipBlock": {"cidr": "140.82.112.0/20"}}], 443),
        ([ANYBODY], 443),
        ([{"ipBlock": {"cidr": "10.3.0.0/16"}}], 5000),
    ]


def test_a_place_is_opened_once_whoever_names_it() -> None:
    config = by_name(mirror="registry.test:5000", package_sources=("https://github.com",))
    assert [port for _, port in opened(config)] == [443, 5000]
    assert config.named_hosts == {"github.com", "registry.test"}
    assert BY_ADDRESS.named_hosts == frozenset()
