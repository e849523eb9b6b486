"""The route from an environment's own host name to its Service (ENV-002, ENV-025)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from activities.addresses import PublicAddress
from activities.kube import KubeObject
from workflows import naming
from workflows.models import EnvironmentRef

ROUTE_NAME: Final = "catalyst"
HTTP_ROUTE: Final = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute"}
INGRESS: Final = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}


@dataclass(frozen=True)
class Backend:
    """Where everything below a path leads."""

    service: str
    port: int
    path: str = "/"


def make_route(
    ref: EnvironmentRef,
    address: PublicAddress,
    backends: Sequence[Backend],
    *,
    labels: dict[str, str],
) -> KubeObject:
    """An HTTPRoute, or an Ingress where a class of those is set, for the environment's host names and no others.

    The first of the backends is the root's; of the others the longest path that fits wins. `labels` are those of its
    namespace.
    """
    metadata: KubeObject = {"name": ROUTE_NAME, "namespace": ref.namespace, "labels": labels}
    hosts = address.hosts(ref.namespace)
    if address.ingress_class:
        spec = _ingress(address.ingress_class, hosts, backends)
        return {**INGRESS, "metadata": metadata, "spec": spec}
    return {**HTTP_ROUTE, "metadata": metadata, "spec": _http_route(address, hosts, backends)}


def service_of(route: KubeObject) -> str:
    """The Service that the root of a route of ours leads to."""
    rule = route["spec"]["rules"][0]
    if route["kind"] == INGRESS["kind"]:
        return str(rule["http"]["paths"][0]["backend"]["service"]["name"])
    return str(rule["backendRefs"][0]["name"])


def _http_route(
    address: PublicAddress, hosts: tuple[str, ...], backends: Sequence[Backend]
) -> KubeObject:
    gateway_namespace, _, gateway = address.gateway.rpartition("/")
    return {
        "parentRefs": [
            {
                "group": "gateway.networking.k8s.io",
                "kind": "Gateway",
                "namespace": gateway_namespace or naming.SYSTEM_NAMESPACE,
                "name": gateway,
            }
        ],
        "hostnames": list(hosts),
        "rules": [_rule(each) for each in backends],
    }


def _rule(backend: Backend) -> KubeObject:
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": backend.path}}],
        "backendRefs": [{"kind": "Service", "name": backend.service, "port": backend.port}],
    }


def _ingress(name: str, hosts: tuple[str, ...], backends: Sequence[Backend]) -> KubeObject:
    paths = [
        {
            "path": each.path,
            "pathType": "Prefix",
            "backend": {"service": {"name": each.service, "port": {"number": each.port}}},
        }
        for each in backends
    ]
    return {
        "ingressClassName": name,
        "rules": [{"host": host, "http": {"paths": paths}} for host in hosts],
    }
