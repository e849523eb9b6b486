"""The project's directory of the node as the code of an environment: made, and taken away without touching what is in it."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.owned import check_owner
from activities.heartbeat import Progress
from activities.kube import KubeObject
from activities.manifests import is_owned_by
from activities.manifests.directory import make_directory_claim, make_directory_volume
from workflows import naming
from workflows.errors import ClusterError, NameTakenError, PlanError
from workflows.models import EnvironmentRef
from workflows.models.messages import EnsureDirectoryInput
from workflows.planning.plans.development.host import SETTING
from workflows.planning.plans.development.places import CLAIM

POLL = 0.2
LIMIT = 20.0
"""Seconds for a volume to be bound, or to be gone: a matter of one second."""
_VOLUMES: Final = "/api/v1/persistentvolumes"


class Directories:
    """Of one cluster; `paths` are those that the operator has named, by project."""

    def __init__(self, api: ApiClient, paths: Mapping[str, str]) -> None:
        self._api = api
        self._paths = paths

    async def ensure(self, request: EnsureDirectoryInput, progress: Progress) -> None:
        """Raises PlanError when it may not be (any more), NameTakenError, ClusterError."""
        ref = request.ref
        path = self._paths.get(ref.project)
        if path is None:
            raise PlanError(
                f"the project `{ref.project}` has no directory of the node",
                hint=f"An operator names one with `{SETTING}`; or delete the environment and ask for one without `on_host`.",
            )
        await check_owner(self._api, ref)
        await self._check_free(ref, path)
        namespace = await kube.request(self._api, "GET", f"/api/v1/namespaces/{ref.namespace}")
        wanted = make_directory_volume(ref, request.branch, path, namespace["metadata"]["uid"])
        await self._forget_former(ref, path, progress)
        made = await kube.apply(self._api, wanted)
        await self._check_first(ref, path, made)
        await kube.apply(self._api, make_directory_claim(ref, request.branch))
        progress.detail = "waiting for the directory's volume"
        await self._until_bound(ref.namespace)

    async def delete(self, ref: EnvironmentRef) -> None:
        """The volumes go, the directories stay as they are. Raises ClusterError while one is still there."""
        try:
            found = await self._volumes(ref.project, ref.environment)
        except kube.ForbiddenError:
            if self._paths:
                raise
            return  # a worker without directories needs no right to look for their volumes
        for volume in found:
            if is_owned_by(volume, ref):
                await self._delete(volume["metadata"]["name"])

    async def _check_free(self, ref: EnvironmentRef, path: str) -> None:
        """One environment at a time: two servers would write to the same files."""
        for volume in await self._volumes(ref.project):
            other = volume["metadata"]["labels"].get(naming.ENVIRONMENT_LABEL)
            if _path_of(volume) == path and other != ref.environment:
                raise _taken(other)

    async def _check_first(self, ref: EnvironmentRef, path: str, made: KubeObject) -> None:
        """Of two that were asked for in the same moment, and saw nothing of each other, the older volume stays."""
        for volume in await self._volumes(ref.project):
            other = volume["metadata"]["labels"].get(naming.ENVIRONMENT_LABEL)
            if _path_of(volume) == path and other != ref.environment and _age(volume) < _age(made):
                await self._delete(made["metadata"]["name"])
                raise _taken(other)

    async def _forget_former(self, ref: EnvironmentRef, path: str, progress: Progress) -> None:
        """A volume that an earlier claim had is bound to no other one, and its path cannot be changed."""
        name = naming.directory_volume(ref.namespace)
        found = await self._find(f"{_VOLUMES}/{name}")
        if found is None:
            return
        if not is_owned_by(found, ref):
            raise NameTakenError(f"the volume {name} exists and is not ours")
        claim = await self._find(_claim_path(ref.namespace))
        is_in_use = (
            claim is not None and found["spec"]["claimRef"].get("uid") == claim["metadata"]["uid"]
        )
        if is_in_use and _path_of(found) != path:
            raise PlanError(
                "the operator has named another directory for the project since this environment was made",
                hint="Delete the environment and ask for it again; no file of either directory is touched.",
            )
        if not is_in_use:
            progress.detail = "waiting for a former volume to be gone"
            await self._delete(name)

    async def _find(self, path: str) -> KubeObject | None:
        try:
            return await kube.request(self._api, "GET", path)
        except kube.NotFoundError:
            return None

    async def _delete(self, name: str) -> None:
        deadline = time.monotonic() + LIMIT
        with suppress(kube.NotFoundError):
            await kube.request(self._api, "DELETE", f"{_VOLUMES}/{name}")
            while True:
                await kube.request(self._api, "GET", f"{_VOLUMES}/{name}")
                if time.monotonic() >= deadline:
                    raise ClusterError(f"PersistentVolume {name} is not gone yet")
                await asyncio.sleep(POLL)

    async def _until_bound(self, namespace: str) -> None:
        deadline = time.monotonic() + LIMIT
        while True:
            claim = await self._find(_claim_path(namespace))
            if claim is not None and (claim.get("status") or {}).get("phase") == "Bound":
                return
            if time.monotonic() >= deadline:
                raise ClusterError(f"the claim {CLAIM} was not bound to the directory's volume")
            await asyncio.sleep(POLL)

    async def _volumes(self, project: str, environment: str = "") -> list[KubeObject]:
        wanted = {naming.MANAGED_BY_LABEL: naming.MANAGED_BY, naming.PROJECT_LABEL: project}
        if environment:
            wanted[naming.ENVIRONMENT_LABEL] = environment
        selector = ",".join(f"{label}={value}" for label, value in wanted.items())
        found = await kube.request(self._api, "GET", _VOLUMES, query=[("labelSelector", selector)])
        items: list[KubeObject] = found["items"]
        return items


def _path_of(volume: KubeObject) -> str:
    return str((volume["spec"].get("hostPath") or {}).get("path", ""))


def _claim_path(namespace: str) -> str:
    return f"{kube.collection_path('v1', 'PersistentVolumeClaim', namespace)}/{CLAIM}"


def _taken(other: str) -> PlanError:
    return PlanError(
        f"the directory of the project is the code of `{other}` already",
        hint=f"Work there, or delete `{other}` first; then `retry`.",
    )


def _age(volume: KubeObject) -> tuple[str, str]:
    """Less for what was made earlier; never the same for two."""
    return volume["metadata"]["creationTimestamp"], volume["metadata"]["name"]
