"""Which pods answer after an update that may have come half of the way: those it has made, or older ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from kubernetes.aio.client import ApiClient

from activities.cluster.config import ClusterConfig
from activities.cluster.rollout.pods import is_ready
from activities.cluster.rollout.snapshot import DELETED, Snapshot, is_owned, part_of, read_kinds
from activities.cluster.rollout.workloads import current_pods
from activities.cluster.routes import routed_service
from activities.kube import KubeObject
from workflows import naming
from workflows.models.messages import ReadServingInput, ReadServingResult, SeenComponent

_KINDS = ("deployments", "stateful_sets", "daemon_sets", "replica_sets", "pods")


async def read_serving(
    api: ApiClient, config: ClusterConfig, request: ReadServingInput
) -> ReadServingResult:
    """One look. Raises ClusterError."""
    namespace = request.ref.namespace
    service = await routed_service(api, config, namespace)
    if service is None:
        return ReadServingResult()
    found = Snapshot(**await read_kinds(api, namespace, _KINDS))
    return judge(found, service, request, url=config.address.url(namespace))


def judge(
    found: Snapshot, service: KubeObject, request: ReadServingInput, *, url: str
) -> ReadServingResult:
    """By component; what is behind the Service also taken together. Pure."""
    selector = service["spec"].get("selector") or {}
    by_component: dict[str, list[SeenComponent]] = {}
    behind: list[SeenComponent] = []
    for workload in _with_pods(found):
        seen = _see(workload, found, request)
        by_component.setdefault(seen.component, []).append(seen)
        if _is_behind(workload["spec"]["template"], selector):
            behind.append(seen)
    if not behind and any(_is_behind(pod, selector) for pod in found.pods if _is_bare(pod)):
        # Nobody replaces them, and nothing tells which revision they are of: better what was known.
        return ReadServingResult()
    return ReadServingResult(
        url=url,
        front=_together(behind) or SeenComponent(component=service["metadata"]["name"]),
        components=tuple(
            together
            for _, each in sorted(by_component.items())
            if (together := _together(each)) is not None
        ),
    )


def _is_behind(pod: KubeObject, selector: dict[str, str]) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return bool(selector) and selector.items() <= labels.items()


def _is_bare(pod: KubeObject) -> bool:
    return not pod["metadata"].get("ownerReferences") and not pod["metadata"].get(DELETED)


def _with_pods(found: Snapshot) -> Iterable[KubeObject]:
    """Workloads that are meant to have pods: one scaled to none is as somebody wants it."""
    for each in (*found.deployments, *found.stateful_sets):
        if each["spec"].get("replicas", 1) > 0:
            yield each
    yield from found.daemon_sets


def _see(workload: KubeObject, found: Snapshot, request: ReadServingInput) -> SeenComponent:
    labels = workload["metadata"].get("labels") or {}
    current = current_pods(workload, found)
    names = {pod["metadata"]["name"] for pod in current}
    older = [pod for pod in _pods(workload, found) if pod["metadata"]["name"] not in names]
    is_of_commit = labels.get(naming.COMMIT_LABEL) == request.commit
    made = [pod for pod in current if is_of_commit and _created(pod) >= request.since]
    kept = [pod for pod in current if _created(pod) < request.since or not is_of_commit]
    return SeenComponent(
        component=part_of(workload) or workload["metadata"]["name"],
        is_new=any(map(is_ready, made)),
        is_old=any(map(is_ready, older if is_of_commit else (*older, *kept))),
        is_same=is_of_commit and any(map(is_ready, kept)),
        is_coming=not all(map(is_ready, made)),
    )


def _pods(workload: KubeObject, found: Snapshot) -> list[KubeObject]:
    """Living ones, whatever form of the workload they were made of."""
    owners = [workload, *(each for each in found.replica_sets if is_owned(each, workload))]
    return [
        pod
        for pod in found.pods
        if not pod["metadata"].get(DELETED) and any(is_owned(pod, each) for each in owners)
    ]


def _together(seen: Sequence[SeenComponent]) -> SeenComponent | None:
    if not seen:
        return None
    return SeenComponent(
        component=seen[0].component,
        is_new=any(each.is_new for each in seen),
        is_old=any(each.is_old for each in seen),
        is_same=any(each.is_same for each in seen),
        is_coming=any(each.is_coming for each in seen),
    )


def _created(pod: KubeObject) -> datetime:
    return datetime.fromisoformat(pod["metadata"]["creationTimestamp"])
