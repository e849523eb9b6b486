"""Keeps an application from writing while the data below it is exchanged, and lets it go on afterwards."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject
from activities.releases import is_of
from workflows import naming

POLL = 0.2
LIMIT = 45.0
"""Seconds for its pods to end. Whoever takes longer loses the connections by force."""
_KINDS = (("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"))
_BEFORE = f"{naming.DOMAIN}/replicas-before"
"""Annotation of a workload that stands still: how many pods it had. Stays through a lost worker."""


class Standstill:
    """Of one release in one namespace; `kept` are components that go on."""

    def __init__(self, api: ApiClient, namespace: str, release: str, kept: Sequence[str]) -> None:
        self._api = api
        self._namespace = namespace
        self._release = release
        self._kept = kept

    async def begin(self) -> None:
        """Until its pods are gone, or a while has passed."""
        selectors = []
        for path, item in await self._workloads():
            wanted = item["spec"].get("replicas", 1)
            before = _annotation(item) or str(wanted)
            selectors.append(_selector(item))
            await self._scale(path, 0, before)
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            if not any([await self._has_pods(each) for each in selectors]):
                return
            await asyncio.sleep(POLL)

    async def end(self) -> None:
        """Each has as many pods again as it had."""
        for path, item in await self._workloads():
            if before := _annotation(item):
                await self._scale(path, int(before), None)

    async def _workloads(self) -> list[tuple[str, KubeObject]]:
        found = []
        for kind in _KINDS:
            path = kube.collection_path(*kind, self._namespace)
            items = (await kube.request(self._api, "GET", path))["items"]
            found += [
                (f"{path}/{item['metadata']['name']}", item)
                for item in items
                if is_of(item, self._release, self._kept)
            ]
        return found

    async def _scale(self, path: str, replicas: int, before: str | None) -> None:
        body = {
            "metadata": {"annotations": {_BEFORE: before}},
            "spec": {"replicas": replicas},
        }
        with suppress(kube.NotFoundError):
            await kube.request(
                self._api, "PATCH", path, body=body, content_type="application/merge-patch+json"
            )

    async def _has_pods(self, selector: str) -> bool:
        path = kube.collection_path("v1", "Pod", self._namespace)
        query = [("labelSelector", selector)]
        pods = (await kube.request(self._api, "GET", path, query=query))["items"]
        return any(pod["status"].get("phase") not in ("Succeeded", "Failed") for pod in pods)


def _annotation(item: KubeObject) -> str:
    return str((item["metadata"].get("annotations") or {}).get(_BEFORE) or "")


def _selector(item: KubeObject) -> str:
    """Of its pods. A chart that selects by more than labels' values is waited for by those alone."""
    labels = item["spec"]["selector"].get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in labels.items())
