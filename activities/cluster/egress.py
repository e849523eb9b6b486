"""The egress proxies of environments: there as long as a project opens host names to them, and not longer (T-5)."""

from contextlib import suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.config import ClusterConfig
from activities.heartbeat import Progress
from activities.kube import KubeObject
from activities.manifests.egress import ProxySettings, make_egress_proxy, make_egress_variables
from activities.proxies import apply_proxy, await_proxy, delete_proxy
from workflows import naming
from workflows.models import EnvironmentRef
from workflows.models.messages import EnsureNamespaceInput


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
        await apply_proxy(self._api, make_egress_proxy(ref, branch, self._config.network, settings))
        own = self._config.address.hosts(ref.namespace)
        await kube.apply(self._api, make_egress_variables(ref, branch, own, request.egress))
        progress.detail = "waiting for the egress proxy"
        await await_proxy(
            self._api,
            naming.egress_proxy(ref.namespace),
            of="this environment",
            seconds=self._config.egress_timeout,
        )

    async def delete(self, ref: EnvironmentRef) -> None:
        """Of an environment that does not know its namespace nothing: what is left over goes with that."""
        if ref.namespace:
            await delete_proxy(self._api, naming.egress_proxy(ref.namespace))

    async def _remove(self, ref: EnvironmentRef) -> None:
        await delete_proxy(self._api, naming.egress_proxy(ref.namespace))
        await self._delete_if_ours(
            _object("v1", "ConfigMap", naming.EGRESS_VARIABLES, ref.namespace)
        )

    async def _delete_if_ours(self, wanted: KubeObject) -> None:
        """A chart may have a ConfigMap of that name."""
        path = kube.path_of(wanted)
        with suppress(kube.NotFoundError):
            found = await kube.request(self._api, "GET", path)
            labels = found["metadata"].get("labels") or {}
            if labels.get(naming.MANAGED_BY_LABEL) == naming.MANAGED_BY:
                await kube.request(self._api, "DELETE", path)


def _object(api_version: str, kind: str, name: str, namespace: str = "") -> KubeObject:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
