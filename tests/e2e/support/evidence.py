"""What a failed test shows: pods with their events and logs, workflow histories, the comment."""

from collections.abc import AsyncIterator
from typing import Any

from temporalio.client import Client

from tests.e2e.support.cluster import Cluster
from tests.e2e.support.history import describe_history
from workflows import naming

_TAIL = 30


async def describe_namespace(cluster: Cluster, namespace: str, *, selector: str = "") -> list[str]:
    """Return pods with their states and logs, and the namespace's events."""
    lines = [f"--- namespace {namespace}"]
    for pod in await cluster.pods(namespace, selector=selector):
        name = pod["metadata"]["name"]
        lines.append(f"pod {name}: {pod['status'].get('phase')}")
        for kind in ("initContainerStatuses", "containerStatuses"):
            for status in pod["status"].get(kind) or []:
                lines += [each async for each in _describe_container(cluster, pod, status)]
    for event in await cluster.items(f"/api/v1/namespaces/{namespace}/events"):
        subject = event["involvedObject"]
        lines.append(
            f"event {event.get('lastTimestamp') or event.get('eventTime')} {subject.get('kind')}/"
            f"{subject.get('name')} {event.get('reason')}: {event.get('message')}"
        )
    return lines


async def describe_workflows(client: Client, project: str, environment: str) -> list[str]:
    """Return the histories of the entity and of its revisions and removals."""
    entity = naming.environment_workflow_id(project, environment)
    query = " OR ".join(
        f'WorkflowId STARTS_WITH "{prefix}:{project}:{environment}"'
        for prefix in ("env", "rev", "down")
    )
    ids = [entity]
    async for found in client.list_workflows(query, limit=20):
        if found.id not in ids:
            ids.append(found.id)
    lines = []
    for workflow_id in ids:
        lines.append(f"--- workflow {workflow_id}")
        lines += await describe_history(client, workflow_id)
    return lines


async def _describe_container(
    cluster: Cluster, pod: dict[str, Any], status: dict[str, Any]
) -> AsyncIterator[str]:
    name = status["name"]
    yield f"  {name}: {status['state']}, {status['restartCount']} restarts"
    if status["restartCount"]:
        async for line in _log(cluster, pod, name, is_previous=True):
            yield f"    before | {line}"
    async for line in _log(cluster, pod, name):
        yield f"    | {line}"


async def _log(
    cluster: Cluster, pod: dict[str, Any], container: str, *, is_previous: bool = False
) -> AsyncIterator[str]:
    metadata = pod["metadata"]
    try:
        text = await cluster.logs(
            metadata["namespace"],
            metadata["name"],
            container,
            tail=_TAIL,
            is_previous=is_previous,
        )
    except Exception as error:  # noqa: BLE001  (evidence is gathered as far as it goes)
        text = f"no log: {error}"
    for line in text.splitlines():
        yield line
