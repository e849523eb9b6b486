"""Running an image in the cluster as previews run: as a user without rights, in a namespace that asks for it."""

from typing import Any

from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually

_RIGHTS = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
_CHECK = (
    'test "$(id -u)" = 10001 && test -n "$(id -un)" && mkdir -p "$HOME/.cache/x" "$HOME/.config" '
    '&& touch "$HOME/x" "$HOME/.cache/x/y" && ! touch /etc/x 2>/dev/null'
)
"""It has a name and a home of its own, and nothing else is its to change."""


async def make_restricted(cluster: Cluster, namespace: str) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    metadata = {"name": namespace, "labels": labels}
    await cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


async def run_image(
    cluster: Cluster, namespace: str, image: str, port: int, *, path: str = "/"
) -> None:
    """Returns when the image's own command answers on its port; its user was looked at before."""
    container = {"image": image, "securityContext": _RIGHTS}
    probe = {"httpGet": {"path": path, "port": port}, "periodSeconds": 1}
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "image", "namespace": namespace},
        "spec": {
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "initContainers": [{**container, "name": "user", "command": ["sh", "-c", _CHECK]}],
            "containers": [{**container, "name": "app", "readinessProbe": probe}],
        },
    }
    await cluster.apply(pod)

    async def is_ready() -> bool:
        found = await cluster.get(f"/api/v1/namespaces/{namespace}/pods/image") or {}
        status = found.get("status") or {}
        conditions = status.get("conditions") or ()
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    await eventually(is_ready, within=120, what="the image's own command answers")


async def page_of(cluster: Cluster, namespace: str, port: int) -> str:
    """What it serves, asked through the API server."""
    path = f"/api/v1/namespaces/{namespace}/pods/image:{port}/proxy/"
    answer = await cluster.api.call_api(
        *await cluster.api.param_serialize("GET", path, auth_settings=["BearerToken"])
    )
    return str((await answer.read()).decode())
