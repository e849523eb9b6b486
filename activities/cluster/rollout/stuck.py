"""Broken pods that keep a StatefulSet from its newer form.

Kubernetes replaces the pods of a StatefulSet one after another and waits for each to be ready, also for one of an older
form that never will be; a later form that is right is not tried until somebody deletes that pod
(https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
"""

from collections.abc import Iterator
from dataclasses import replace

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.rollout.pods import find_pod_problems, is_ready
from activities.cluster.rollout.problem import AT_THE_LIMIT, Patience, Problem
from activities.cluster.rollout.snapshot import Snapshot
from activities.cluster.rollout.workloads import keeps_old_pods, revision_of
from activities.kube import KubeObject

_STARTING = 60.0
"""Seconds for a pod that is not known to be broken: it may be about to get ready, or in the middle of something that
does not bear being ended."""


class StuckPods:
    """Of one release, for the time of one wait of so many seconds."""

    def __init__(self, api: ApiClient, seconds: float) -> None:
        self._api = api
        self._starting = min(_STARTING, seconds / 3)
        self._patience = Patience()
        self.reasons: list[str] = []
        """What was replaced, in words."""

    async def replace(self, namespace: str, snapshot: Snapshot, now: float) -> None:
        """Delete the first that has been broken for long enough; its StatefulSet makes a pod of the newer form.

        `now` are seconds of any steady clock. Raises ClusterError.
        """
        found = dict(find_stuck(snapshot, self._starting))
        lasting = self._patience.first_lasting(found, now)
        if lasting is None:
            return
        pod = found[lasting]
        name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
        path = f"{kube.collection_path('v1', 'Pod', namespace)}/{name}"
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        try:
            await kube.request(self._api, "DELETE", path, body=options)
        except (kube.NotFoundError, kube.ConflictError):
            return  # it is gone, or there is another of its name already
        self.reasons.append(
            f"pod `{name}` was broken before this revision and is replaced: Kubernetes waits for it without end"
        )


def find_stuck(snapshot: Snapshot, starting: float) -> Iterator[tuple[Problem, KubeObject]]:
    """Pods of an older form that are not ready, with what is wrong and how long to bear it; pure.

    `starting` are the seconds for one that is not known to be broken.
    """
    for stateful_set in snapshot.stateful_sets:
        status, spec = stateful_set.get("status") or {}, stateful_set["spec"]
        is_seen = status.get("observedGeneration", 0) >= stateful_set["metadata"]["generation"]
        newest = status.get("updateRevision")
        is_parallel = spec.get("podManagementPolicy") == "Parallel"
        if not is_seen or not newest or is_parallel or keeps_old_pods(stateful_set):
            continue
        for pod in snapshot.pods_of(stateful_set):
            if revision_of(pod) != newest and not is_ready(pod):
                yield _problem(pod, snapshot, starting), pod


def _problem(pod: KubeObject, snapshot: Snapshot, starting: float) -> Problem:
    uid = pod["metadata"]["uid"]
    problem = find_pod_problems(pod, snapshot.events_of(uid))[0]
    patience = starting if problem.patience == AT_THE_LIMIT else problem.patience
    return replace(problem, key=f"{uid}/stuck", patience=patience)
