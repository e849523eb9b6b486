"""Build Jobs in the cluster: found again, followed to their end, and stopped for good."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.build.arrival import Arrival
from activities.build.config import BuildConfig
from activities.build.failures import failure_of, job_failure, removed, waiting_problem
from activities.build.manifests import (
    BuildJob,
    make_build_namespace,
    make_job,
    make_secret,
)
from activities.build.network import make_build_policy
from activities.build.proxy import make_build_proxy
from activities.kube import KubeObject, Query
from activities.kube.patience import insist
from activities.proxies import apply_proxy, await_proxy, delete_proxy
from workflows import naming
from workflows.errors import ClusterError

POLL: Final = 0.3
"""Seconds between looks at a pod: a build takes many, and a cancel must not wait for one."""
LOG_LINES: Final = 200
_BACKGROUND: Query = [("propagationPolicy", "Background")]
_ONE_SECOND: Query = [("gracePeriodSeconds", "1")]
"""Never 0: that removes the pod from the API without asking whether its processes have ended."""


@dataclass(frozen=True)
class _Seen:
    """One look at a build."""

    pods: tuple[KubeObject, ...]
    job: KubeObject | None
    """Looked at when no pod runs; None when it is not there."""
    logs: dict[str, Sequence[str]]
    """Last lines of a failed pod's containers."""


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
        """Namespace, network policy and proxy, once a process. Raises ClusterError when the proxy does not start."""
        if not self._is_prepared:
            await kube.apply(self._api, make_build_namespace(self._config))
            await kube.apply(self._api, make_build_policy(self._config))
            await self._prepare_proxy()
            self._is_prepared = True

    async def _prepare_proxy(self) -> None:
        name = naming.egress_proxy(self._config.namespace)
        objects = make_build_proxy(self._config)
        if not objects:
            await delete_proxy(self._api, name)
            return
        await apply_proxy(self._api, objects)
        await await_proxy(self._api, name, of="builds", seconds=self._config.proxy_timeout)

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

    async def follow(
        self, job: BuildJob, note: Callable[[str], None], arrival: Arrival | None = None
    ) -> None:
        """Until the build has succeeded, or its image has come. Raises what `failure_of` finds, or ClusterError when it
        vanished.

        The Job goes on while the API does not answer; that is borne for `BuildConfig.patience`.
        """
        while True:
            seen = await insist(
                lambda: self._look(job.name),
                until=time.monotonic() + self._config.patience,
                note=lambda problem: note(f"{job.name}: {problem}"),
            )
            for pod in seen.pods:
                note(f"{job.name}: {_phase(pod)}")
            if self._has_succeeded(seen):
                return
            if arrival is not None and seen.pods and await arrival.has_come():
                return
            await asyncio.sleep(POLL)

    async def stop(self, selector: str, *, names: Sequence[str] | None = None) -> None:
        """Delete Jobs and Secrets and return when none of their pods is left. Raises ClusterError when one does not
        go, or the API does not answer for `BuildConfig.stop_timeout`.

        `names` are the Jobs where they are known; else all that carry the selector's labels.
        """
        deadline = time.monotonic() + self._config.stop_timeout
        jobs = secrets = names
        if jobs is None or secrets is None:
            jobs = await insist(lambda: self._names(self._jobs, selector), until=deadline)
            # A worker that died between the two has left a Secret without a Job.
            secrets = await insist(lambda: self._names(self._secrets, selector), until=deadline)
        for name in jobs:
            await self._remove(f"{self._jobs}/{name}", _BACKGROUND, deadline)
        for name in secrets:
            await self._remove(f"{self._secrets}/{name}", (), deadline)
        asked: set[str] = set()
        while pods := await insist(lambda: self._list(self._pods, selector), until=deadline):
            for pod in pods:
                if pod["metadata"]["uid"] not in asked:
                    asked.add(pod["metadata"]["uid"])
                    path = f"{self._pods}/{pod['metadata']['name']}"
                    await self._remove(path, _ONE_SECOND, deadline)
            if time.monotonic() > deadline:
                left = ", ".join(sorted(pod["metadata"]["name"] for pod in pods))
                raise ClusterError(f"build pods do not end: {left}")
            await asyncio.sleep(POLL / 2)

    async def _look(self, name: str) -> _Seen:
        selector = f"batch.kubernetes.io/job-name={name}"
        pods, found = await self._list(self._pods, selector), None
        if not pods:
            found = await self._find(name)
            # Only what is listed after a Job's end proves that it has no pod: one may have come and ended in between.
            pods = await self._list(self._pods, selector) if found and is_over(found) else []
        ended = [pod for pod in pods if _phase(pod) == "Failed"]
        # What only the Job knows: that it is out of time, was refused, or is not there any more.
        found = await self._find(name) if ended else found
        return _Seen(tuple(pods), found, await self._logs(ended[0]) if ended else {})

    def _has_succeeded(self, seen: _Seen) -> bool:
        """Raises the failure, if there is one."""
        for pod in seen.pods:
            if _phase(pod) == "Succeeded":
                return True
            if _phase(pod) == "Failed":
                self._check_job(seen)
                raise failure_of(pod, seen.logs, self._config)
            if problem := waiting_problem(pod):
                raise problem
        return not seen.pods and self._has_succeeded_unseen(seen)

    def _has_succeeded_unseen(self, seen: _Seen) -> bool:
        """The same for a Job without a pod: none was made yet, or somebody has deleted it."""
        job = self._check_job(seen)
        if has_failed(job):
            raise removed()
        return is_over(job)

    def _check_job(self, seen: _Seen) -> KubeObject:
        if seen.job is None:
            raise ClusterError("the build's Job was deleted while it ran")
        if problem := job_failure(failure_reason(seen.job), seen.logs, self._config):
            raise problem
        return seen.job

    async def _logs(self, pod: KubeObject) -> dict[str, Sequence[str]]:
        """Last lines of each container; one that cannot be read has none."""
        found: dict[str, Sequence[str]] = {}
        for container in (naming.FETCH_CONTAINER, naming.BUILD_CONTAINER):
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

    async def _names(self, path: str, selector: str) -> list[str]:
        return [str(found["metadata"]["name"]) for found in await self._list(path, selector)]

    async def _remove(self, path: str, query: Query, deadline: float) -> None:
        with suppress(kube.NotFoundError):
            await insist(
                lambda: kube.request(self._api, "DELETE", path, query=query), until=deadline
            )


def _phase(pod: KubeObject) -> str:
    return str((pod.get("status") or {}).get("phase") or "")


def failure_reason(job: KubeObject) -> str:
    """Why Kubernetes gave the Job up, such as `DeadlineExceeded`; empty while it has not.

    `FailureTarget` is set before the pods are ended, `Failed` after (KEP-3998).
    """
    for condition in (job.get("status") or {}).get("conditions") or ():
        if condition.get("type") in ("FailureTarget", "Failed") and condition["status"] == "True":
            return str(condition.get("reason") or "Failed")
    return ""


def is_over(job: KubeObject) -> bool:
    """Whether a Job has ended, well or badly, or is on its way out."""
    conditions = (job.get("status") or {}).get("conditions") or ()
    has_ended = any(
        each.get("type") in ("Complete", "SuccessCriteriaMet") and each["status"] == "True"
        for each in conditions
    )
    return has_ended or has_failed(job)


def has_failed(job: KubeObject) -> bool:
    """Whether a Job is over without success, or on its way out."""
    is_going = bool(job["metadata"].get("deletionTimestamp"))
    return is_going or bool(failure_reason(job)) or bool((job.get("status") or {}).get("failed"))
