"""Whether a Job has done its work, and how it ended; pure.

Jobs of Catalyst's own chart carry their revision: a stage is not over before they have succeeded. Other charts' may run
as long as the environment, so that having begun is enough.
"""

from collections.abc import Sequence
from datetime import datetime

from activities.cluster.rollout.problem import Problem
from activities.kube import KubeObject
from workflows import naming
from workflows.errors import CatalystError, ClusterError, RolloutFailedError
from workflows.models import JobOutcome

_DEADLINE = "DeadlineExceeded"
_LONGER = "Look for what it waits for, or give the job more time."
_MORE_MEMORY = "Raise `resources.limits.memory` of the job, or use less."


def has_to_end(job: KubeObject) -> bool:
    return naming.REVISION_LABEL in (job["metadata"].get("labels") or {})


def title(job: KubeObject) -> str:
    """As people know it."""
    return f"job `{_name(job)}`"


def why_unready(job: KubeObject) -> str | None:
    """None when it has done what is asked of it."""
    status = job.get("status") or {}
    if has_failed(job):
        return "it failed"
    if job["spec"].get("suspend"):
        return None
    if has_to_end(job):
        begun = "it runs" if status.get("ready") else "it has not begun"
        return None if _has(job, "Complete") else begun
    return None if status.get("succeeded") or status.get("ready") else "it has not begun"


def why_undecided(job: KubeObject, pods: Sequence[KubeObject]) -> str | None:
    """A pod that has ended already, while Kubernetes has not yet said what that means for its Job."""
    if (job.get("status") or {}).get("succeeded"):
        return None
    return "its pod has ended" if any(_ended(pod) for pod in pods) else None


def has_failed(job: KubeObject) -> bool:
    return _has(job, "Failed")


def failure(job: KubeObject, pods: Sequence[KubeObject]) -> Problem:
    """Why it failed. `pods` are all of the Job, those on their way out included."""
    pods = sorted(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))
    last = pods[-1] if pods else None
    said, hint, error = _cause(job, last)
    return Problem(
        f"{job['metadata']['name']}/failed",
        f"the {title(job)} {said}" + (f" (pod {last['metadata']['name']})" if last else ""),
        patience=0.0,
        error=error,
        hint=hint,
        pod=last["metadata"]["name"] if last else "",
        container=last["spec"]["containers"][0]["name"] if last else "",
    )


def missing(name: str) -> Problem:
    """A Job that should be there: somebody deleted it, and nobody knows how far it came."""
    return Problem(f"{name}/missing", f"the job `{name}` is gone", patience=10.0)


def outcome(job: KubeObject, revision: str) -> JobOutcome:
    """How one ended that has succeeded, for the revision of that short hash."""
    if job["metadata"]["labels"].get(naming.REVISION_LABEL) != revision:
        return JobOutcome(name=_name(job), is_earlier=True)
    status = job.get("status") or {}
    begun, ended = status.get("startTime"), status.get("completionTime")
    if not begun or not ended:
        return JobOutcome(name=_name(job))
    # Kubernetes tells whole seconds.
    took = datetime.fromisoformat(ended) - datetime.fromisoformat(begun)
    return JobOutcome(name=_name(job), seconds=max(1, round(took.total_seconds())))


def _cause(job: KubeObject, pod: KubeObject | None) -> tuple[str, str, type[CatalystError]]:
    """What is said, what can be done about it, and whose fault it is."""
    status = (pod or {}).get("status") or {}
    if pod is not None and _has(pod, "DisruptionTarget"):
        return f"was ended by the cluster: {_said(status)}", "", ClusterError
    if status.get("reason") == _DEADLINE or _condition(job, "Failed").get("reason") == _DEADLINE:
        seconds = (pod or {}).get("spec", {}).get("activeDeadlineSeconds")
        seconds = seconds or job["spec"].get("activeDeadlineSeconds", 0)
        return f"did not end within {seconds} s", _LONGER, RolloutFailedError
    ended = _ended(pod) if pod is not None else {}
    code = ended.get("exitCode")
    if ended.get("reason") == "OOMKilled":
        limits = pod["spec"]["containers"][0].get("resources", {}).get("limits", {}) if pod else {}
        limit = limits.get("memory", "none set")
        text = f"was killed for using more than its memory limit ({limit}; exit code {code})"
        return text, _MORE_MEMORY, RolloutFailedError
    if ended.get("reason") == "StartError":
        return f"cannot be started: {ended.get('message', '')}", "", RolloutFailedError
    if code is not None:
        return f"ended with exit code {code}", "", RolloutFailedError
    said = _said(status) or _said(_condition(job, "Failed"))
    return f"failed: {said}" if said else "failed", "", RolloutFailedError


def _name(job: KubeObject) -> str:
    """By its component, else its own."""
    labels = job["metadata"].get("labels") or {}
    return str(labels.get(naming.PART_LABEL) or job["metadata"]["name"])


def _ended(pod: KubeObject) -> KubeObject:
    """How its first container that has ended did; empty while all run."""
    for one in (pod.get("status") or {}).get("containerStatuses") or ():
        found: KubeObject = (one.get("state") or {}).get("terminated") or {}
        if found:
            return found
    return {}


def _said(found: KubeObject) -> str:
    return ": ".join(str(found[key]) for key in ("reason", "message") if found.get(key))


def _has(item: KubeObject, kind: str) -> bool:
    return _condition(item, kind).get("status") == "True"


def _condition(item: KubeObject, kind: str) -> KubeObject:
    for condition in (item.get("status") or {}).get("conditions") or ():
        if condition["type"] == kind:
            found: KubeObject = condition
            return found
    return {}
