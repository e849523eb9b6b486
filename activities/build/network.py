"""What builds may reach (FR-013): a network policy for the namespace they live in.

A policy holds addresses and no names, and a name is not looked up for it: content delivery networks answer with another
address every minute, and a build would fail whenever it asked later than we did. So a host known by its name only is
asked through a proxy. Where there is none, it opens its port on the whole public Internet, unless the operator says
which networks it is in.
"""

from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from activities.build.config import BuildConfig
from activities.build.proxy import way_to_proxy
from activities.kube import KubeObject
from activities.manifests import LOCAL, cidr_of, is_within, port_of, public_blocks
from workflows import naming


def make_build_policy(config: BuildConfig) -> KubeObject:
    """Nothing comes in. DNS, git host, registry, its mirror and approved sources are reached, each at its port alone.

    Nothing else is where each is known by its address or its networks; see above for those known by name only.
    """
    dns: KubeObject = {
        "to": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
        ],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }
    direct = [_rule_to(place, config) for place in config.places if place not in config.proxied]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": "catalyst-builds",
            "namespace": config.namespace,
            "labels": {naming.MANAGED_BY_LABEL: naming.MANAGED_BY},
        },
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [dns, *([way_to_proxy(config)] if config.proxied else []), *direct],
        },
    }


def _rule_to(url: str, config: BuildConfig) -> KubeObject:
    return {
        "to": list(_peers(urlsplit(url).hostname or "", config)),
        "ports": [{"port": port_of(url), "protocol": "TCP"}],
    }


def _peers(host: str, config: BuildConfig) -> Iterator[KubeObject]:
    if block := cidr_of(host):
        yield {"ipBlock": {"cidr": block}}
    elif networks := config.networks.get(host):
        yield from (_network(each, config) for each in networks)
    else:
        # IPv4 alone: who serves over IPv6 is found by its networks.
        yield public_blocks((*LOCAL, *config.cluster_cidrs))[0]


def _network(cidr: str, config: BuildConfig) -> KubeObject:
    """As said, without the cluster's own addresses where they are a part of it; all of those when it is one of them."""
    outer = ip_network(cidr)
    closed = [ip_network(each) for each in (*LOCAL, *config.cluster_cidrs)]
    holes = [str(each) for each in closed if each != outer and is_within(each, outer)]
    return {"ipBlock": {"cidr": cidr, **({"except": holes} if holes else {})}}
