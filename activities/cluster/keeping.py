"""Copies what containers wrote into the store before they vanish (FR-006)."""

import asyncio
from collections.abc import Iterable, Sequence

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.cluster.config import KeptLogs
from activities.cluster.evidence import describe_event
from activities.heartbeat import Progress
from activities.known_secrets import KnownSecrets, require_known
from activities.kube import KubeObject
from activities.logs import ContainerRef, LogsMissingError, PodLogs
from workflows import naming
from workflows.errors import CatalystError
from workflows.models import EnvironmentRef

LINES = 500
"""Of each container."""
_SECONDS_FOR_JOBS = 15.0
"""A part of the minute that an activity has after the limit of what it waits for."""
EVENTS = ("(namespace)", "events")
"""Pod and container under which a namespace's events are kept; no pod can have that name."""


class Keeping:
    """Reads all logs of a namespace and hands them to the store, which masks them without holding up the process."""

    def __init__(self, api: ApiClient, kept: KeptLogs) -> None:
        self._api = api
        self._logs = PodLogs(api)
        self._kept = kept

    async def keep(self, ref: EnvironmentRef, progress: Progress) -> None:
        """A namespace that is gone has nothing to keep; a container that vanishes meanwhile neither.

        Raises ClusterError, also where the environment's secrets cannot be read: what was kept before stays then.
        """
        namespace = ref.namespace
        try:
            containers = await self._logs.containers(namespace)
        except LogsMissingError:
            return
        known = await require_known(self._api, namespace)
        await self._keep_all(namespace, containers, known, progress)
        await self._keep_events(namespace, known)

    async def keep_jobs(self, ref: EnvironmentRef, jobs: Sequence[str], progress: Progress) -> None:
        """Of these jobs, which have ended: the next revision puts others in their place (ENV-018).

        A failure is logged: the revision does not depend on it.
        """
        if not jobs:
            return
        selector = f"{naming.PART_LABEL} in ({','.join(jobs)})"
        try:
            async with asyncio.timeout(_SECONDS_FOR_JOBS):
                containers = await self._logs.containers(ref.namespace, selector)
                known = await require_known(self._api, ref.namespace)
                await self._keep_all(ref.namespace, containers, known, progress)
        except (CatalystError, TimeoutError) as error:
            why = str(error) or f"that took longer than {_SECONDS_FOR_JOBS:g} s"
            activity.logger.warning("the logs of %s are not kept: %s", ", ".join(jobs), why)

    async def _keep_all(
        self,
        namespace: str,
        containers: Iterable[ContainerRef],
        known: KnownSecrets,
        progress: Progress,
    ) -> None:
        for container in containers:
            progress.detail = f"{container.pod}/{container.container}"
            if container.has_previous:
                await self._keep(namespace, container, known, is_previous=True)
            if container.has_started:
                await self._keep(namespace, container, known, is_previous=False)

    async def _keep(
        self, namespace: str, container: ContainerRef, known: KnownSecrets, *, is_previous: bool
    ) -> None:
        try:
            lines = await self._logs.lines(
                namespace,
                container.pod,
                container.container,
                tail=LINES,
                timestamps=True,
                previous=is_previous,
            )
        except LogsMissingError:
            return
        if lines:
            name = f"{container.container} (previous)" if is_previous else container.container
            await self._kept.keep(namespace, container.pod, name, await known.hide_log(lines))

    async def _keep_events(self, namespace: str, known: KnownSecrets) -> None:
        """They live for an hour only."""
        path = kube.collection_path("v1", "Event", namespace)
        events = (await kube.request(self._api, "GET", path))["items"]
        lines = [_line(event) for event in sorted(events, key=_when)][-LINES:]
        if lines:
            await self._kept.keep(namespace, *EVENTS, await known.hide_log(lines))


def _line(event: KubeObject) -> str:
    subject = event.get("involvedObject") or {}
    return f"{_when(event)} {subject.get('kind')} {subject.get('name')}: {describe_event(event)}"


def _when(event: KubeObject) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")
