"""What a person needs to see of a failure: the last warnings and the last lines, masked (FR-009)."""

from collections.abc import Iterable

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.rollout.problem import Problem
from activities.known_secrets import KnownSecrets
from activities.kube import KubeObject
from activities.logs import LogsMissingError, PodLogs
from workflows.errors import ClusterError

LOG_LINES = 25
"""Of the 40 that travel with a failure; the rest is for events."""
EVENT_LINES = 6
_FULL = "no space left on device"
"""What C libraries, and so nearly all programs, say of ENOSPC."""
_FULL_HINT = (
    "A volume is full: free some of it from a shell, or throw the service's data away (its reset is on the environment's page). "
    "How much a new volume holds is `size` of the service in `.catalyst.yaml`, or of `x-catalyst` in a compose file."
)


class Evidence:
    """Collects it; what cannot be had is said, and never hides the failure itself."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._logs = PodLogs(api)

    async def of(self, namespace: str, problem: Problem, known: KnownSecrets) -> tuple[str, ...]:
        """Warnings about the pod, then the container's last lines, without the secrets that are known and masked."""
        return known.shown(await self.lines_of(namespace, problem))

    async def lines_of(self, namespace: str, problem: Problem) -> list[str]:
        """The same, not masked yet."""
        lines = await self.warnings(namespace, problem.pod) if problem.pod else []
        if problem.container:
            lines += await self.last_lines(
                namespace, problem.pod, problem.container, is_previous=problem.is_previous
            )
        return lines

    async def last_lines(
        self, namespace: str, pod: str, container: str, *, is_previous: bool = False
    ) -> list[str]:
        """Not masked yet, and with the environment's secrets if the program printed them: see `KnownSecrets`."""
        try:
            lines = await self._logs.lines(
                namespace, pod, container, tail=LOG_LINES, previous=is_previous
            )
            if not lines and is_previous:
                lines = await self._logs.lines(namespace, pod, container, tail=LOG_LINES)
        except LogsMissingError:
            return [f"({container} has no log)"]
        except ClusterError as error:
            return [f"(the log of {container} could not be read: {error})"]
        return list(lines) or [f"({container} has written nothing)"]

    async def warnings(self, namespace: str, pod: str) -> list[str]:
        """Warning events about a pod, oldest first, each once; not masked either: they quote answers to probes."""
        path = kube.collection_path("v1", "Event", namespace)
        query = [("fieldSelector", f"involvedObject.name={pod},type=Warning")]
        try:
            events = (await kube.request(self._api, "GET", path, query=query))["items"]
        except ClusterError as error:
            return [f"(events could not be read: {error})"]
        return list(dict.fromkeys(map(describe_event, events)))[-EVENT_LINES:]


def hint_of(lines: Iterable[str]) -> str:
    """What to do about something that only a program's own words tell; empty where they tell nothing known."""
    return _FULL_HINT if any(_FULL in line.lower() for line in lines) else ""


def describe_event(event: KubeObject) -> str:
    """One line: reason, message, how often."""
    count = event.get("count") or 1
    times = f" ({count} times)" if count > 1 else ""
    return f"{event.get('reason', 'Event')}: {event.get('message', '')}{times}"
