"""Which pods are an ended update's own, and which were there before it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.cluster.rollout.snapshot import Snapshot
from activities.cluster.serving import judge
from tests.activities.cluster.rollout.objects import READY, make_pod, make_workload
from tests.workflows.values import REF, B
from workflows import naming
from workflows.models.messages import ReadServingInput, ReadServingResult, SeenComponent

pytestmark = pytest.mark.spec("FR-009", "ENV-012")
KubeObject = dict[str, Any]
REQUEST = ReadServingInput(ref=REF, commit=B, since=datetime(2026, 3, 2, 9, tzinfo=UTC))
BEFORE, SINCE = "2026-03-02T08:59:59Z", "2026-03-02T09:00:00Z"
SERVICE = {"metadata": {"name": "shop"}, "spec": {"selector": {"part": "web"}}}
REVISION = "deployment.kubernetes.io/revision"


def deployment(name: str, commit: str = B, **spec: object) -> KubeObject:
    made = make_workload("Deployment", {"replicas": 1}, {"replicas": 1, **spec})
    labels = {naming.COMMIT_LABEL: commit, naming.PART_LABEL: name}
    made["metadata"] |= {"name": name, "uid": name, "labels": labels}
    made["spec"]["template"] = {"metadata": {"labels": {"part": name}}}
    return made


def replica_set(name: str, number: int) -> KubeObject:
    """The deployment's, of that revision of Kubernetes' own count."""
    owner = {"uid": name}
    return {
        "metadata": {
            "name": f"{name}-{number}",
            "uid": f"{name}-{number}",
            "annotations": {REVISION: str(number)},
            "ownerReferences": [owner],
        }
    }


def pod(name: str, number: int, created: str, *, is_ready: bool = True, **metadata: object) -> KubeObject:  # fmt: skip
    made = make_pod(owner=f"{name}-{number}", conditions=READY if is_ready else [])
    made["metadata"] |= {"name": f"{name}-{number}-x", "creationTimestamp": created, **metadata}
    return made


def see(*pods: KubeObject, web: KubeObject | None = None, service: KubeObject = SERVICE) -> ReadServingResult:  # fmt: skip
    found = Snapshot(
        deployments=(web or deployment("web"), deployment("worker")),
        replica_sets=tuple(replica_set(name, n) for name in ("web", "worker") for n in (1, 2)),
        pods=pods,
    )
    return judge(found, service, REQUEST, url="http://shop/")


def front(*pods: KubeObject, web: KubeObject | None = None) -> set[str]:
    seen = see(*pods, web=web).front
    assert seen is not None
    return {name for name in SeenComponent.model_fields if getattr(seen, name) is True}


def test_pods_of_the_update_are_new_and_others_old() -> None:
    new, old = pod("web", 2, SINCE), pod("web", 1, BEFORE)
    assert front(new) == {"is_new"}
    assert front(old) == {"is_old"}
    assert front(new, old) == {"is_new", "is_old"}
    assert front() == set()


def test_pods_that_are_not_ready_count_for_nothing() -> None:
    assert front(pod("web", 1, BEFORE, is_ready=False)) == set()
    unready = pod("web", 2, SINCE, is_ready=False)
    assert front(unready) == {"is_coming"}
    assert front(unready, pod("web", 1, BEFORE)) == {"is_coming", "is_old"}


def test_pods_on_their_way_out_are_gone() -> None:
    assert front(pod("web", 1, BEFORE, deletionTimestamp=SINCE)) == set()


def test_pods_that_the_update_has_left_as_they_are_are_the_same() -> None:
    assert front(pod("web", 2, BEFORE)) == {"is_same"}


def test_a_workload_that_the_update_has_not_reached_has_old_pods_even_if_they_began_since() -> None:
    web = deployment("web", commit="c" * 40)
    assert front(pod("web", 2, SINCE), web=web) == {"is_old"}
    assert front(pod("web", 2, BEFORE), web=web) == {"is_old"}


def test_components_are_told_by_name_and_those_that_want_no_pods_not_at_all() -> None:
    found = see(pod("web", 1, BEFORE), pod("worker", 2, SINCE))
    assert found.url == "http://shop/"
    assert found.components == (
        SeenComponent(component="web", is_old=True),
        SeenComponent(component="worker", is_new=True),
    )
    asleep = deployment("web", replicas=0)
    found = see(pod("worker", 2, SINCE), web=asleep)
    assert [each.component for each in found.components] == ["worker"]


def test_a_service_that_selects_nothing_has_no_pods_behind_it() -> None:
    nothing = {"metadata": {"name": "shop"}, "spec": {}}
    assert see(pod("web", 2, SINCE), service=nothing).front == SeenComponent(component="shop")


def test_of_a_pod_that_no_workload_makes_nothing_is_told() -> None:
    bare = pod("web", 1, BEFORE)
    bare["metadata"] |= {"ownerReferences": [], "labels": {"part": "alone"}}
    service = {"metadata": {"name": "shop"}, "spec": {"selector": {"part": "alone"}}}
    assert see(bare, service=service) == ReadServingResult()
    bare["metadata"]["deletionTimestamp"] = SINCE
    assert see(bare, service=service).front == SeenComponent(component="shop")


def test_several_workloads_behind_one_service_are_taken_together() -> None:
    both = {"metadata": {"name": "shop"}, "spec": {"selector": {"app": "shop"}}}
    first, second = deployment("web"), deployment("worker")
    for each in (first, second):
        each["spec"]["template"]["metadata"]["labels"]["app"] = "shop"
    found = Snapshot(
        deployments=(first, second),
        replica_sets=(replica_set("web", 1), replica_set("web", 2), replica_set("worker", 2)),
        pods=(pod("web", 1, BEFORE), pod("worker", 2, SINCE)),
    )
    seen = judge(found, both, REQUEST, url="http://shop/").front
    assert seen is not None
    assert (seen.is_new, seen.is_old) == (True, True)
