"""The pod whose code is kept up to date."""

import asyncio
import time

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.heartbeat import Progress
from activities.kube import Container, KubeObject
from workflows import naming
from workflows.errors import PhaseTimeoutError
from workflows.planning.plans.development.places import SIDECAR

_POLL = 0.3


class Pods:
    """Of environments in development mode, each with one pod."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def ready_for_code(
        self, namespace: str, release: str, component: str, *, seconds: float, progress: Progress
    ) -> Container:
        """The container that takes the code in, once it runs in a pod of the Deployment's present form.

        Raises PhaseTimeoutError; what keeps a pod from starting is told by whoever waits for the rollout.
        """
        deadline = time.monotonic() + seconds
        while True:
            pod = await self._find(namespace, release, component)
            if pod is not None:
                return Container(namespace, pod["metadata"]["name"], SIDECAR)
            if time.monotonic() >= deadline:
                raise PhaseTimeoutError(f"no pod of `{component}` has begun within {seconds:g} s")
            progress.detail = f"waiting for the pod of {component}"
            await asyncio.sleep(_POLL)

    async def label(self, namespace: str, release: str, component: str, commit: str) -> None:
        """The Deployment says which commit its pod shows (ENV-021): Helm may not have been asked about it."""
        labels = {naming.COMMIT_LABEL: commit, "app.kubernetes.io/version": commit}
        for each in await self._list("apps/v1", "Deployment", namespace, release, component):
            await kube.request(
                self._api,
                "PATCH",
                f"{kube.collection_path('apps/v1', 'Deployment', namespace)}/{each['metadata']['name']}",
                body={"metadata": {"labels": labels}},
                content_type="application/merge-patch+json",
            )

    async def _find(self, namespace: str, release: str, component: str) -> KubeObject | None:
        deployments = await self._list("apps/v1", "Deployment", namespace, release, component)
        if not deployments or not all(map(_is_up_to_date, deployments)):
            return None
        pods = await self._list("v1", "Pod", namespace, release, component)
        return next((pod for pod in pods if takes_code(pod)), None)

    async def _list(
        self, api_version: str, kind: str, namespace: str, release: str, component: str
    ) -> list[KubeObject]:
        wanted = f"app.kubernetes.io/instance={release},app.kubernetes.io/component={component}"
        path = kube.collection_path(api_version, kind, namespace)
        found = await kube.request(self._api, "GET", path, query=[("labelSelector", wanted)])
        items: list[KubeObject] = found["items"]
        return items


def takes_code(pod: KubeObject) -> bool:
    """Whether its container for the code runs, and will go on doing so."""
    if pod["metadata"].get("deletionTimestamp"):
        return False
    statuses = (pod.get("status") or {}).get("initContainerStatuses") or ()
    return any(
        each["name"] == SIDECAR and "running" in (each.get("state") or {}) for each in statuses
    )


def _is_up_to_date(deployment: KubeObject) -> bool:
    """All its pods are of its present form: an older one is about to end."""
    status = deployment.get("status") or {}
    is_seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    return bool(is_seen and status.get("replicas", 0) == status.get("updatedReplicas", 0) > 0)
