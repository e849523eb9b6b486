"""What the API reads from the cluster for people: whether a namespace is there, and its containers' logs.

It writes nothing, so that the API's identity needs no more than reading (T-5).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.backup_records import BackupRecord, CronState, cron_state, read_record
from activities.log_masking import mask_log
from activities.logs import ContainerRef, LogsMissingError, PodLogs
from workflows import naming
from workflows.errors import ClusterError
from workflows.models import EnvironmentRef

TIMEOUT = 5.0
"""Seconds. A person waits for the page, and it says so when the cluster is slow."""
MAX_PARALLEL = 8
"""Log requests at once; each holds a connection to a kubelet."""


class NamespaceStanding(StrEnum):
    """What the cluster says of an environment's namespace. Unreachable is not missing (invariant 10)."""

    PRESENT = "present"
    TERMINATING = "terminating"
    MISSING = "missing"
    FOREIGN = "foreign"
    """It exists and is not ours: nothing in it is shown."""
    UNREACHABLE = "unreachable"
    NOT_CONFIGURED = "not configured"
    NOT_CHOSEN = "not chosen"
    """The environment has not asked for one yet."""


@dataclass(frozen=True)
class LiveLog:
    """The last lines of one container as the kubelet has them, masked."""

    container: ContainerRef
    lines: tuple[str, ...] = ()
    note: str = ""
    """Why there are no lines; empty when it ran and wrote nothing."""


class ClusterReader:
    """Reads one cluster. Connects at its first use, so that a missing kubeconfig stops no process."""

    def __init__(self, kubeconfig: Path | None, context: str | None = None) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self._api: ApiClient | None = None

    @property
    def is_configured(self) -> bool:
        return self._kubeconfig is not None

    async def check(self) -> None:
        """Raise ClusterError unless the Kubernetes API answers."""
        await kube.request(await self._connected(), "GET", "/api/v1", timeout=TIMEOUT)

    async def standing(self, ref: EnvironmentRef) -> NamespaceStanding:
        """Whether the environment's namespace is there and its own. Never raises for an outage."""
        if not self.is_configured:
            return NamespaceStanding.NOT_CONFIGURED
        if not ref.namespace:
            return NamespaceStanding.NOT_CHOSEN
        try:
            api = await self._connected()
            path = f"{kube.collection_path('v1', 'Namespace')}/{ref.namespace}"
            return standing_of(await kube.request(api, "GET", path, timeout=TIMEOUT), ref)
        except kube.NotFoundError:
            return NamespaceStanding.MISSING
        except ClusterError:
            return NamespaceStanding.UNREACHABLE

    async def logs(
        self,
        namespace: str,
        *,
        container: str | None,
        tail: int,
        since: datetime | None,
        timestamps: bool,
        selector: str = "",
    ) -> tuple[LiveLog, ...]:
        """The last `tail` lines of every container, or of those of one name, in the pods with those labels.

        Raises LogsMissingError when the namespace is not there, ClusterError when the cluster cannot be asked.
        """
        pods = PodLogs(await self._connected())
        places = asyncio.Semaphore(MAX_PARALLEL)

        async def read(ref: ContainerRef) -> LiveLog:
            try:
                async with places:
                    lines = await pods.lines(
                        namespace,
                        ref.pod,
                        ref.container,
                        tail=tail,
                        since=since,
                        timestamps=timestamps,
                    )
            except LogsMissingError:
                return LiveLog(ref, note="it has not run yet")
            except (
                ClusterError
            ) as error:  # one kubelet's trouble leaves the other containers readable
                return LiveLog(ref, note=str(error))
            return LiveLog(ref, await mask_log(lines))

        found = await pods.containers(namespace, selector)
        wanted = [ref for ref in found if container in (None, ref.container)]
        return tuple(await asyncio.gather(*(read(ref) for ref in wanted)))

    async def build_logs(
        self, ref: EnvironmentRef, *, tail: int, since: datetime | None, timestamps: bool
    ) -> tuple[LiveLog, ...]:
        """The same of the environment's builds that run, or ended a few minutes ago; none when no build ever ran."""
        labels = {naming.PROJECT_LABEL: ref.project, naming.ENVIRONMENT_LABEL: ref.environment}
        try:
            return await self.logs(
                naming.BUILD_NAMESPACE,
                container=naming.BUILD_CONTAINER,
                tail=tail,
                since=since,
                timestamps=timestamps,
                selector=",".join(f"{key}={value}" for key, value in labels.items()),
            )
        except LogsMissingError:
            return ()

    async def backups(
        self, namespace: str, components: Sequence[str]
    ) -> dict[str, tuple[CronState | None, BackupRecord]]:
        """By component: its CronJob, None where there is none, and what its pods know of backups.

        Raises ClusterError when the cluster cannot be asked.
        """
        api = await self._connected()
        selector = f"{naming.PART_LABEL} in ({','.join(components)})"

        async def items(kind: tuple[str, str]) -> list[kube.KubeObject]:
            path = kube.collection_path(*kind, namespace)
            query = [("labelSelector", selector)]
            answer = await kube.request(api, "GET", path, query=query, timeout=TIMEOUT)
            return list(answer["items"])

        crons, pods = await asyncio.gather(items(("batch/v1", "CronJob")), items(("v1", "Pod")))
        return {
            each: (
                next((cron_state(cron) for cron in crons if _part(cron) == each), None),
                read_record(pod for pod in pods if _part(pod) == each),
            )
            for each in components
        }

    async def close(self) -> None:
        if self._api is not None:
            await kube.close(self._api)
            self._api = None

    async def _connected(self) -> ApiClient:
        if self._kubeconfig is None:
            raise ClusterError("no cluster is configured")
        if self._api is None:
            self._api = await kube.connect(self._kubeconfig, self._context)
        return self._api


def _part(item: kube.KubeObject) -> str:
    return str((item["metadata"].get("labels") or {}).get(naming.PART_LABEL, ""))


def standing_of(namespace: kube.KubeObject, ref: EnvironmentRef) -> NamespaceStanding:
    """What the labels of a namespace that was found say: ours, or somebody else's."""
    metadata = namespace["metadata"]
    labels = metadata.get("labels") or {}
    owner = (labels.get(naming.PROJECT_LABEL), labels.get(naming.ENVIRONMENT_LABEL))
    if owner != (ref.project, ref.environment):
        return NamespaceStanding.FOREIGN
    if metadata.get("deletionTimestamp"):
        return NamespaceStanding.TERMINATING
    return NamespaceStanding.PRESENT
