"""The route from an environment's own host name to its Service (ENV-002, ENV-025)."""

from typing import Final

from activities.addresses import PublicAddress
from activities.kube import KubeObject
from workflows import naming
from workflows.models import EnvironmentRef

ROUTE_NAME: Final = "catalyst"
HTTP_ROUTE: Final = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute"}
INGRESS: Final = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}


def make_route(
    ref: EnvironmentRef,
    address: PublicAddress,
    *,
    service: str,
    port: int,
    labels: dict[str, str],
) -> KubeObject:
    """An HTTPRoute, or an Ingress where a class of those is set, for the environment's host names and no others.

    `labels` are those of its namespace.
    """
    metadata: KubeObject = {"name": ROUTE_NAME, "namespace": ref.namespace, "labels": labels}
    hosts = address.hosts(ref.namespace)
    if address.ingress_class:
        spec = _ingress(address.ingress_class, hosts, service, port)
        return {**INGRESS, "metadata": metadata, "spec": spec}
    return {**HTTP_ROUTE, "metadata": metadata, "spec": _http_route(address, hosts, service, port)}


def service_of(route: KubeObject) -> str:
    """The Service that a route of ours leads to."""
    rule = route["spec"]["rules"][0]
    if route["kind"] == INGRESS["kind"]:
        return str(rule["http"]["paths"][0]["backend"]["service"]["name"])
    return str(rule["backendRefs"][0]["name"])


def _http_route(
    address: PublicAddress, hosts: tuple[str, ...], service: str, port: int
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
        "rules": [{"backendRefs": [{"kind": "Service", "name": service, "port": port}]}],
    }


def _ingress(name: str, hosts: tuple[str, ...], service: str, port: int) -> KubeObject:
    backend = {"service": {"name": service, "port": {"number": port}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    return {
        "ingressClassName": name,
        "rules": [{"host": host, "http": {"paths": paths}} for host in hosts],
    }
