"""Throws away what a service of an environment or a component of its application keeps, and has programs start anew
afterwards (ENV-017)."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.owned import check_owner
from activities.heartbeat import Progress
from activities.kube import KubeObject
from activities.releases import is_of, without_claims
from workflows import naming
from workflows.errors import ClusterError
from workflows.models import VolumePlan
from workflows.models.messages import ResetServicesInput, RestartWorkloadsInput

POLL = 0.2
LIMIT = 120.0
"""Seconds for one service to be gone: longer than a database's own grace of 30 s."""
_DEPLOYMENT = ("apps/v1", "Deployment")
_POD, _CLAIM, _SECRET = ("v1", "Pod"), ("v1", "PersistentVolumeClaim"), ("v1", "Secret")
_JOB = ("batch/v1", "Job")
_CRON_JOB = ("batch/v1", "CronJob")
_WORKLOADS = (_DEPLOYMENT, ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"))
_MARK = f"{naming.DOMAIN}/restarted-for"
_Kind = tuple[str, str]


class Resets:
    """Of services, whether components of Catalyst's own chart or charts themselves; whatever is gone already is fine."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def reset(self, request: ResetServicesInput, progress: Progress) -> None:
        """Workload first, volume after it, then the credentials it was made with; jobs at last.

        Raises ClusterError when something is still in use after a while, NameTakenError.
        """
        ref = request.ref
        await check_owner(self._api, ref)
        of_release = f"{naming.INSTANCE_LABEL}={request.release}"
        for service in request.services:
            selector = f"{of_release},{naming.PART_LABEL}={service}"
            progress.detail = f"stopping {service}"
            await self._delete_all(_DEPLOYMENT, ref.namespace, selector)
            await self._until_none(_POD, ref.namespace, selector)
            progress.detail = f"throwing away the volume of {service}"
            await self._delete_all(_CLAIM, ref.namespace, selector)
            await self._until_none(_CLAIM, ref.namespace, selector)
            await self._delete_credentials(ref.namespace, service)
        for release in request.charts:
            await self._reset_chart(ref.namespace, release, progress)
        for volume in request.volumes:
            await self._reset_volumes(ref.namespace, of_release, volume, progress)
        # What a migration or a seed has done is not there any more, so each counts as not run.
        progress.detail = "forgetting jobs"
        jobs = f"{of_release},{naming.REVISION_LABEL}"
        await self._delete_all(_JOB, ref.namespace, jobs)
        await self._until_none(_JOB, ref.namespace, jobs)

    async def _reset_volumes(
        self, namespace: str, of_release: str, volume: VolumePlan, progress: Progress
    ) -> None:
        """Whoever mounts them stops first; what else these keep stays."""
        for user in volume.users:
            selector = f"{of_release},{naming.PART_LABEL}={user}"
            progress.detail = f"stopping {user}"
            for kind in (_DEPLOYMENT, _JOB):
                await self._delete_all(kind, namespace, selector)
            await self._until_none(_POD, namespace, selector)
        progress.detail = f"throwing away the volumes of {volume.component}"
        await self._delete_all(_CLAIM, namespace, of_release, only=volume.claims)
        await self._until_none(_CLAIM, namespace, of_release, only=volume.claims)

    async def _reset_chart(self, namespace: str, release: str, progress: Progress) -> None:
        """Its programs and what they keep; the rest of the release stays, with the passwords that it has made.

        The release is brought up again by its own stage: Helm makes what is missing.
        """
        async with without_claims(self._api, namespace, release) as claims:
            progress.detail = f"stopping {release}"
            # A CronJob too: what it has begun is its own, not the release's, and ends with it.
            for kind in (*_WORKLOADS, _CRON_JOB, _JOB):
                for item in await self._of_chart(kind, namespace, release):
                    await self._delete(kube.collection_path(*kind, namespace), item)
        if claims:
            progress.detail = f"throwing away the volumes of {release}"
            await self._until_none(_CLAIM, namespace, "", only=claims)

    async def _of_chart(self, kind: _Kind, namespace: str, release: str) -> list[KubeObject]:
        found = await self._list(kube.collection_path(*kind, namespace), "")
        return [item for item in found if is_of(item, release)]

    async def restart(self, request: RestartWorkloadsInput) -> None:
        """The annotation is nobody's but ours, so Helm leaves it where it is."""
        await check_owner(self._api, request.ref)
        body = {
            "spec": {"template": {"metadata": {"annotations": {_MARK: _short(request.mark)}}}},
        }
        for kind in _WORKLOADS:
            path = kube.collection_path(*kind, request.ref.namespace)
            for item in await self._list(path, ""):
                if is_of(item, request.release, request.kept):
                    with suppress(kube.NotFoundError):
                        await kube.request(
                            self._api,
                            "PATCH",
                            f"{path}/{item['metadata']['name']}",
                            body=body,
                            content_type="application/merge-patch+json",
                        )

    async def _delete_all(
        self, kind: _Kind, namespace: str, selector: str, *, only: Sequence[str] = ()
    ) -> None:
        path = kube.collection_path(*kind, namespace)
        for item in _named(await self._list(path, selector), only):
            await self._delete(path, item)

    async def _delete(self, path: str, item: KubeObject) -> None:
        query = [("propagationPolicy", "Background")]
        with suppress(kube.NotFoundError):
            await kube.request(self._api, "DELETE", f"{path}/{_name(item)}", query=query)

    async def _until_none(
        self, kind: _Kind, namespace: str, selector: str, *, only: Sequence[str] = ()
    ) -> None:
        path = kube.collection_path(*kind, namespace)
        deadline = time.monotonic() + LIMIT
        while found := _named(await self._list(path, selector), only):
            if time.monotonic() >= deadline:
                names = ", ".join(item["metadata"]["name"] for item in found)
                raise ClusterError(f"{kind[1]} {names} is not gone yet: something still uses it")
            await asyncio.sleep(POLL)

    async def _delete_credentials(self, namespace: str, service: str) -> None:
        """A database that begins anew begins with another password, so nobody is left with the old one."""
        path = f"{kube.collection_path(*_SECRET, namespace)}/{naming.service_secret(service)}"
        with suppress(kube.NotFoundError):
            await kube.request(self._api, "DELETE", path)

    async def _list(self, path: str, selector: str) -> list[KubeObject]:
        query = [("labelSelector", selector)] if selector else []
        answer = await kube.request(self._api, "GET", path, query=query)
        items: list[KubeObject] = answer["items"]
        return items


def _name(item: KubeObject) -> str:
    return str(item["metadata"]["name"])


def _named(items: Sequence[KubeObject], only: Sequence[str]) -> list[KubeObject]:
    """All of them where `only` names none."""
    return [item for item in items if not only or item["metadata"]["name"] in only]


def _short(mark: str) -> str:
    return naming.short_hash(mark)
