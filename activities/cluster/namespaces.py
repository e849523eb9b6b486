"""The life of an environment's namespace: chosen, made as planned, listed, removed. Never anybody else's."""

import asyncio
import time
from contextlib import suppress

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.cluster.blockers import find_blockers
from activities.cluster.config import ClusterConfig
from activities.heartbeat import Progress
from activities.kube import KubeObject
from activities.manifests import (
    is_owned_by,
    make_default_service_account,
    make_helm_role,
    make_helm_role_binding,
    make_helm_service_account,
    make_limit_range,
    make_namespace,
    make_network_policies,
    make_owner,
    make_priority_quota,
    make_resource_quota,
    read_namespace,
)
from activities.manifests.namespace import QUOTA_NAME, is_terminating
from workflows import naming
from workflows.errors import ClusterError, NameTakenError
from workflows.models import EnvironmentRef
from workflows.models.messages import (
    EnsureNamespaceInput,
    EnvironmentNamespace,
    RemoveResult,
)

POLL = 0.2
"""Seconds between two looks at something that takes a second."""
_PAGE = "200"
_NAMESPACES = "/api/v1/namespaces"
_POLICIES = "networking.k8s.io/v1"


class Namespaces:
    """Everything done to namespaces as such."""

    def __init__(self, api: ApiClient, config: ClusterConfig) -> None:
        self._api = api
        self._config = config

    async def choose(self, ref: EnvironmentRef) -> str:
        """The candidate that is this environment's already, else the first that is free. Raises NameTakenError."""
        candidates = (
            [ref.namespace]
            if ref.namespace
            else list(naming.namespace_candidates(ref.project, ref.environment))
        )
        free = []
        for name in candidates:
            found = await self.find(name)
            if found is None:
                free.append(name)
            elif is_owned_by(found, ref):
                return name
        if free:
            return free[0]
        raise NameTakenError(
            f"every name for this environment's namespace is taken: {', '.join(candidates)}"
        )

    async def ensure(self, request: EnsureNamespaceInput, progress: Progress) -> None:
        """Namespace and everything of ours in it, as planned. Raises NameTakenError, ClusterError."""
        deadline = time.monotonic() + self._config.terminating_timeout
        while True:
            await self._ensure_namespace(request, progress, deadline)
            try:
                await self._ensure_contents(request)
            except kube.ForbiddenError as error:
                # Somebody deletes it at this very moment: wait for the end, then make a new one.
                if (
                    "NamespaceTerminating" not in error.cause_reasons
                    or time.monotonic() >= deadline
                ):
                    raise
            except kube.NotFoundError:
                if time.monotonic() >= deadline:
                    raise
            else:
                break
        await self._wait_for_quota(request.ref.namespace)

    async def find(self, name: str) -> KubeObject | None:
        try:
            return await kube.request(self._api, "GET", f"{_NAMESPACES}/{name}")
        except kube.NotFoundError:
            return None

    async def list_ours(self) -> tuple[EnvironmentNamespace, ...]:
        """All of them, or a failure. One that lost our marks is left out and logged: its environment is then found
        missing and made again, which restores them."""
        selector = f"{naming.MANAGED_BY_LABEL}={naming.MANAGED_BY},{naming.ENVIRONMENT_LABEL}"
        found = []
        for item in await self._list_all(_NAMESPACES, selector):
            try:
                found.append(read_namespace(item))
            except ValueError as error:
                activity.logger.warning("cannot be read as an environment: %s", error)
        return tuple(found)

    async def delete(self, ref: EnvironmentRef, progress: Progress) -> RemoveResult:
        """Delete every namespace that is this environment's, wait a while, and say what blocks."""
        names = [ref.namespace] if ref.namespace else await self._names_of(ref)
        blockers: list[str] = []
        for name in names:
            blockers += await self._delete(name, ref, progress)
        return RemoveResult(is_gone=not blockers, blockers=tuple(blockers))

    async def _ensure_namespace(
        self, request: EnsureNamespaceInput, progress: Progress, deadline: float
    ) -> None:
        ref = request.ref
        wanted = make_namespace(ref, request.pull_request, request.branch)
        while True:
            found = await self.find(ref.namespace)
            if found is None:
                try:
                    await self._create(wanted)
                except kube.ConflictError:
                    continue  # our own earlier attempt, or somebody else's: the labels tell
                return
            if not is_owned_by(found, ref):
                raise NameTakenError(f"namespace {ref.namespace} exists and is not ours")
            uid = found["metadata"]["uid"]
            if is_terminating(found):
                progress.detail = f"waiting for the former namespace {ref.namespace} to be gone"
                await self._wait_until_gone(ref.namespace, uid, deadline)
                continue
            # The uid makes this a write to the namespace whose labels were just compared, and to no other.
            metadata = {**wanted["metadata"], "uid": uid}
            await kube.apply(self._api, {**wanted, "metadata": metadata})
            return

    async def _create(self, wanted: KubeObject) -> None:
        manager = [("fieldManager", naming.FIELD_MANAGER)]
        await kube.request(self._api, "POST", _NAMESPACES, query=manager, body=wanted)

    async def _ensure_contents(self, request: EnsureNamespaceInput) -> None:
        ref, branch = request.ref, request.branch
        policies = make_network_policies(
            ref,
            branch,
            self._config.network,
            request.egress,
            packages=request.package_sources,
            has_proxy=bool(request.egress_hosts and self._config.egress_image),
        )
        for wanted in (
            make_resource_quota(ref, branch, request.quota),
            make_priority_quota(ref, branch),
            make_limit_range(ref, branch, request.quota),
            *policies,
            make_default_service_account(ref, branch),
            make_helm_service_account(ref, branch),
            make_helm_role(ref, branch),
            make_helm_role_binding(ref, branch),
            *(make_owner(ref, branch) if request.has_owner else ()),
        ):
            await kube.apply(self._api, wanted)
        if not request.has_owner:
            await self._remove_owner(request)
        await self._remove_other_policies(ref.namespace, {p["metadata"]["name"] for p in policies})

    async def _remove_owner(self, request: EnsureNamespaceInput) -> None:
        """Of a time when somebody worked in it: tokens that are left may do nothing, also when that time comes again."""
        account, _, binding = make_owner(request.ref, request.branch)
        for each in (binding, account):
            path = kube.path_of(each)
            with suppress(kube.NotFoundError):
                await kube.request(self._api, "GET", path)
                await kube.request(self._api, "DELETE", path)

    async def _remove_other_policies(self, namespace: str, wanted: set[str]) -> None:
        """Policies only ever add permissions, so one of ours that is no longer planned must go."""
        path = kube.collection_path(_POLICIES, "NetworkPolicy", namespace)
        for policy in await self._list_all(path, f"{naming.MANAGED_BY_LABEL}={naming.MANAGED_BY}"):
            name = policy["metadata"]["name"]
            if name not in wanted:
                await kube.request(self._api, "DELETE", f"{path}/{name}")

    async def _wait_for_quota(self, namespace: str) -> None:
        """Until the quota counts: before that, Kubernetes lets in what exceeds it."""
        path = f"{_NAMESPACES}/{namespace}/resourcequotas/{QUOTA_NAME}"
        deadline = time.monotonic() + self._config.quota_timeout
        while True:
            quota = await kube.request(self._api, "GET", path)
            hard = (quota.get("status") or {}).get("hard") or {}
            if hard.keys() == quota["spec"]["hard"].keys():
                return
            if time.monotonic() >= deadline:
                raise ClusterError("Kubernetes does not count the namespace's quota")
            await asyncio.sleep(POLL)

    async def _wait_until_gone(self, name: str, uid: str, deadline: float) -> None:
        """Compares uids: a namespace of the same name may be the next one already."""
        while True:
            found = await self.find(name)
            if found is None or found["metadata"]["uid"] != uid:
                return
            if time.monotonic() >= deadline:
                blockers = await find_blockers(self._api, found)
                raise ClusterError(
                    f"the former namespace {name} is still being removed", excerpt=blockers
                )
            await asyncio.sleep(POLL)

    async def _names_of(self, ref: EnvironmentRef) -> list[str]:
        """By labels, for an environment that does not know which namespace it had."""
        wanted = {
            naming.MANAGED_BY_LABEL: naming.MANAGED_BY,
            naming.PROJECT_LABEL: ref.project,
            naming.ENVIRONMENT_LABEL: ref.environment,
        }
        selector = ",".join(f"{label}={value}" for label, value in wanted.items())
        return [item["metadata"]["name"] for item in await self._list_all(_NAMESPACES, selector)]

    async def _delete(self, name: str, ref: EnvironmentRef, progress: Progress) -> list[str]:
        found = await self.find(name)
        if found is None or not is_owned_by(found, ref):
            return []  # a foreign namespace of that name means that ours is gone
        uid = found["metadata"]["uid"]
        if not is_terminating(found):
            try:
                await self._request_deletion(name, uid)
            except (kube.NotFoundError, kube.ConflictError):
                return []  # gone, or another one by now
        deadline = time.monotonic() + self._config.deletion_timeout
        progress.detail = f"waiting for namespace {name} to be gone"
        while True:
            found = await self.find(name)
            if found is None or found["metadata"]["uid"] != uid:
                return []
            if time.monotonic() >= deadline:
                return list(await find_blockers(self._api, found))
            await asyncio.sleep(POLL)

    async def _request_deletion(self, name: str, uid: str) -> None:
        await kube.request(
            self._api,
            "DELETE",
            f"{_NAMESPACES}/{name}",
            body={"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}},
        )

    async def _list_all(self, path: str, selector: str) -> list[KubeObject]:
        """Every page of one consistent list; starts over when its snapshot expires half-way."""
        while True:
            items: list[KubeObject] = []
            token = ""
            try:
                while True:
                    query = [("labelSelector", selector), ("limit", _PAGE), ("continue", token)]
                    page = await kube.request(self._api, "GET", path, query=query)
                    items += page["items"]
                    token = page["metadata"].get("continue", "")
                    if not token:
                        return items
            except kube.ExpiredError:
                continue
