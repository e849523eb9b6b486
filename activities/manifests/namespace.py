"""The namespace, whose it is, and how much may run in it (FR-001, FR-010, ENV-021)."""

from typing import Final

from activities.kube import KubeObject
from workflows import naming
from workflows.models import EnvironmentRef, PullRequestRef, Quota
from workflows.models.messages import EnvironmentNamespace

POD_SECURITY_VERSION: Final = "v1.34"
"""Pinned, so that an upgrade of the cluster does not refuse tomorrow what ran today; a release moves it."""

INSTALLATION_ANNOTATION: Final = f"{naming.DOMAIN}/installation"
REPOSITORY_ID_ANNOTATION: Final = f"{naming.DOMAIN}/repository-id"
REPOSITORY_ANNOTATION: Final = f"{naming.DOMAIN}/repository"
"""An annotation, since `owner/name` is no label value."""
PULL_REQUEST_ANNOTATION: Final = f"{naming.DOMAIN}/pull-request"

QUOTA_NAME: Final = "catalyst"
PRIORITY_QUOTA_NAME: Final = "catalyst-priority"
LIMITS_NAME: Final = "catalyst"

_OWNERSHIP = (
    naming.MANAGED_BY_LABEL,
    naming.TEAM_LABEL,
    naming.PROJECT_LABEL,
    naming.ENVIRONMENT_LABEL,
)


def labels_of(ref: EnvironmentRef, branch: str) -> dict[str, str]:
    """What every object of an environment carries; always valid label values."""
    return {
        naming.MANAGED_BY_LABEL: naming.MANAGED_BY,
        naming.TEAM_LABEL: ref.team,
        naming.PROJECT_LABEL: ref.project,
        naming.ENVIRONMENT_LABEL: ref.environment,
        naming.BRANCH_LABEL: naming.label_value(branch),
    }


def is_owned_by(namespace: KubeObject, ref: EnvironmentRef) -> bool:
    """Whether the labels say that this namespace is that environment's. A name proves nothing."""
    found = namespace["metadata"].get("labels") or {}
    wanted = labels_of(ref, "")
    return all(found.get(label) == wanted[label] for label in _OWNERSHIP)


def make_namespace(ref: EnvironmentRef, pull_request: PullRequestRef, branch: str) -> KubeObject:
    """A namespace that refuses pods reaching for the node, and says which pull request it belongs to."""
    mode = "pod-security.kubernetes.io/"
    security = {
        f"{mode}enforce": "baseline",
        f"{mode}enforce-version": POD_SECURITY_VERSION,
        f"{mode}warn": "restricted",
        f"{mode}warn-version": POD_SECURITY_VERSION,
        f"{mode}audit": "restricted",
        f"{mode}audit-version": POD_SECURITY_VERSION,
    }
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": ref.namespace,
            "labels": {**labels_of(ref, branch), **security},
            "annotations": {
                INSTALLATION_ANNOTATION: str(pull_request.installation),
                REPOSITORY_ID_ANNOTATION: str(pull_request.repository_id),
                REPOSITORY_ANNOTATION: pull_request.repository,
                PULL_REQUEST_ANNOTATION: str(pull_request.number),
            },
        },
    }


def make_restricted_namespace(name: str) -> KubeObject:
    """One of Catalyst's own, for pods that need no right at all."""
    mode = "pod-security.kubernetes.io/"
    labels = {
        naming.MANAGED_BY_LABEL: naming.MANAGED_BY,
        f"{mode}enforce": "restricted",
        f"{mode}enforce-version": POD_SECURITY_VERSION,
    }
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": labels},
    }


def read_namespace(namespace: KubeObject) -> EnvironmentNamespace:
    """The reverse of `make_namespace`. Raises ValueError when a label or annotation of ours is missing or wrong."""
    metadata = namespace["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    try:
        ref = EnvironmentRef(
            team=labels[naming.TEAM_LABEL],
            project=labels[naming.PROJECT_LABEL],
            environment=labels[naming.ENVIRONMENT_LABEL],
            namespace=metadata["name"],
        )
        pull_request = PullRequestRef(
            installation=int(annotations[INSTALLATION_ANNOTATION]),
            repository_id=int(annotations[REPOSITORY_ID_ANNOTATION]),
            repository=annotations[REPOSITORY_ANNOTATION],
            number=int(annotations[PULL_REQUEST_ANNOTATION]),
        )
    except KeyError as error:
        raise ValueError(f"namespace {metadata['name']} lacks {error.args[0]}") from error
    return EnvironmentNamespace(
        ref=ref,
        pull_request=pull_request,
        uid=metadata["uid"],
        is_terminating=is_terminating(namespace),
    )


def is_terminating(namespace: KubeObject) -> bool:
    return bool(namespace["metadata"].get("deletionTimestamp"))


def make_resource_quota(ref: EnvironmentRef, branch: str, quota: Quota) -> KubeObject:
    """Caps on CPU, memory, storage and pods; no ports on the nodes and no cloud load balancers (FR-010)."""
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": _metadata(ref, branch, QUOTA_NAME),
        "spec": {
            "hard": {
                "requests.cpu": quota.cpu,
                "limits.cpu": quota.cpu,
                "requests.memory": quota.memory,
                "limits.memory": quota.memory,
                "requests.storage": quota.storage,
                "pods": str(quota.pods),
                # Both open a way in beside the ingress, and the second one costs money.
                "services.nodeports": "0",
                "services.loadbalancers": "0",
            }
        },
    }


def make_priority_quota(ref: EnvironmentRef, branch: str) -> KubeObject:
    """No pod of the classes for which Kubernetes would evict others, which every namespace may use otherwise (FR-010).

    https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-per-priorityclass
    """
    classes = ["system-cluster-critical", "system-node-critical"]
    selector = {"scopeName": "PriorityClass", "operator": "In", "values": classes}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": _metadata(ref, branch, PRIORITY_QUOTA_NAME),
        "spec": {
            "hard": {"pods": "0"},
            "scopeSelector": {"matchExpressions": [selector]},
        },
    }


def make_limit_range(ref: EnvironmentRef, branch: str, quota: Quota) -> KubeObject:
    """Defaults for containers that say nothing: with a quota, Kubernetes would refuse them."""
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": _metadata(ref, branch, LIMITS_NAME),
        "spec": {
            "limits": [
                {
                    "type": "Container",
                    "default": {"cpu": quota.default_cpu, "memory": quota.default_memory},
                    "defaultRequest": {
                        "cpu": quota.default_cpu_request,
                        "memory": quota.default_memory_request,
                    },
                }
            ]
        },
    }


def _metadata(ref: EnvironmentRef, branch: str, name: str) -> KubeObject:
    return {"name": name, "namespace": ref.namespace, "labels": labels_of(ref, branch)}
