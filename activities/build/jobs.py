"""Build Jobs in the cluster: found again, followed to their end, and stopped for good."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.build.config import BuildConfig
from activities.build.failures import failure_of, job_failure, waiting_problem
from activities.build.manifests import (
    BuildJob,
    make_build_namespace,
    make_build_policy,
    make_job,
    make_secret,
)
from activities.kube import KubeObject, Query
from workflows.errors import ClusterError

POLL: Final = 0.3
"""Seconds between looks at a pod: a build takes many, and a cancel must not wait for one."""
LOG_LINES: Final = 200
_BACKGROUND: Query = [("propagationPolicy", "Background")]
_ONE_SECOND: Query = [("gracePeriodSeconds", "1")]
"""Never 0: that removes the pod from the API without asking whether its processes have ended."""


class BuildJobs:
    """All Jobs of one build namespace."""

    def __init__(self, api: ApiClient, config: BuildConfig) -> None:
        self._api = api
        self._config = config
        self._is_prepared = False
        self._jobs = kube.collection_path("batch/v1", "Job", config.namespace)
        self._pods = kube.collection_path("v1", "Pod", config.namespace)
        self._secrets = kube.collection_path("v1", "Secret", config.namespace)

    async def prepare(self) -> None:
        """Namespace and network policy, once a process."""
        if not self._is_prepared:
            await kube.apply(self._api, make_build_namespace(self._config))
            await kube.apply(self._api, make_build_policy(self._config))
            self._is_prepared = True

    async def ensure(self, job: BuildJob, token: str) -> None:
        """Create the Job, or take over the one of an earlier attempt unless that has failed."""
        found = await self._find(job.name)
        if found is not None:
            if not has_failed(found):
                return
            await self.stop(f"batch.kubernetes.io/job-name={job.name}", names=[job.name])
        await kube.apply(self._api, make_secret(job, self._config, token))
        try:
            created = await kube.request(
                self._api, "POST", self._jobs, body=make_job(job, self._config)
            )
        except kube.ConflictError:
            return  # two attempts at once; both follow the same Job
        uid = str(created["metadata"]["uid"])
        await kube.apply(self._api, make_secret(job, self._config, token, owner=uid))

    async def follow(self, job: BuildJob, note: Callable[[str], None]) -> None:
        """Until the build has succeeded. Raises what `failure_of` finds, or ClusterError when it vanished."""
        selector = f"batch.kubernetes.io/job-name={job.name}"
        while True:
            pods = await self._list(self._pods, selector)
            for pod in pods:
                phase = (pod.get("status") or {}).get("phase")
                note(f"{job.name}: {phase}")
                if phase == "Succeeded":
                    return
                if phase == "Failed":
                    await self._check_job(job.name, await self._logs(pod))
                    raise failure_of(pod, await self._logs(pod), self._config)
                if problem := waiting_problem(pod):
                    raise problem
            if not pods:
                await self._check_job(job.name)
            await asyncio.sleep(POLL)

    async def stop(self, selector: str, *, names: Sequence[str] | None = None) -> None:
        """Delete Jobs and return when none of their pods is left. Raises ClusterError when one does not go.

        `names` are the Jobs where they are known; else those that carry the selector's labels.
        """
        if names is None:
            names = [job["metadata"]["name"] for job in await self._list(self._jobs, selector)]
        for name in names:
            await self._delete(f"{self._jobs}/{name}", _BACKGROUND)
            await self._delete(f"{self._secrets}/{name}")
        deadline = time.monotonic() + self._config.stop_timeout
        asked: set[str] = set()
        while pods := await self._list(self._pods, selector):
            for pod in pods:
                if pod["metadata"]["uid"] not in asked:
                    asked.add(pod["metadata"]["uid"])
                    await self._delete(f"{self._pods}/{pod['metadata']['name']}", _ONE_SECOND)
            if time.monotonic() > deadline:
                left = ", ".join(sorted(pod["metadata"]["name"] for pod in pods))
                raise ClusterError(f"build pods do not end: {left}")
            await asyncio.sleep(POLL / 2)

    async def _check_job(self, name: str, logs: dict[str, Sequence[str]] | None = None) -> None:
        """What only the Job knows: that it is out of time, was refused, or is not there any more."""
        found = await self._find(name)
        if found is None:
            raise ClusterError("the build's Job was deleted while it ran")
        if problem := job_failure(failure_reason(found), logs or {}, self._config):
            raise problem

    async def _logs(self, pod: KubeObject) -> dict[str, Sequence[str]]:
        """Last lines of each container; one that cannot be read has none."""
        found: dict[str, Sequence[str]] = {}
        for container in ("fetch", "build"):
            query = [("container", container), ("tailLines", str(LOG_LINES))]
            with suppress(ClusterError):
                path = f"{self._pods}/{pod['metadata']['name']}/log"
                text = await kube.read_text(self._api, path, query=query)
                found[container] = text.splitlines()
        return found

    async def _find(self, name: str) -> KubeObject | None:
        try:
            return await kube.request(self._api, "GET", f"{self._jobs}/{name}")
        except kube.NotFoundError:
            return None

    async def _list(self, path: str, selector: str) -> list[KubeObject]:
        answer = await kube.request(self._api, "GET", path, query=[("labelSelector", selector)])
        return list(answer["items"])

    async def _delete(self, path: str, query: Query = ()) -> None:
        with suppress(kube.NotFoundError):
            await kube.request(self._api, "DELETE", path, query=query)


def failure_reason(job: KubeObject) -> str:
    """Why Kubernetes gave the Job up, such as `DeadlineExceeded`; empty while it has not.

    `FailureTarget` is set before the pods are ended, `Failed` after (KEP-3998).
    """
    for condition in (job.get("status") or {}).get("conditions") or ():
        if condition.get("type") in ("FailureTarget", "Failed") and condition["status"] == "True":
            return str(condition.get("reason") or "Failed")
    return ""


def has_failed(job: KubeObject) -> bool:
    """Whether a Job is over without success, or on its way out."""
    is_going = bool(job["metadata"].get("deletionTimestamp"))
    return is_going or bool(failure_reason(job)) or bool((job.get("status") or {}).get("failed"))
