"""Jobs in the form of the CronJob that makes the backups of a service: the same image, volume, variables and limits."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.evidence import Evidence, describe_event
from activities.known_secrets import read_known
from activities.kube import KubeObject
from activities.kube.patience import insist
from activities.masking import mask
from workflows import naming
from workflows.errors import ClusterError

POLL = 0.3
BEGIN = 120.0
"""Seconds for a pod to have begun; the image is on the node, since the database runs in it."""
END = 3600.0 + 60.0
"""Seconds in all: the Job's own limit, and some for Kubernetes to say so."""
OUTAGE = 60.0
"""Seconds for which the Kubernetes API may be away: the Job goes on meanwhile."""
_CRON_JOB, _JOB, _POD = ("batch/v1", "CronJob"), ("batch/v1", "Job"), ("v1", "Pod")
_GRACE = 1


@dataclass(frozen=True)
class Ended:
    """How a Job's pod ended."""

    code: int
    """Exit code; -1 where its container never ended by itself."""
    word: str
    """Its last word, for us alone."""
    said: str
    """In words for people, masked."""
    lines: tuple[str, ...]
    """The last ones of its log, masked; none where all went well."""
    pod: KubeObject


class BackupJobs:
    """Of one namespace."""

    def __init__(self, api: ApiClient, namespace: str) -> None:
        self._api = api
        self._namespace = namespace

    async def find(self, component: str) -> KubeObject | None:
        """The CronJob of that component."""
        path = kube.collection_path(*_CRON_JOB, self._namespace)
        query = [("labelSelector", f"{naming.PART_LABEL}={component}")]
        items = (await kube.request(self._api, "GET", path, query=query))["items"]
        return {**items[0], "apiVersion": _CRON_JOB[0], "kind": _CRON_JOB[1]} if items else None

    async def run(self, job: KubeObject) -> Ended:
        """Create it unless an earlier attempt has, and wait for its end.

        Raises ClusterError when it does not begin, and it is gone then. Cancelled, it goes on.
        """
        with suppress(kube.ConflictError):
            path = kube.collection_path(*_JOB, self._namespace)
            await kube.request(self._api, "POST", path, body=job)
        name = job["metadata"]["name"]
        begin, end = time.monotonic() + BEGIN, time.monotonic() + END
        has_begun = False
        while True:
            found = await insist(
                lambda: kube.request(self._api, "GET", kube.path_of(job)),
                until=time.monotonic() + OUTAGE,
            )
            if condition := _verdict(found):
                return await self._ended(name, condition)
            has_begun = has_begun or is_begun(found)
            if time.monotonic() > end:
                raise ClusterError(f"the Job {name} does not end")
            if time.monotonic() > begin and not has_begun:
                why = await self._why(name)
                # Told as failed, it may not begin after all when nobody looks any more.
                await self.delete(name)
                raise ClusterError(f"the Job {name} has not begun: {why}")
            await asyncio.sleep(POLL)

    async def delete(self, name: str) -> None:
        """Until none of its pods runs."""
        path = f"{kube.collection_path(*_JOB, self._namespace)}/{name}"
        with suppress(kube.NotFoundError):
            await kube.request(self._api, "DELETE", path, body={"propagationPolicy": "Background"})
        deadline = time.monotonic() + 30.0
        while pods := await self._pods(name):
            if time.monotonic() > deadline:
                raise ClusterError(f"the pods of the Job {name} do not end")
            for pod in pods:
                with suppress(kube.NotFoundError):
                    path = (
                        f"{kube.collection_path(*_POD, self._namespace)}/{pod['metadata']['name']}"
                    )
                    await kube.request(
                        self._api, "DELETE", path, body={"gracePeriodSeconds": _GRACE}
                    )
            await asyncio.sleep(POLL)

    async def annotate(self, cron_job: KubeObject, annotations: Mapping[str, str]) -> None:
        """Nobody's but ours, so Helm leaves them where they are."""
        await kube.request(
            self._api,
            "PATCH",
            kube.path_of(cron_job),
            body={"metadata": {"annotations": dict(annotations)}},
            content_type="application/merge-patch+json",
        )

    async def _ended(self, name: str, condition: KubeObject) -> Ended:
        pods = await self._pods(name)
        pod: KubeObject = pods[-1] if pods else {"spec": {"containers": [{}]}, "metadata": {}}
        state = _terminated(pod)
        code = int(state.get("exitCode", -1))
        if condition["type"] == "Complete":
            return Ended(code, str(state.get("message") or ""), "", (), pod)
        lines: tuple[str, ...] = ()
        if state:
            container = pod["spec"]["containers"][0]["name"]
            known = await read_known(self._api, self._namespace)
            evidence = Evidence(self._api)
            said = await evidence.last_lines(self._namespace, pod["metadata"]["name"], container)
            lines = known.shown(said)
        told = mask(_said(state, condition))
        return Ended(code, str(state.get("message") or ""), told, lines, pod)

    async def _why(self, name: str) -> str:
        """What Kubernetes says of a Job without a running pod, or of its pod."""
        evidence = Evidence(self._api)
        for each in [pod["metadata"]["name"] for pod in await self._pods(name)]:
            if warnings := await evidence.warnings(self._namespace, each):
                return mask(warnings[-1])
        path = kube.collection_path("v1", "Event", self._namespace)
        query = [("fieldSelector", f"involvedObject.name={name},type=Warning")]
        events = (await kube.request(self._api, "GET", path, query=query))["items"]
        return mask(describe_event(events[-1])) if events else "Kubernetes does not say why"

    async def _pods(self, job: str) -> list[KubeObject]:
        """Oldest first."""
        path = kube.collection_path(*_POD, self._namespace)
        query = [("labelSelector", f"batch.kubernetes.io/job-name={job}")]
        pods: list[KubeObject] = (await kube.request(self._api, "GET", path, query=query))["items"]
        return sorted(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))


def make_extra_run(cron_job: KubeObject, name: str) -> KubeObject:
    """One more run of the CronJob, which it counts and clears away as its own."""
    job = _make_job(cron_job, name)
    job["metadata"]["labels"] = dict(cron_job["spec"]["jobTemplate"]["metadata"]["labels"])
    job["metadata"]["ownerReferences"] = [
        {
            "apiVersion": cron_job["apiVersion"],
            "kind": cron_job["kind"],
            "name": cron_job["metadata"]["name"],
            "uid": cron_job["metadata"]["uid"],
            "controller": True,
        }
    ]
    return job


def make_other_run(
    cron_job: KubeObject, name: str, script: str, variables: Mapping[str, str], *, mark: str = ""
) -> KubeObject:
    """The same surroundings for another script. It is neither the CronJob's nor the release's: whoever made it deletes it.

    With a mark it is a revision's, and ends with it when its worker is lost.
    """
    job = _make_job(cron_job, name)
    labels = {naming.MANAGED_BY_LABEL: naming.MANAGED_BY}
    job["metadata"]["labels"] = {**labels, **({naming.REVISION_LABEL: mark} if mark else {})}
    template = job["spec"]["template"]
    template["metadata"] = {"labels": labels}
    container = template["spec"]["containers"][0]
    container["name"] = "restore"
    container["command"] = ["/bin/sh", "-c", script]
    added = [{"name": key, "value": value} for key, value in variables.items()]
    container["env"] = [*(container.get("env") or ()), *added]
    return job


def _make_job(cron_job: KubeObject, name: str) -> KubeObject:
    return {
        "apiVersion": _JOB[0],
        "kind": _JOB[1],
        "metadata": {"name": name, "namespace": cron_job["metadata"]["namespace"]},
        "spec": deepcopy(cron_job["spec"]["jobTemplate"]["spec"]),
    }


def is_begun(job: KubeObject) -> bool:
    """Whether a pod of it has been at work. One that has just ended is neither ready nor counted for a moment."""
    status = job.get("status") or {}
    signs = ("ready", "terminating", "succeeded", "failed", "conditions", "uncountedTerminatedPods")
    return any(status.get(each) for each in signs)


def _verdict(job: KubeObject) -> KubeObject | None:
    for condition in (job.get("status") or {}).get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            found: KubeObject = condition
            return found
    return None


def _terminated(pod: KubeObject) -> KubeObject:
    for one in (pod.get("status") or {}).get("containerStatuses") or ():
        found: KubeObject = (one.get("state") or {}).get("terminated") or {}
        if found:
            return found
    return {}


def _said(state: KubeObject, condition: KubeObject) -> str:
    if condition.get("reason") == "DeadlineExceeded":
        return "it took longer than it may"
    if state.get("reason") == "OOMKilled":
        return "it was killed for using more memory than it may"
    if "exitCode" in state:
        return f"it ended with exit code {state['exitCode']}"
    return str(condition.get("message") or "it failed")
