"""The identities of an environment and what they may do: workloads of its own namespace. RBAC cannot deny, so everything
allowed is listed.

One installs a user's chart (section 4 of the architecture); the other is whoever works in an environment in development
mode (ENV-026).
"""

from typing import Final

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from workflows import naming
from workflows.models import EnvironmentRef

_WRITE: Final = ["get", "list", "watch", "create", "update", "patch", "delete"]
_READ: Final = ["get", "list", "watch"]

_RULES: Final[list[KubeObject]] = [
    {
        "apiGroups": [""],
        # Secrets and ConfigMaps also hold Helm's own records of releases.
        "resources": [
            "configmaps",
            "persistentvolumeclaims",
            "pods",
            "secrets",
            "serviceaccounts",
            "services",
        ],
        "verbs": _WRITE,
    },
    {"apiGroups": [""], "resources": ["events", "pods/log"], "verbs": _READ},
    {
        "apiGroups": ["apps"],
        "resources": ["daemonsets", "deployments", "statefulsets"],
        "verbs": _WRITE,
    },
    # `helm --wait` reads them to judge a Deployment.
    {
        "apiGroups": ["apps"],
        "resources": ["controllerrevisions", "replicasets"],
        "verbs": _READ,
    },
    {"apiGroups": ["batch"], "resources": ["cronjobs", "jobs"], "verbs": _WRITE},
    {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": _WRITE},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": _WRITE},
]
"""Not here on purpose: quota, limits, network policies, RBAC, namespaces, tokens, exec, and everything that claims a
host name (Ingress, HTTPRoute): an environment answers under its own name only, and Catalyst makes that route."""


_BY_HAND: Final[list[KubeObject]] = [
    {
        "apiGroups": [""],
        "resources": ["pods/exec", "pods/attach", "pods/portforward"],
        "verbs": ["get", "create"],
    },
    {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {
        "apiGroups": ["apps"],
        "resources": ["deployments/scale", "statefulsets/scale"],
        "verbs": ["get", "update", "patch"],
    },
    {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["delete"]},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": _READ},
]
"""What people do besides what charts ask for; what is left out above is left out here."""


def make_owner(ref: EnvironmentRef, branch: str) -> tuple[KubeObject, ...]:
    """The ServiceAccount of whoever works in the environment, and its rights; nothing outside the namespace (ENV-026).

    Tokens of it are made by whoever may. Charts and manifests with pods that run as it are refused; whoever holds one of
    its tokens could start such pods, and gets no more by it than they have.
    """
    name = naming.OWNER_SERVICE_ACCOUNT
    return (
        _service_account(ref, branch, name),
        _role(ref, branch, name, [*_RULES, *_BY_HAND]),
        _role_binding(ref, branch, name),
    )


def make_helm_service_account(ref: EnvironmentRef, branch: str) -> KubeObject:
    """Helm uses short-lived tokens of it; charts and manifests with pods that run as it are refused."""
    return _service_account(ref, branch, naming.HELM_SERVICE_ACCOUNT)


def make_default_service_account(ref: EnvironmentRef, branch: str) -> KubeObject:
    """Kubernetes makes it too; ours adds that pods get no token they did not ask for."""
    return _service_account(ref, branch, "default")


def make_helm_role(ref: EnvironmentRef, branch: str) -> KubeObject:
    """Enumerated verbs over workloads of this one namespace."""
    return _role(ref, branch, naming.HELM_SERVICE_ACCOUNT, _RULES)


def helm_may(verb: str, resource: str, group: str) -> bool:
    """Whether that role allows it, in its own namespace."""
    return any(
        verb in rule["verbs"] and resource in rule["resources"] and group in rule["apiGroups"]
        for rule in _RULES
    )


def make_helm_role_binding(ref: EnvironmentRef, branch: str) -> KubeObject:
    return _role_binding(ref, branch, naming.HELM_SERVICE_ACCOUNT)


def _role(ref: EnvironmentRef, branch: str, name: str, rules: list[KubeObject]) -> KubeObject:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": _metadata(ref, branch, name),
        "rules": rules,
    }


def _role_binding(ref: EnvironmentRef, branch: str, name: str) -> KubeObject:
    """Role and ServiceAccount of that name."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": _metadata(ref, branch, name),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": ref.namespace}],
    }


def _service_account(ref: EnvironmentRef, branch: str, name: str) -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(ref, branch, name),
        "automountServiceAccountToken": False,
    }


def _metadata(ref: EnvironmentRef, branch: str, name: str) -> KubeObject:
    return {"name": name, "namespace": ref.namespace, "labels": labels_of(ref, branch)}
