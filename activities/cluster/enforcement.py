"""Finds out whether the cluster enforces network policies at all: some network plugins accept them and do nothing
(FR-013).

A pod that may reach nothing tries to reach the Kubernetes API, which listens in every cluster. It gets a few
seconds, since policies reach a new pod a moment after its start. The answer is kept as an annotation, so that
all workers ask once a day together.
"""

import asyncio
import contextlib
import secrets
import time
from datetime import UTC, datetime, timedelta

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.cluster.config import ClusterConfig
from activities.kube import KubeObject
from activities.manifests.namespace import make_restricted_namespace
from workflows import naming
from workflows.errors import ClusterError

NAMESPACE = "catalyst-policy-check"
ANSWER = f"{naming.DOMAIN}/policies-enforced"
ASKED_AT = f"{naming.DOMAIN}/policies-checked-at"
WARNING = "This cluster does not enforce network policies: previews can reach each other and everything else."
_VALID_FOR = timedelta(days=1)
_CONTAINER = "probe"
_LIMIT = 25.0
"""Seconds for the whole check. Without an answer in time there is no warning, and the next environment asks again."""
_POLL = 0.25
_TRIES = 20
"""Half a second apart: enforcers need up to a few seconds for a new pod."""
_BLOCKED, _REACHED = 3, 7
"""Exit codes that no shell gives by itself in this script."""
_SCRIPT = f"""
command -v timeout seq >/dev/null || exit 2
for attempt in $(seq {_TRIES}); do
  if ! timeout 1 bash -c 'exec 3<>/dev/tcp/$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT'; then
    exit {_BLOCKED}
  fi
  sleep 0.5
done
exit {_REACHED}
"""


class Enforcement:
    """Asks once, remembers in this process and in the cluster."""

    def __init__(self, api: ApiClient, config: ClusterConfig) -> None:
        self._api = api
        self._image = config.probe_image
        self._lock = asyncio.Lock()
        self._is_enforced: bool | None = None
        self._asked_at = datetime.min.replace(tzinfo=UTC)

    async def warnings(self) -> tuple[str, ...]:
        """One warning when the cluster was seen not to enforce policies; never a failure."""
        if not self._image:
            return ()
        async with self._lock:
            if datetime.now(UTC) - self._asked_at > _VALID_FOR:
                try:
                    async with asyncio.timeout(_LIMIT):
                        await self._ask()
                except (ClusterError, TimeoutError) as error:
                    activity.logger.warning("cannot tell whether policies are enforced: %s", error)
                    # Not known, and not worth the same wait for every environment.
                    self._asked_at = datetime.now(UTC) - _VALID_FOR + timedelta(minutes=10)
        return (WARNING,) if self._is_enforced is False else ()

    async def _ask(self) -> None:
        namespace = await kube.apply(self._api, make_restricted_namespace(NAMESPACE))
        annotations = namespace["metadata"].get("annotations") or {}
        asked_at = _parse(annotations.get(ASKED_AT, ""))
        if datetime.now(UTC) - asked_at > _VALID_FOR:
            is_enforced = await self._probe()
            asked_at = datetime.now(UTC)
            await self._remember(is_enforced=is_enforced, at=asked_at)
            self._is_enforced = is_enforced
        else:
            self._is_enforced = annotations.get(ANSWER) == "true"
        self._asked_at = asked_at

    async def _probe(self) -> bool:
        await kube.apply(self._api, make_policy())
        pods = kube.collection_path("v1", "Pod", NAMESPACE)
        await self._delete_forgotten(pods)
        # A name of its own: another worker may ask at the same time.
        pod = f"probe-{secrets.token_hex(4)}"
        try:
            await self._create_pod(pods, pod)
            code = await self._exit_code(f"{pods}/{pod}")
        finally:
            await asyncio.shield(self._delete_pod(f"{pods}/{pod}"))
        if code not in (_BLOCKED, _REACHED):
            raise ClusterError(f"the pod that asks ended with exit code {code}")
        return code == _BLOCKED

    async def _create_pod(self, pods: str, name: str) -> None:
        while True:  # bounded by the whole check's limit
            try:
                await kube.request(self._api, "POST", pods, body=_make_pod(name, self._image))
            except kube.ForbiddenError:
                # A new namespace gets its default ServiceAccount a moment later.
                await asyncio.sleep(_POLL)
            else:
                return

    async def _exit_code(self, path: str) -> int:
        deadline = time.monotonic() + _LIMIT
        while time.monotonic() < deadline:
            pod = await kube.request(self._api, "GET", path)
            for status in pod["status"].get("containerStatuses") or ():
                if (ended := status["state"].get("terminated")) is not None:
                    return int(ended["exitCode"])
            await asyncio.sleep(_POLL)
        raise ClusterError("the pod that asks did not end")

    async def _delete_pod(self, path: str) -> None:
        with contextlib.suppress(kube.NotFoundError):
            query = [("gracePeriodSeconds", "0")]
            await kube.request(self._api, "DELETE", path, query=query)

    async def _delete_forgotten(self, pods: str) -> None:
        """Those of workers that were killed while they asked."""
        listed = await kube.request(self._api, "GET", pods)
        for pod in listed["items"]:
            age = datetime.now(UTC) - _parse(pod["metadata"]["creationTimestamp"])
            if age.total_seconds() > 2 * _LIMIT:
                await self._delete_pod(f"{pods}/{pod['metadata']['name']}")

    async def _remember(self, *, is_enforced: bool, at: datetime) -> None:
        wanted = make_restricted_namespace(NAMESPACE)
        wanted["metadata"]["annotations"] = {
            ANSWER: str(is_enforced).lower(),
            ASKED_AT: at.isoformat(),
        }
        await kube.apply(self._api, wanted, field_manager=f"{naming.FIELD_MANAGER}-policy-check")


def make_policy() -> KubeObject:
    """Nothing may go in or out."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": "nothing",
            "namespace": NAMESPACE,
            "labels": {naming.MANAGED_BY_LABEL: naming.MANAGED_BY},
        },
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def _make_pod(name: str, image: str) -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {naming.MANAGED_BY_LABEL: naming.MANAGED_BY}},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "activeDeadlineSeconds": int(_LIMIT),
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": _CONTAINER,
                    "image": image,
                    "command": ["bash", "-c", _SCRIPT],
                    "resources": {
                        "requests": {"cpu": "10m", "memory": "16Mi"},
                        "limits": {"memory": "64Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
