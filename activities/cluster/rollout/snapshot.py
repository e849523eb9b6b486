"""Everything in a namespace that tells how a release is doing, at one moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.release import is_of_release
from activities.kube import KubeObject
from workflows import naming

_HOOK = "helm.sh/hook"
"""Objects that Helm runs by itself at its time, and has waited for."""
_KINDS = {
    "deployments": ("apps/v1", "Deployment"),
    "stateful_sets": ("apps/v1", "StatefulSet"),
    "daemon_sets": ("apps/v1", "DaemonSet"),
    "replica_sets": ("apps/v1", "ReplicaSet"),
    "jobs": ("batch/v1", "Job"),
    "pods": ("v1", "Pod"),
    "events": ("v1", "Event"),
}


@dataclass(frozen=True)
class Snapshot:
    """Workloads of the release; pods, ReplicaSets and events of the whole namespace."""

    deployments: tuple[KubeObject, ...] = ()
    stateful_sets: tuple[KubeObject, ...] = ()
    daemon_sets: tuple[KubeObject, ...] = ()
    jobs: tuple[KubeObject, ...] = ()
    bare_pods: tuple[KubeObject, ...] = ()
    replica_sets: tuple[KubeObject, ...] = ()
    pods: tuple[KubeObject, ...] = ()
    events: tuple[KubeObject, ...] = ()

    def pods_of(self, owner: KubeObject) -> Iterator[KubeObject]:
        """Living pods that this controller made."""
        return (
            pod for pod in self.pods if is_owned(pod, owner) and not pod["metadata"].get(DELETED)
        )

    def events_of(self, uid: str) -> list[KubeObject]:
        """Oldest first."""
        found = [event for event in self.events if event["involvedObject"].get("uid") == uid]
        return sorted(found, key=_when)


DELETED = "deletionTimestamp"


async def take_snapshot(
    api: ApiClient, namespace: str, release: str, components: Sequence[str] = ()
) -> Snapshot:
    """Raises ClusterError; never a part of it. See `make_snapshot`."""
    return make_snapshot(release, await read_kinds(api, namespace), components)


async def read_kinds(
    api: ApiClient, namespace: str, fields: Iterable[str] = tuple(_KINDS)
) -> dict[str, tuple[KubeObject, ...]]:
    """All of the namespace, by the field of a snapshot that they belong in. Raises ClusterError; never a part of it."""
    found: dict[str, tuple[KubeObject, ...]] = {}
    for field in fields:
        api_version, kind = _KINDS[field]
        path = kube.collection_path(api_version, kind, namespace)
        items = (await kube.request(api, "GET", path))["items"]
        found[field] = tuple({"kind": kind, **item} for item in items)
    return found


def make_snapshot(
    release: str,
    found: Mapping[str, tuple[KubeObject, ...]],
    components: Sequence[str] = (),
) -> Snapshot:
    """Sort out what belongs to the release, or to those of its components.

    Jobs that a CronJob made say nothing about how the release came up, and Jobs on their way out are none any more.
    """

    def ours(field: str) -> tuple[KubeObject, ...]:
        items = _ours(found.get(field, ()), release)
        return tuple(item for item in items if not components or part_of(item) in components)

    bare = tuple(pod for pod in ours("pods") if not pod["metadata"].get("ownerReferences"))
    return Snapshot(
        deployments=ours("deployments"),
        stateful_sets=ours("stateful_sets"),
        daemon_sets=ours("daemon_sets"),
        jobs=tuple(job for job in ours("jobs") if not _is_passing(job)),
        bare_pods=bare,
        replica_sets=found.get("replica_sets", ()),
        pods=found.get("pods", ()),
        events=found.get("events", ()),
    )


def part_of(item: KubeObject) -> str:
    """The component that it belongs to; empty where it does not say."""
    return str((item["metadata"].get("labels") or {}).get(naming.PART_LABEL, ""))


def is_owned(item: KubeObject, owner: KubeObject) -> bool:
    uid = owner["metadata"]["uid"]
    return any(ref["uid"] == uid for ref in item["metadata"].get("ownerReferences") or ())


def _ours(items: Iterable[KubeObject], release: str) -> Iterator[KubeObject]:
    for item in items:
        is_hook = _HOOK in (item["metadata"].get("annotations") or {})
        if is_of_release(item, release) and not is_hook:
            yield item


def _is_passing(job: KubeObject) -> bool:
    owners = job["metadata"].get("ownerReferences") or ()
    is_of_cron = any(owner.get("kind") == "CronJob" for owner in owners)
    return is_of_cron or bool(job["metadata"].get(DELETED))


def _when(event: KubeObject) -> str:
    """ISO times sort as text."""
    series = event.get("series") or {}
    return str(
        event.get("lastTimestamp")
        or series.get("lastObservedTime")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )
