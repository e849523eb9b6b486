"""Proxies in Catalyst's own namespace: made, waited for and removed."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject
from activities.manifests.namespace import make_restricted_namespace
from workflows import naming
from workflows.errors import ClusterError

POLL = 0.2
_KINDS = (
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    # Last: it tells whether there is anything to remove.
    ("v1", "ConfigMap"),
)


async def apply_proxy(api: ApiClient, objects: Iterable[KubeObject]) -> None:
    """Raises ClusterError."""
    await kube.apply(api, make_restricted_namespace(naming.EGRESS_NAMESPACE))
    for wanted in objects:
        await kube.apply(api, wanted)


async def await_proxy(api: ApiClient, name: str, *, of: str, seconds: float) -> None:
    """Until it accepts connections, and no pod that forwards to what was approved before is left.

    Raises ClusterError, which says whose it is and why its pod does not start.
    """
    path = kube.path_of(_object("apps/v1", "Deployment", name))
    deadline = time.monotonic() + seconds
    while not _is_current(await kube.request(api, "GET", path)):
        if time.monotonic() >= deadline:
            raise ClusterError(
                f"the egress proxy of {of} does not start", excerpt=await _reasons(api, name)
            )
        await asyncio.sleep(POLL)


async def delete_proxy(api: ApiClient, name: str) -> None:
    """Nothing of it is left; fine where it never was. Raises ClusterError."""
    objects = [_object(*kind, name) for kind in _KINDS]
    with suppress(kube.NotFoundError):
        await kube.request(api, "GET", kube.path_of(objects[-1]))
        for each in objects:
            with suppress(kube.NotFoundError):
                await kube.request(api, "DELETE", kube.path_of(each))


async def _reasons(api: ApiClient, name: str) -> tuple[str, ...]:
    path = kube.collection_path("v1", "Pod", naming.EGRESS_NAMESPACE)
    query = [("labelSelector", f"{naming.INSTANCE_LABEL}={name}")]
    pods = await kube.request(api, "GET", path, query=query)
    return tuple(
        f"{pod['metadata']['name']}: {waiting.get('reason', '')} {waiting.get('message', '')}".strip()
        for pod in pods["items"]
        for status in pod["status"].get("containerStatuses") or ()
        if (waiting := status["state"].get("waiting"))
    )


def _is_current(deployment: KubeObject) -> bool:
    status = deployment.get("status") or {}
    is_seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas")]
    return is_seen and counts == [1, 1, 1]


def _object(api_version: str, kind: str, name: str) -> KubeObject:
    metadata = {"name": name, "namespace": naming.EGRESS_NAMESPACE}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
