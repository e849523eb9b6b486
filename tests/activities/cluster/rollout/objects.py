"""Kubernetes objects as the API answers them, as small as the judgement needs."""

from typing import Any

KubeObject = dict[str, Any]
READY = [{"type": "Ready", "status": "True"}]
RELEASE = {"meta.helm.sh/release-name": "shop"}


def make_workload(kind: str, status: KubeObject, spec: KubeObject | None = None) -> KubeObject:
    """A workload of the release at generation 2."""
    return {
        "kind": kind,
        "metadata": {"name": "web", "uid": "w", "generation": 2, "annotations": RELEASE},
        "spec": {"replicas": 1, **(spec or {})},
        "status": {"observedGeneration": 2, **status},
    }


def make_pod(
    *,
    state: KubeObject | None = None,
    last: KubeObject | None = None,
    restarts: int = 0,
    conditions: list[KubeObject] | None = None,
    container: KubeObject | None = None,
    init: list[KubeObject] | None = None,
    init_states: list[KubeObject] | None = None,
    owner: str = "w",
    labels: dict[str, str] | None = None,
    **status: Any,
) -> KubeObject:
    """A pod `web-1` with one container `web`."""
    statuses = [
        {
            "name": "web",
            "restartCount": restarts,
            "state": state or {},
            "lastState": last or {},
            "ready": conditions is READY,
        }
    ]
    inits = [
        {"name": one["name"], "restartCount": 0, "state": found}
        for one, found in zip(init or [], init_states or [], strict=True)
    ]
    return {
        "kind": "Pod",
        "metadata": {
            "name": "web-1",
            "uid": "p",
            "labels": labels or {},
            "ownerReferences": [{"uid": owner}],
        },
        "spec": {
            "containers": [{"name": "web", "image": "shop:1", **(container or {})}],
            "initContainers": init or [],
        },
        "status": {
            "phase": "Pending",
            "conditions": conditions or [],
            "containerStatuses": statuses if state is not None or last is not None else [],
            "initContainerStatuses": inits,
            **status,
        },
    }


def make_event(reason: str, message: str, *, uid: str = "p", at: str = "10:00:00") -> KubeObject:
    return {
        "type": "Warning",
        "reason": reason,
        "message": message,
        "involvedObject": {"uid": uid},
        "lastTimestamp": f"2030-01-01T{at}Z",
        "metadata": {},
    }


def waiting(reason: str, message: str = "") -> KubeObject:
    return {"waiting": {"reason": reason, "message": message}}


def ended(code: int, reason: str = "Error", message: str = "") -> KubeObject:
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


RUNNING: KubeObject = {"running": {"startedAt": "2030-01-01T00:00:00Z"}}
