"""Keeps what a build printed: its pod is gone minutes later (FR-006)."""

from collections.abc import Sequence
from typing import Final, Protocol

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.build.config import BuildConfig
from activities.build.manifests import BuildJob
from activities.logs import LogsMissingError, PodLogs
from workflows import naming
from workflows.errors import CatalystError

LINES: Final = 5_000
"""The last ones: as many as the store keeps of one container, about."""


class KeptLogs(Protocol):
    """Where logs go that must outlive their containers; the store implements it."""

    async def keep(self, namespace: str, pod: str, container: str, lines: Sequence[str]) -> None:
        """Keep these as the newest lines of that container, without what looks like a credential."""


class BuildLogs:
    """Hands the whole log of a finished build to the store, among those of its environment."""

    def __init__(self, api: ApiClient, config: BuildConfig, kept: KeptLogs) -> None:
        self._api = api
        self._config = config
        self._kept = kept
        self._logs = PodLogs(api)

    async def keep(self, job: BuildJob) -> None:
        """A log that cannot be read or stored makes no build fail."""
        try:
            await self._keep(job)
        except CatalystError as error:
            activity.logger.warning("the log of %s is not kept: %s", job.name, error)

    async def _keep(self, job: BuildJob) -> None:
        namespace = job.request.ref.namespace
        if not namespace:
            return
        pods = kube.collection_path("v1", "Pod", self._config.namespace)
        query = [("labelSelector", f"batch.kubernetes.io/job-name={job.name}")]
        for pod in (await kube.request(self._api, "GET", pods, query=query))["items"]:
            name = pod["metadata"]["name"]
            try:
                lines = await self._logs.lines(
                    self._config.namespace,
                    name,
                    naming.BUILD_CONTAINER,
                    tail=LINES,
                    timestamps=True,
                )
            except LogsMissingError:
                continue
            # Under the Job's name, which tells component and revision; a pod's is drawn by lot. The store masks: piece by
            # piece, and only what it keeps, so that the activity beats meanwhile.
            await self._kept.keep(namespace, job.name, naming.BUILD_CONTAINER, lines)
