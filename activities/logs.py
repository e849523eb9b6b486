"""What containers wrote, straight from the cluster, for pages and for failures (FR-006).

Three answers that must not look alike (invariant 10): the namespace or container is missing, the cluster cannot
be reached (`ClusterError`), and the container has written nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject, Query
from workflows.errors import GoneError

MAX_BYTES = 4 * 1024 * 1024
"""Of one container's log in one answer; lines can be long."""


class LogsMissingError(GoneError):
    """There is no such namespace, pod or container, or it has not run yet; the message says which."""


@dataclass(frozen=True)
class ContainerRef:
    """One container of one pod, as a page lists them."""

    pod: str
    container: str
    is_init: bool = False
    state: str = ""
    """`running`, `waiting: ImagePullBackOff`, `terminated: Error (exit code 1)`, or `not started`."""
    restarts: int = 0
    has_started: bool = False
    """Whether there is anything to read."""
    has_previous: bool = False
    """Whether an earlier run of it ended, whose log can be read with `previous`."""


class PodLogs:
    """Lists containers and reads their logs."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def containers(self, namespace: str, selector: str = "") -> tuple[ContainerRef, ...]:
        """Every container of every pod with those labels, init containers first; empty when there are no pods.

        Raises LogsMissingError when there is no such namespace, ClusterError when the cluster cannot be asked.
        """
        try:
            await kube.request(self._api, "GET", f"/api/v1/namespaces/{namespace}")
        except kube.NotFoundError:
            raise LogsMissingError(f"there is no namespace {namespace}") from None
        path = kube.collection_path("v1", "Pod", namespace)
        query = [("labelSelector", selector)] if selector else []
        pods = (await kube.request(self._api, "GET", path, query=query))["items"]
        return tuple(ref for pod in pods for ref in containers_of(pod))

    async def lines(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        tail: int = 200,
        since: datetime | None = None,
        timestamps: bool = False,
        previous: bool = False,
    ) -> tuple[str, ...]:
        """The last `tail` lines, not masked; empty when the container ran and wrote nothing.

        Raises LogsMissingError, ClusterError.
        """
        query: list[tuple[str, str]] = [
            ("container", container),
            ("tailLines", str(tail)),
            ("limitBytes", str(MAX_BYTES)),
        ]
        if since is not None:
            query.append(("sinceTime", since.strftime("%Y-%m-%dT%H:%M:%SZ")))
        query += [("timestamps", "true")] if timestamps else []
        query += [("previous", "true")] if previous else []
        text = await self._text(namespace, pod, container, query)
        return tuple(text.splitlines())

    async def _text(self, namespace: str, pod: str, container: str, query: Query) -> str:
        path = f"{kube.collection_path('v1', 'Pod', namespace)}/{pod}/log"
        try:
            return await kube.read_text(self._api, path, query=query)
        except kube.NotFoundError:
            raise LogsMissingError(f"there is no pod {pod} in {namespace}") from None
        except kube.InvalidError as error:
            # 400 for a container that is unknown, or was not started, or has no earlier run.
            raise LogsMissingError(f"container {container} of pod {pod}: {error}") from None


def containers_of(pod: KubeObject) -> tuple[ContainerRef, ...]:
    """The containers of a pod as its status describes them."""
    spec, status = pod["spec"], pod.get("status") or {}
    found = []
    for field, statuses, is_init in (
        ("initContainers", "initContainerStatuses", True),
        ("containers", "containerStatuses", False),
    ):
        by_name = {one["name"]: one for one in status.get(statuses) or ()}
        for container in spec.get(field) or ():
            one = by_name.get(container["name"], {})
            state, last = one.get("state") or {}, one.get("lastState") or {}
            found.append(
                ContainerRef(
                    pod=pod["metadata"]["name"],
                    container=container["name"],
                    is_init=is_init,
                    state=describe_state(state),
                    restarts=one.get("restartCount", 0),
                    has_started="running" in state or "terminated" in state or "terminated" in last,
                    has_previous="terminated" in last,
                )
            )
    return tuple(found)


def describe_state(state: KubeObject) -> str:
    """A container's state in a few words."""
    if "running" in state:
        return "running"
    if ended := state.get("terminated"):
        reason = ended.get("reason") or "ended"
        return f"terminated: {reason} (exit code {ended.get('exitCode', 0)})"
    if "waiting" in state:
        return f"waiting: {state['waiting'].get('reason') or 'no reason given'}"
    return "not started"
