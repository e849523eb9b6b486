"""The egress proxy of one environment (T-5): it forwards to approved host names and to nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from activities.manifests.network import (
    PRIVATE,
    NetworkRules,
    closed_networks,
    opened_blocks,
    public_blocks,
    to_dns,
)
from activities.manifests.squid import Squid, beginning, destinations, make_squid, pattern_of
from workflows import naming
from workflows.models import EnvironmentRef

_PORTS = {"secure": 443, "plain": 80}


@dataclass(frozen=True)
class ProxySettings:
    """What one proxy forwards to, and what it is made of."""

    image: str
    hosts: tuple[str, ...]
    """`api.example.com`, or `*.example.com` for every name below."""
    networks: tuple[str, ...]
    """Granted besides: a host may resolve to an address in them."""
    owner: str
    """Uid of the environment's namespace: Kubernetes removes what is left over once that is gone."""


def make_egress_proxy(
    ref: EnvironmentRef, branch: str, rules: NetworkRules, settings: ProxySettings
) -> tuple[KubeObject, ...]:
    """Everything the proxy is made of, in the order in which it has to be there; the policy before the pod."""
    ports = [{"protocol": "TCP", "port": port} for port in _PORTS.values()]
    peers = [*public_blocks(closed_networks(rules)), *opened_blocks(settings.networks, rules)]
    return make_squid(
        Squid(
            name=naming.egress_proxy(ref.namespace),
            labels=labels_of(ref, branch),
            image=settings.image,
            config=squid_config(settings.hosts, settings.networks, rules),
            client=ref.namespace,
            egress=(to_dns(rules), *({"to": [peer], "ports": ports} for peer in peers)),
            owner=settings.owner,
        )
    )


def make_egress_variables(
    ref: EnvironmentRef, branch: str, hosts: Iterable[str], networks: Iterable[str]
) -> KubeObject:
    """What programs are told of the proxy, for charts and manifests that others write; `hosts`: its own URL's."""
    url = naming.egress_proxy_url(ref.namespace)
    own = ("localhost", "127.0.0.1", "::1", ".svc", ".cluster.local", *hosts, *networks)
    told = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": ",".join(own)}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": naming.EGRESS_VARIABLES,
            "namespace": ref.namespace,
            "labels": labels_of(ref, branch),
        },
        "data": {**told, **{name.lower(): value for name, value in told.items()}},
    }


def squid_config(hosts: Iterable[str], networks: Iterable[str], rules: NetworkRules) -> str:
    """Names are looked at before anything is looked up; whatever a rule does not allow is refused."""
    never = closed_networks(rules)
    lines = [
        *beginning(),
        *(f"acl {name} port {port}" for name, port in _PORTS.items()),
        *(f"acl approved dstdom_regex -n -i {pattern_of(host)}" for host in hosts),
        *destinations("never", never),
        *destinations("private", PRIVATE),
        *destinations("granted", networks),
        "http_access deny manager",
        "http_access deny CONNECT !secure",
        "http_access deny !CONNECT !plain",
        "http_access deny !approved",
        "http_access deny never",
        f"http_access deny private{' !granted' if any(networks) else ''}",
        "http_access allow all",
    ]
    return "\n".join(lines) + "\n"
