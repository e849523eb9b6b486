"""A chart's hooks: what their pods wrote when they failed, and their end when Helm was ended.

Ending Helm does not end the Job it waits for: an old migration would go on beside the next revision.
"""

import asyncio
import time
from collections.abc import Sequence

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.known_secrets import read_known
from activities.kube import KubeObject
from workflows.errors import HelmError

_ANNOTATION = "helm.sh/hook"
_KINDS = (("batch/v1", "Job"), ("v1", "Pod"))
_LINES = 40
_POLL = 0.1
_LIMIT = 30.0
"""Seconds to wait for a hook's pods: a pod's own grace is 30 s at most in a preview."""
_GRACE = 1
"""Seconds a stopped hook's process gets; nobody waits for its answer any more."""


async def stop_unfinished_hooks(api: ApiClient, namespace: str) -> None:
    """Delete hook Jobs and pods that still run and wait until their pods are gone. Raises HelmError after a while."""
    await stop_unfinished(api, namespace, await _hooks(api, namespace), "hooks of the chart")


async def stop_unfinished(
    api: ApiClient, namespace: str, items: Sequence[KubeObject], what: str
) -> None:
    """The same for any Jobs and pods; `what` they are is told when they do not end."""
    doomed = [item for item in items if not _is_finished(item)]
    for item in doomed:
        await _delete(api, item)
    deadline = time.monotonic() + _LIMIT
    while any([await _has_pods(api, namespace, item) for item in doomed]):
        if time.monotonic() > deadline:
            names = ", ".join(item["metadata"]["name"] for item in doomed)
            raise HelmError(f"{what} do not end: {names}")
        await asyncio.sleep(_POLL)


async def read_failed_hook(api: ApiClient, namespace: str) -> tuple[str, tuple[str, ...]]:
    """Name and last lines (masked) of a hook that failed or hangs; empty where nothing is left of it."""
    hooks = await _hooks(api, namespace)
    # Newest first: hooks of earlier releases stay until they run again.
    hooks.sort(key=lambda item: str(item["metadata"]["creationTimestamp"]), reverse=True)
    for item in hooks:
        if _succeeded(item):
            continue
        lines: list[str] = []
        for pod in await _pods_of(api, namespace, item):
            lines = await _log(api, namespace, pod["metadata"]["name"]) or lines
        shown = (await read_known(api, namespace)).shown(lines) if lines else ()
        return f"{item['kind']} {item['metadata']['name']}", shown
    return "", ()


async def _hooks(api: ApiClient, namespace: str) -> list[KubeObject]:
    found: list[KubeObject] = []
    for version, kind in _KINDS:
        answer = await kube.request(api, "GET", kube.collection_path(version, kind, namespace))
        found.extend(
            {**item, "apiVersion": version, "kind": kind}  # items of a list carry neither
            for item in answer["items"]
            if _ANNOTATION in (item["metadata"].get("annotations") or {})
        )
    return found


def _is_finished(item: KubeObject) -> bool:
    status = item.get("status") or {}
    if item["kind"] == "Pod":
        return status.get("phase") in ("Succeeded", "Failed")
    conditions = status.get("conditions") or ()
    return any(
        condition["type"] in ("Complete", "Failed") and condition["status"] == "True"
        for condition in conditions
    )


def _succeeded(item: KubeObject) -> bool:
    status = item.get("status") or {}
    return bool(status.get("succeeded")) or status.get("phase") == "Succeeded"


async def _delete(api: ApiClient, item: KubeObject) -> None:
    namespace = item["metadata"]["namespace"]
    options = {"propagationPolicy": "Background"}
    await _delete_one(api, kube.path_of(item), options)
    if item["kind"] == "Job":
        # Not left to the garbage collector, which takes a pod's whole grace.
        for pod in await _pods_of(api, namespace, item):
            path = f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}"
            await _delete_one(api, path, {"gracePeriodSeconds": _GRACE})


async def _delete_one(api: ApiClient, path: str, options: KubeObject) -> None:
    try:
        await kube.request(api, "DELETE", path, body=options)
    except kube.NotFoundError:
        return


async def _pods_of(api: ApiClient, namespace: str, item: KubeObject) -> list[KubeObject]:
    path = kube.collection_path("v1", "Pod", namespace)
    name = item["metadata"]["name"]
    query = (
        [("fieldSelector", f"metadata.name={name}")]
        if item["kind"] == "Pod"
        else [("labelSelector", f"batch.kubernetes.io/job-name={name}")]
    )
    pods: list[KubeObject] = (await kube.request(api, "GET", path, query=query))["items"]
    return pods


async def _has_pods(api: ApiClient, namespace: str, item: KubeObject) -> bool:
    return any(
        not _is_finished({**pod, "kind": "Pod"}) for pod in await _pods_of(api, namespace, item)
    )


async def _log(api: ApiClient, namespace: str, pod: str) -> list[str]:
    """Not masked yet."""
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
    try:
        text = await kube.read_text(api, path, query=[("tailLines", str(_LINES))])
    except kube.KubeError:
        return []  # its container has not started, or is gone: there is nothing to show
    return text.splitlines()
