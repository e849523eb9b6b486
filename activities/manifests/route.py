"""The route from an environment's own host name to its Service (ENV-002, ENV-025)."""

from typing import Final

from activities.addresses import PublicAddress
from activities.kube import KubeObject
from workflows import naming
from workflows.models import EnvironmentRef

ROUTE_NAME: Final = "catalyst"


def make_route(
    ref: EnvironmentRef,
    address: PublicAddress,
    *,
    service: str,
    port: int,
    labels: dict[str, str],
) -> KubeObject:
    """An HTTPRoute for the environment's host names and no others; `labels` are those of its namespace."""
    gateway_namespace, _, gateway = address.gateway.rpartition("/")
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": ROUTE_NAME, "namespace": ref.namespace, "labels": labels},
        "spec": {
            "parentRefs": [
                {
                    "group": "gateway.networking.k8s.io",
                    "kind": "Gateway",
                    "namespace": gateway_namespace or naming.SYSTEM_NAMESPACE,
                    "name": gateway,
                }
            ],
            "hostnames": list(address.hosts(ref.namespace)),
            "rules": [{"backendRefs": [{"kind": "Service", "name": service, "port": port}]}],
        },
    }
