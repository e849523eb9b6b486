"""What builds are told of their proxy, and what that forwards (FR-013)."""

from dataclasses import replace
from typing import Any

import pytest

from activities.build.config import DOCKER_HUB, BuildConfig
from activities.build.manifests import make_job
from activities.build.network import make_build_policy
from activities.build.proxy import make_build_proxy, proxy_variables, squid_config
from activities.build.scripts import build_arguments
from tests.activities.build.test_manifests import JOB, PLAN, request
from workflows import naming

pytestmark = pytest.mark.spec("FR-013", "T-5")
BY_NAME = BuildConfig(
    registry="registry.test:5000",
    builder_image="b",
    mirror="10.0.0.2:5000",
    git_url="https://github.com",
    package_sources=("http://packages.test/npm/", "https://private.test"),
    networks={"private.test": ("10.3.0.0/16",)},
    cluster_cidrs=("100.96.0.0/11", "35.7.0.0/16"),
    proxy_image="squid:1",
)
PROXIED = ("http://packages.test/npm/", "https://github.com", "https://registry.test:5000")
URL = "http://egress-catalyst-builds.catalyst-egress.svc:3128"


def test_what_is_known_by_name_only_is_asked_through_the_proxy() -> None:
    assert BY_NAME.proxied == PROXIED
    assert replace(BY_NAME, proxy_image="").proxied == ()
    everywhere = {"github.com": (), "registry.test": (), "packages.test": (), "private.test": ()}
    assert replace(BY_NAME, networks=everywhere).proxied == ()


def test_without_a_mirror_base_images_come_through_it_too() -> None:
    found = replace(BY_NAME, mirror="").proxied
    assert set(found) == {*PROXIED, *DOCKER_HUB}


def test_builds_reach_the_proxy_and_what_has_an_address_and_nothing_of_the_internet() -> None:
    dns, proxy, *direct = make_build_policy(BY_NAME)["spec"]["egress"]
    assert {each["port"] for each in dns["ports"]} == {53}
    [peer] = proxy["to"]
    assert peer["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": naming.EGRESS_NAMESPACE
    }
    assert peer["podSelector"]["matchLabels"] == {
        naming.INSTANCE_LABEL: naming.egress_proxy(BY_NAME.namespace)
    }
    assert [rule["to"] for rule in direct] == [
        [{"ipBlock": {"cidr": "10.0.0.2/32"}}],
        [{"ipBlock": {"cidr": "10.3.0.0/16"}}],
    ]


def test_the_proxy_answers_builds_alone_and_reaches_public_addresses_at_those_ports() -> None:
    made: dict[str, Any] = {each["kind"]: each for each in make_build_proxy(BY_NAME)}
    assert list(made) == ["ConfigMap", "NetworkPolicy", "Service", "Deployment"]
    policy = made["NetworkPolicy"]["spec"]
    [rule] = policy["ingress"]
    [client] = rule["from"]
    assert client["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": BY_NAME.namespace
    }
    _, four, six = policy["egress"]
    for rule in (four, six):
        assert [each["port"] for each in rule["ports"]] == [80, 443, 5000]
    assert "35.7.0.0/16" in four["to"][0]["ipBlock"]["except"]
    assert "ownerReferences" not in made["Deployment"]["metadata"]
    container = made["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "squid:1"
    assert make_build_proxy(replace(BY_NAME, proxy_image="")) == ()


def test_each_host_is_forwarded_at_its_port_alone_and_tunnelled_where_it_speaks_tls() -> None:
    lines = squid_config(BY_NAME).splitlines()
    rules = [line for line in lines if line.startswith("http_access")]
    assert rules == [
        "http_access deny manager",
        "http_access deny !approved",
        "http_access deny closed",
        "http_access allow !CONNECT host0 port0",
        "http_access allow CONNECT host1 port1",
        "http_access allow CONNECT host2 port2",
        "http_access deny all",
    ]
    assert [line for line in lines if line.startswith("acl port")] == [
        "acl port0 port 80",
        "acl port1 port 443",
        "acl port2 port 5000",
    ]
    assert "acl host1 dstdom_regex -n -i ^github\\.com$" in lines
    [closed] = [line for line in lines if line.startswith("acl closed dst")]
    assert "169.254.0.0/16" in closed
    assert "35.7.0.0/16" in closed


def test_every_program_of_a_build_is_told_and_what_is_direct_stays_direct() -> None:
    beside = "localhost,127.0.0.1,::1,10.0.0.2,private.test"
    told = {"HTTP_PROXY": URL, "HTTPS_PROXY": URL, "NO_PROXY": beside}
    assert proxy_variables(BY_NAME) == told
    arguments = build_arguments(request(), BY_NAME, repository="r", tag="t")
    for name, value in told.items():
        assert f"--opt=build-arg:{name}={value}" in arguments
    job = make_job(JOB, BY_NAME)
    for container in job["spec"]["template"]["spec"]["containers"]:
        found = {each["name"]: each["value"] for each in container["env"]}
        for name, value in told.items():
            assert found[name] == found[name.lower()] == value


def test_what_a_build_says_itself_comes_first() -> None:
    own = PLAN.model_copy(update={"args": {"HTTPS_PROXY": "http://mine:1"}})
    arguments = build_arguments(request(own), BY_NAME, repository="r", tag="t")
    assert "--opt=build-arg:HTTPS_PROXY=http://mine:1" in arguments
    assert f"--opt=build-arg:HTTPS_PROXY={URL}" not in arguments


def test_what_is_open_to_everybody_is_known() -> None:
    assert BY_NAME.open_hosts == ()
    bare = replace(BY_NAME, proxy_image="")
    assert bare.open_hosts == ("github.com", "packages.test", "registry.test")


def test_without_a_proxy_nothing_is_told() -> None:
    bare = replace(BY_NAME, proxy_image="")
    assert proxy_variables(bare) == {}
    arguments = build_arguments(request(), bare, repository="r", tag="t")
    assert not [each for each in arguments if "PROXY" in each]
