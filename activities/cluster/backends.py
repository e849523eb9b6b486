"""Which pods answer behind the Services of an environment, and whether older ones still might (FR-016)."""

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.rollout.snapshot import DELETED
from activities.kube import KubeObject

_SERVICE = "kubernetes.io/service-name"


@dataclass(frozen=True)
class Backends:
    """The pods behind one Service as Kubernetes knows them."""

    pods: tuple[KubeObject, ...]
    """Living pods that the Service selects."""
    leaving: tuple[str, ...]
    """Old pods that have been told to end and have not ended: whoever asks the Service might still reach them."""
    is_settled: bool
    """Whether the Service's ready endpoints are living pods, and none of those that leave."""


async def read_all_backends(api: ApiClient, namespace: str) -> list[Backends]:
    """Of every Service in the namespace that selects pods. Raises ClusterError."""
    path = kube.collection_path("v1", "Service", namespace)
    services = (await kube.request(api, "GET", path))["items"]
    return await read_backends(api, namespace, services)


async def read_backends(
    api: ApiClient,
    namespace: str,
    services: Sequence[KubeObject],
    *,
    seconds: float = kube.CALL_TIMEOUT,
) -> list[Backends]:
    """Of those of the Services that select pods, in their order. `seconds` bound each call. Raises ClusterError."""
    ask = functools.partial(kube.request, api, "GET", timeout=seconds)
    pods, slices = await asyncio.gather(
        ask(kube.collection_path("v1", "Pod", namespace)),
        ask(kube.collection_path("discovery.k8s.io/v1", "EndpointSlice", namespace)),
    )
    return [
        make_backends(
            [pod for pod in pods["items"] if _is_selected(pod, selector)],
            [one for one in slices["items"] if _service_of(one) == service["metadata"]["name"]],
        )
        for service in services
        if (selector := service["spec"].get("selector"))
    ]


def make_backends(pods: list[KubeObject], slices: list[KubeObject]) -> Backends:
    """Sort the pods a Service selects by what its endpoints say of them."""
    ready = {
        (endpoint.get("targetRef") or {}).get("name")
        for one in slices
        for endpoint in one.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready", True)
    }
    living = [pod for pod in pods if not pod["metadata"].get(DELETED)]
    ending = [pod["metadata"]["name"] for pod in pods if pod["metadata"].get(DELETED)]
    return Backends(
        pods=tuple(living),
        leaving=tuple(ending),
        is_settled=any(pod["metadata"]["name"] in ready for pod in living)
        and not any(name in ready for name in ending),
    )


def _is_selected(pod: KubeObject, selector: dict[str, str]) -> bool:
    return selector.items() <= (pod["metadata"].get("labels") or {}).items()


def _service_of(endpoints: KubeObject) -> str:
    return str((endpoints["metadata"].get("labels") or {}).get(_SERVICE, ""))
