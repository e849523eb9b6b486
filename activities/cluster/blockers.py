"""What keeps a namespace from going away, in words: kind, name and finalizer (FR-008)."""

import re
from collections.abc import Sequence

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject
from activities.masking import mask
from workflows.errors import ClusterError

_REMAINING = re.compile(r"([a-z0-9.-]+?)\.? has (\d+) resource instances")
"""`pods. has 1 resource instances, widgets.example.com has 2 resource instances`."""
_FAILURES = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
)
_MAX_NAMED = 10
"""Objects of one kind named; nobody reads a hundred."""


async def find_blockers(api: ApiClient, namespace: KubeObject) -> tuple[str, ...]:
    """At least one line for a namespace that still exists."""
    name = namespace["metadata"]["name"]
    conditions = {
        condition["type"]: condition.get("message", "")
        for condition in (namespace.get("status") or {}).get("conditions") or ()
        if condition["status"] == "True"
    }
    lines = [mask(conditions[failure]) for failure in _FAILURES if failure in conditions]
    for resource, count in remaining_resources(conditions.get("NamespaceContentRemaining", "")):
        try:
            lines += describe_objects(await _objects(api, name, resource))
        except ClusterError:
            lines.append(f"{count} {resource}")
    if finalizers := namespace["metadata"].get("finalizers"):
        lines.append(f"Namespace {name}: finalizer {', '.join(finalizers)}")
    return tuple(lines) or (f"Namespace {name} is being removed; Kubernetes names no reason",)


def remaining_resources(message: str) -> list[tuple[str, int]]:
    """`plural.group` (no group: core) and count of each kind that the namespace controller still sees."""
    return [(resource, int(count)) for resource, count in _REMAINING.findall(message)]


def describe_objects(found: Sequence[KubeObject]) -> list[str]:
    """One line an object; `found` are full objects with their kind."""
    lines = []
    for item in found[:_MAX_NAMED]:
        metadata = item["metadata"]
        subject = f"{item['kind']} {metadata['name']}"
        if finalizers := metadata.get("finalizers"):
            lines.append(f"{subject}: finalizer {', '.join(finalizers)}")
        elif metadata.get("deletionTimestamp"):
            seconds = metadata.get("deletionGracePeriodSeconds", 0)
            lines.append(f"{subject}: is ending (grace period {seconds} s)")
        else:
            lines.append(f"{subject}: not yet deleted")
    if len(found) > _MAX_NAMED:
        lines.append(f"and {len(found) - _MAX_NAMED} more of that kind")
    return lines


async def _objects(api: ApiClient, namespace: str, resource: str) -> list[KubeObject]:
    plural, _, group = resource.partition(".")
    root = f"/apis/{group}/{await _version(api, group)}" if group else "/api/v1"
    page = await kube.request(api, "GET", f"{root}/namespaces/{namespace}/{plural}")
    kind = str(page["kind"]).removesuffix("List")
    return [{"kind": kind, **item} for item in page["items"]]


async def _version(api: ApiClient, group: str) -> str:
    found = await kube.request(api, "GET", f"/apis/{group}")
    return str(found["preferredVersion"]["version"])
