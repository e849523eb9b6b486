"""The egress proxies of environments: there as long as a project opens host names to them, and not longer (T-5)."""

import asyncio
import time
from contextlib import suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.config import ClusterConfig
from activities.heartbeat import Progress
from activities.kube import KubeObject
from activities.manifests.egress import ProxySettings, make_egress_proxy, make_egress_variables
from activities.manifests.namespace import make_restricted_namespace
from workflows import naming
from workflows.errors import ClusterError
from workflows.models import EnvironmentRef
from workflows.models.messages import EnsureNamespaceInput

POLL = 0.2
_KINDS = (
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    # Last: it tells whether there is anything to remove.
    ("v1", "ConfigMap"),
)


class EgressProxies:
    """One for each environment that needs one, in a namespace of Catalyst's own."""

    def __init__(self, api: ApiClient, config: ClusterConfig) -> None:
        self._api = api
        self._config = config

    async def ensure(self, request: EnsureNamespaceInput, progress: Progress) -> None:
        """The proxy forwards to exactly the hosts that are approved; without any it is gone. Raises ClusterError.

        The environment's own namespace has to be there.
        """
        ref, branch = request.ref, request.branch
        if not request.egress_hosts or not self._config.egress_image:
            await self._remove(ref)
            return
        path = kube.path_of(_object("v1", "Namespace", ref.namespace))
        owner = await kube.request(self._api, "GET", path)
        settings = ProxySettings(
            image=self._config.egress_image,
            hosts=request.egress_hosts,
            networks=request.egress,
            owner=owner["metadata"]["uid"],
        )
        await kube.apply(self._api, make_restricted_namespace(naming.EGRESS_NAMESPACE))
        for wanted in make_egress_proxy(ref, branch, self._config.network, settings):
            await kube.apply(self._api, wanted)
        own = self._config.address.hosts(ref.namespace)
        await kube.apply(self._api, make_egress_variables(ref, branch, own, request.egress))
        progress.detail = "waiting for the egress proxy"
        await self._wait(ref)

    async def delete(self, ref: EnvironmentRef) -> None:
        """Of an environment that does not know its namespace nothing: what is left over goes with that."""
        if ref.namespace:
            await self._delete_proxy(ref)

    async def _remove(self, ref: EnvironmentRef) -> None:
        await self._delete_proxy(ref)
        variables = _object("v1", "ConfigMap", naming.EGRESS_VARIABLES, ref.namespace)
        await self._delete_if_ours(variables)

    async def _delete_proxy(self, ref: EnvironmentRef) -> None:
        name = naming.egress_proxy(ref.namespace)
        objects = [_object(*kind, name, naming.EGRESS_NAMESPACE) for kind in _KINDS]
        with suppress(kube.NotFoundError):
            await kube.request(self._api, "GET", kube.path_of(objects[-1]))
            for each in objects:
                with suppress(kube.NotFoundError):
                    await kube.request(self._api, "DELETE", kube.path_of(each))

    async def _delete_if_ours(self, wanted: KubeObject) -> None:
        """A chart may have a ConfigMap of that name."""
        path = kube.path_of(wanted)
        with suppress(kube.NotFoundError):
            found = await kube.request(self._api, "GET", path)
            labels = found["metadata"].get("labels") or {}
            if labels.get(naming.MANAGED_BY_LABEL) == naming.MANAGED_BY:
                await kube.request(self._api, "DELETE", path)

    async def _wait(self, ref: EnvironmentRef) -> None:
        """Until it accepts connections, and no pod that forwards to what was approved before is left."""
        name = naming.egress_proxy(ref.namespace)
        path = kube.path_of(_object("apps/v1", "Deployment", name, naming.EGRESS_NAMESPACE))
        deadline = time.monotonic() + self._config.egress_timeout
        while not _is_current(await kube.request(self._api, "GET", path)):
            if time.monotonic() >= deadline:
                raise ClusterError(
                    "the egress proxy of this environment does not start",
                    excerpt=await self._reasons(name),
                )
            await asyncio.sleep(POLL)

    async def _reasons(self, name: str) -> tuple[str, ...]:
        path = kube.collection_path("v1", "Pod", naming.EGRESS_NAMESPACE)
        query = [("labelSelector", f"{naming.INSTANCE_LABEL}={name}")]
        pods = await kube.request(self._api, "GET", path, query=query)
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


def _object(api_version: str, kind: str, name: str, namespace: str = "") -> KubeObject:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
