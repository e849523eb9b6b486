"""Who may talk to whom (FR-013): nobody, except what is listed here.

The Kubernetes API is not on the list: what runs in a preview has no business with it.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from workflows import naming
from workflows.models import EnvironmentRef

_NAME_LABEL = "kubernetes.io/metadata.name"
"""Kubernetes sets it on every namespace to the namespace's name, and nobody can change it."""
_DNS_PORT = 53
LOCAL = ("169.254.0.0/16", "127.0.0.0/8", "fe80::/10", "::1/128")
"""Loopback and link-local addresses, a cloud's metadata among them: no approval opens these."""
PRIVATE = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fc00::/7", "ff00::/8"),
)
"""Not of the public Internet, or ways to what is not: opened only where the network itself is granted.

IPv4 addresses written as IPv6 (`::ffff:0:0/96`) are looked at as the former; Squid would take that for all of IPv4."""
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class NetworkRules:
    """Where the few things outside that a preview may reach or be reached from are (OPS-7)."""

    ingress_namespace: str = naming.INGRESS_NAMESPACE
    """Whose pods forward requests to previews and answer for their own URLs. Empty: none does."""
    ingress_cidrs: tuple[str, ...] = ()
    """Address blocks of an ingress that does not run in pods, or that stands before them."""
    ingress_ports: tuple[int, ...] = ()
    """TCP ports of `ingress_cidrs` under which previews answer; without any, the blocks may come in but are not
    reached: other things may listen on the same addresses."""
    registry_cidr: str = ""
    """Address block of the registry; empty when it is known by name only, which a policy cannot hold."""
    registry_port: int = 443
    dns_namespace: str = "kube-system"
    inner_cidrs: tuple[str, ...] = ()
    """Address blocks of the cluster's own pods and Services: no approval opens these."""


def cidr_of(address: str) -> str:
    """Address block of one host, from `host` or `host:port`; empty when that is a name."""
    host = address.rsplit(":", 1)[0] if address.count(":") == 1 else address.strip("[]")
    try:
        return str(ipaddress.ip_network(host))
    except ValueError:
        return ""


def port_of(url: str) -> int:
    """The port that is asked: the one it names, else the usual one of `https` or `http`."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def make_network_policies(
    ref: EnvironmentRef,
    branch: str,
    rules: NetworkRules,
    approved: Iterable[str] = (),
    *,
    packages: Iterable[str] = (),
    has_proxy: bool = False,
) -> tuple[KubeObject, ...]:
    """One policy a permission, so that each can be read, and found missing, by its name.

    `approved`: networks that a project's admin has opened (T-5); `packages`: URLs of an operator's mirrors; `has_proxy`: host names are opened too.
    """
    policies = _inside(ref, branch, rules)
    if controllers := _controllers(rules):
        from_ingress = [{"from": controllers}]
        policies.append(
            _policy(ref, branch, "catalyst-from-ingress", types=("Ingress",), ingress=from_ingress)
        )
    if own_url := _own_url(rules):
        policies.append(_policy(ref, branch, "catalyst-own-url", types=("Egress",), egress=own_url))
    if rules.registry_cidr:
        to_registry = {
            "to": [_block(rules.registry_cidr)],
            "ports": [_port(rules.registry_port, "TCP")],
        }
        policies.append(
            _policy(ref, branch, "catalyst-registry", types=("Egress",), egress=[to_registry])
        )
    if opened := [{"to": [each]} for each in opened_blocks(approved, rules)]:
        policies.append(_policy(ref, branch, "catalyst-egress", types=("Egress",), egress=opened))
    if mirrors := list(_to_packages(packages, rules)):
        policies.append(
            _policy(ref, branch, "catalyst-packages", types=("Egress",), egress=mirrors)
        )
    if has_proxy:
        policies.append(
            _policy(ref, branch, "catalyst-egress-proxy", types=("Egress",), egress=[_proxy(ref)])
        )
    return tuple(policies)


def _inside(ref: EnvironmentRef, branch: str, rules: NetworkRules) -> list[KubeObject]:
    """What every environment has: nothing is allowed but its own pods and DNS."""
    own_pods: KubeObject = {"podSelector": {}}
    return [
        _policy(ref, branch, "catalyst-default-deny", types=("Ingress", "Egress")),
        _policy(
            ref,
            branch,
            "catalyst-same-namespace",
            types=("Ingress", "Egress"),
            ingress=[{"from": [own_pods]}],
            egress=[{"to": [own_pods]}],
        ),
        _policy(
            ref,
            branch,
            "catalyst-dns",
            types=("Egress",),
            egress=[to_dns(rules)],
        ),
    ]


def to_dns(rules: NetworkRules) -> KubeObject:
    """Egress to the cluster's DNS."""
    ports = [_port(_DNS_PORT, "UDP"), _port(_DNS_PORT, "TCP")]
    return {"to": [_namespace(rules.dns_namespace)], "ports": ports}


def _proxy(ref: EnvironmentRef) -> KubeObject:
    """Egress to the environment's own proxy, among those of all environments."""
    own = {
        "podSelector": {"matchLabels": {naming.INSTANCE_LABEL: naming.egress_proxy(ref.namespace)}}
    }
    return {
        "to": [{**_namespace(naming.EGRESS_NAMESPACE), **own}],
        "ports": [_port(naming.EGRESS_PORT, "TCP")],
    }


def closed_networks(rules: NetworkRules) -> tuple[str, ...]:
    """What no approval opens."""
    return (*LOCAL, *rules.inner_cidrs)


def opened_blocks(approved: Iterable[str], rules: NetworkRules) -> Iterator[KubeObject]:
    """Each network as a peer, without what is never opened."""
    closed = [ipaddress.ip_network(each) for each in closed_networks(rules)]
    for text in approved:
        network = ipaddress.ip_network(text)
        if any(is_within(network, each) for each in closed):
            continue
        holes = [str(each) for each in closed if is_within(each, network)]
        yield {"ipBlock": {"cidr": str(network), **({"except": holes} if holes else {})}}


def public_blocks(closed: Iterable[str]) -> list[KubeObject]:
    """All addresses of the public Internet as peers, IPv4 first, without those that are closed besides."""
    holes = collapsed((*closed, *PRIVATE))
    return [
        {
            "ipBlock": {
                "cidr": cidr,
                "except": [str(each) for each in holes if isinstance(each, family)],
            }
        }
        for cidr, family in (("0.0.0.0/0", IPv4Network), ("::/0", IPv6Network))
    ]


def collapsed(networks: Iterable[str]) -> list[Network]:
    """Without those that lie within others: Squid ignores one of two that overlap."""
    found = [ipaddress.ip_network(each) for each in networks]
    four = [each for each in found if isinstance(each, IPv4Network)]
    six = [each for each in found if isinstance(each, IPv6Network)]
    return [*ipaddress.collapse_addresses(four), *ipaddress.collapse_addresses(six)]


def _to_packages(urls: Iterable[str], rules: NetworkRules) -> Iterator[KubeObject]:
    """Egress to those that an address names, at their port alone: other things may listen there."""
    for url in urls:
        if block := cidr_of(urlsplit(url).hostname or ""):
            for peer in opened_blocks([block], rules):
                yield {"to": [peer], "ports": [_port(port_of(url), "TCP")]}


def is_within(inner: Network, outer: Network) -> bool:
    """Whether it is a part of the other, or the same; never across families."""
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return False


def _controllers(rules: NetworkRules) -> list[KubeObject]:
    blocks = [_block(cidr) for cidr in rules.ingress_cidrs]
    return [_namespace(rules.ingress_namespace), *blocks] if rules.ingress_namespace else blocks


def _own_url(rules: NetworkRules) -> list[KubeObject]:
    """Egress to the ingress (ENV-025): by namespace as its pods see it, by address and port otherwise."""
    allowed: list[KubeObject] = []
    if rules.ingress_namespace:
        allowed.append({"to": [_namespace(rules.ingress_namespace)]})
    if rules.ingress_cidrs and rules.ingress_ports:
        allowed.append(
            {
                "to": [_block(cidr) for cidr in rules.ingress_cidrs],
                "ports": [_port(port, "TCP") for port in rules.ingress_ports],
            }
        )
    return allowed


def _policy(
    ref: EnvironmentRef,
    branch: str,
    name: str,
    *,
    types: tuple[str, ...],
    ingress: list[KubeObject] | None = None,
    egress: list[KubeObject] | None = None,
) -> KubeObject:
    spec: KubeObject = {"podSelector": {}, "policyTypes": list(types)}
    if ingress is not None:
        spec["ingress"] = ingress
    if egress is not None:
        spec["egress"] = egress
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "namespace": ref.namespace,
            "labels": labels_of(ref, branch),
        },
        "spec": spec,
    }


def _namespace(name: str) -> KubeObject:
    return {"namespaceSelector": {"matchLabels": {_NAME_LABEL: name}}}


def _block(cidr: str) -> KubeObject:
    return {"ipBlock": {"cidr": cidr}}


def _port(number: int, protocol: str) -> KubeObject:
    return {"protocol": protocol, "port": number}
