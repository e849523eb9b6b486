"""Whether each workload of a release is up, and what is wrong with it; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.cluster.rollout import jobs
from activities.cluster.rollout.pods import find_pod_problems, find_unproven, is_ready
from activities.cluster.rollout.problem import Problem
from activities.cluster.rollout.snapshot import DELETED, Snapshot, is_owned, part_of
from activities.kube import KubeObject
from workflows.errors import PhaseTimeoutError, RolloutFailedError

_REVISION = "deployment.kubernetes.io/revision"
_REFUSED_PATIENCE = {
    # Old pods on their way out still count: room may appear.
    "exceeded quota": 20.0,
    "violates PodSecurity": 2.0,
    # A request above the default limit, and the like.
    "must be less than or equal": 2.0,
    "is invalid": 2.0,
}
_OTHER_REFUSAL_PATIENCE = 30.0


@dataclass(frozen=True)
class Verdict:
    """Ready when `waiting_for` is empty."""

    waiting_for: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unproven: tuple[str, ...] = ()
    """Pod and restarts of containers without a readiness probe: Kubernetes calls them ready the moment they start,
    also those that crash right after it."""
    jobs: tuple[KubeObject, ...] = ()
    """Those that had to succeed, and have."""


def judge(snapshot: Snapshot, wanted_jobs: Sequence[str] = ()) -> Verdict:
    """Every workload at its present generation with all pods ready, and only new pods left of a Deployment.

    `wanted_jobs` are components that must not be without a Job.
    """
    waiting_for: list[str] = []
    problems: list[Problem] = []
    unproven: list[str] = []
    for name in sorted({*wanted_jobs} - {part_of(job) for job in snapshot.jobs}):
        waiting_for.append(f"Job of {name}: it is gone")
        problems.append(jobs.missing(name))
    for workload, pods in _workloads(snapshot):
        unproven += [one for pod in pods if not _is_of_job(workload) for one in find_unproven(pod)]
        reason = why_unready(workload) or _why_undecided(workload, pods)
        if reason is None:
            continue
        name = f"{workload['kind']} {workload['metadata']['name']}"
        waiting_for.append(f"{name}: {reason}")
        problems += _refusals(workload, snapshot)
        is_job = workload["kind"] == "Job"
        for pod in pods:
            if is_job and _is_over(pod):
                continue  # what that means is for Kubernetes to say of the Job: it may put another in its place
            events = snapshot.events_of(pod["metadata"]["uid"])
            problems += find_pod_problems(pod, events, may_crash=is_job)
        problems.append(
            jobs.failure(workload, [pod for pod in snapshot.pods if is_owned(pod, workload)])
            if is_job and jobs.has_failed(workload)
            else _unready(workload, name, reason)
        )
    done = tuple(job for job in snapshot.jobs if _is_of_job(job) and why_unready(job) is None)
    return Verdict(tuple(waiting_for), tuple(problems), tuple(sorted(unproven)), done)


def why_unready(workload: KubeObject) -> str | None:
    """None when it is up."""
    kind = workload["kind"]
    if kind == "Pod":
        return _why_pod_unready(workload)
    if kind == "Job":
        return jobs.why_unready(workload)
    status = workload.get("status") or {}
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
        return "Kubernetes has not looked at its present form"
    return _why_daemons_unready(status) if kind == "DaemonSet" else _why_replicas_unready(workload)


def current_pods(workload: KubeObject, snapshot: Snapshot) -> list[KubeObject]:
    """Pods of the workload's present form; those of an older one say nothing about it."""
    status = workload.get("status") or {}
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
        return []
    if workload["kind"] == "Deployment":
        newest = newest_replica_set(workload, snapshot)
        return list(snapshot.pods_of(newest)) if newest else []
    pods = list(snapshot.pods_of(workload))
    if workload["kind"] == "StatefulSet" and (revision := status.get("updateRevision")):
        return [pod for pod in pods if revision_of(pod) == revision]
    return pods


def revision_of(pod: KubeObject) -> str:
    """Of a StatefulSet's pod: the form that it was made of."""
    return str((pod["metadata"].get("labels") or {}).get("controller-revision-hash", ""))


def newest_replica_set(deployment: KubeObject, snapshot: Snapshot) -> KubeObject | None:
    owned = [item for item in snapshot.replica_sets if is_owned(item, deployment)]
    return max(owned, key=_revision, default=None)


def _workloads(snapshot: Snapshot) -> Iterator[tuple[KubeObject, list[KubeObject]]]:
    sets = (*snapshot.deployments, *snapshot.stateful_sets, *snapshot.daemon_sets)
    for workload in sets:
        yield workload, current_pods(workload, snapshot)
    for job in snapshot.jobs:
        yield job, list(snapshot.pods_of(job))
    for pod in snapshot.bare_pods:
        if not pod["metadata"].get(DELETED):
            yield pod, [pod]


def _why_pod_unready(pod: KubeObject) -> str | None:
    phase = (pod.get("status") or {}).get("phase", "unknown")
    return None if phase == "Succeeded" or is_ready(pod) else f"phase {phase}"


def _why_daemons_unready(status: KubeObject) -> str | None:
    wanted = status.get("desiredNumberScheduled", 0)
    updated, ready = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    return None if updated >= wanted <= ready else f"{ready} of {wanted} pods are ready"


def _why_replicas_unready(workload: KubeObject) -> str | None:
    """Of a Deployment or a StatefulSet."""
    status, wanted = workload["status"], workload["spec"].get("replicas", 1)
    is_deployment = workload["kind"] == "Deployment"
    updated = status.get("updatedReplicas", 0)
    ready = status.get("availableReplicas" if is_deployment else "readyReplicas", 0)
    is_old_left = status.get("replicas", 0) > wanted
    if not is_deployment:
        if keeps_old_pods(workload):
            updated = wanted
        else:
            is_old_left |= status.get("currentRevision") != status.get("updateRevision")
    if updated < wanted or ready < wanted:
        return f"{min(updated, ready)} of {wanted} pods are ready"
    return "old pods still serve" if is_old_left else None


def keeps_old_pods(stateful_set: KubeObject) -> bool:
    """The chart replaces pods in its own time."""
    strategy = stateful_set["spec"].get("updateStrategy") or {}
    is_partial = bool((strategy.get("rollingUpdate") or {}).get("partition"))
    return is_partial or strategy.get("type") == "OnDelete"


def _why_undecided(workload: KubeObject, pods: list[KubeObject]) -> str | None:
    return jobs.why_undecided(workload, pods) if workload["kind"] == "Job" else None


def _is_of_job(workload: KubeObject) -> bool:
    """Whether success will be its proof."""
    return workload["kind"] == "Job" and jobs.has_to_end(workload)


def _is_over(pod: KubeObject) -> bool:
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def _unready(workload: KubeObject, name: str, reason: str) -> Problem:
    if _is_of_job(workload):
        # Its own time limit ends it; nothing but the job is at fault.
        said = f"the {jobs.title(workload)} has not ended: {reason}"
        return Problem(f"{name}/unready", said, error=RolloutFailedError)
    return Problem(f"{name}/unready", f"{name} is not ready: {reason}", error=PhaseTimeoutError)


def _refusals(workload: KubeObject, snapshot: Snapshot) -> list[Problem]:
    """Pods that Kubernetes does not let in: quota, Pod Security, limits. The pods do not exist, so their controller's
    events and conditions are all there is."""
    said = _replica_failure(workload) or _creation_failure(workload, snapshot)
    if not said:
        return []
    name = f"{workload['kind']} {workload['metadata']['name']}"
    patience = next(
        (seconds for sign, seconds in _REFUSED_PATIENCE.items() if sign in said),
        _OTHER_REFUSAL_PATIENCE,
    )
    is_quota = "exceeded quota" in said
    hint = "Ask for less, or let an operator raise the project's quota." if is_quota else ""
    text = f"{name}: Kubernetes refuses its pods: {said}"
    return [Problem(f"{name}/refused", text, patience=patience, hint=hint)]


def _replica_failure(workload: KubeObject) -> str:
    for condition in (workload.get("status") or {}).get("conditions") or ():
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            return str(condition.get("message") or "")
    return ""


def _creation_failure(workload: KubeObject, snapshot: Snapshot) -> str:
    """The last word of the controller about creating pods, when it is a failure."""
    creations = [
        event
        for event in snapshot.events_of(workload["metadata"]["uid"])
        if event.get("reason") in ("FailedCreate", "SuccessfulCreate")
    ]
    if not creations or creations[-1]["reason"] != "FailedCreate":
        return ""
    return str(creations[-1].get("message") or "")


def _revision(replica_set: KubeObject) -> int:
    annotations = replica_set["metadata"].get("annotations") or {}
    return int(annotations.get(_REVISION, 0))
