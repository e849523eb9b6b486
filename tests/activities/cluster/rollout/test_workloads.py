"""A release is up when every workload is, at its present form; refusals of its pods are found."""

from typing import Any

import pytest

from activities.cluster.rollout.snapshot import Snapshot, make_snapshot
from activities.cluster.rollout.workloads import current_pods, judge, why_unready
from tests.activities.cluster.rollout.objects import (
    READY,
    RELEASE,
    RUNNING,
    ended,
    make_event,
    make_pod,
    make_workload,
    waiting,
)
from workflows.errors import PhaseTimeoutError, RolloutFailedError

UP = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1}
SAME = {"currentRevision": "b", "updateRevision": "b"}
MOVING = {"currentRevision": "a", "updateRevision": "b"}
FAILED = {"conditions": [{"type": "Failed", "status": "True"}]}

READINESS: list[tuple[str, dict[str, Any], str | None]] = [
    ("a Deployment with all pods", make_workload("Deployment", UP), None),
    ("a Deployment not looked at", make_workload("Deployment", {**UP, "observedGeneration": 1}), "Kubernetes has not looked at its present form"),
    ("a Deployment half-way", make_workload("Deployment", {**UP, "updatedReplicas": 0}), "0 of 1 pods are ready"),
    ("a Deployment with old pods", make_workload("Deployment", {**UP, "replicas": 2}), "old pods still serve"),
    ("a Deployment scaled to zero", make_workload("Deployment", {}, {"replicas": 0}), None),
    ("a Deployment just made", make_workload("Deployment", {}), "0 of 1 pods are ready"),
    ("a StatefulSet with all pods", make_workload("StatefulSet", {**UP, **SAME}), None),
    ("a StatefulSet with old pods", make_workload("StatefulSet", {**UP, **MOVING}), "old pods still serve"),
    ("a StatefulSet that keeps old pods", make_workload("StatefulSet", {**UP, **MOVING, "updatedReplicas": 0}, {"updateStrategy": {"type": "OnDelete"}}), None),
    ("a StatefulSet updated in part", make_workload("StatefulSet", {**UP, **MOVING}, {"updateStrategy": {"rollingUpdate": {"partition": 1}}}), None),
    ("a DaemonSet with all pods", make_workload("DaemonSet", {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}), None),
    ("a DaemonSet half-way", make_workload("DaemonSet", {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1}), "1 of 2 pods are ready"),
    ("a Job that has begun", make_workload("Job", {"active": 1, "ready": 1}), None),
    ("a Job that is done", make_workload("Job", {"succeeded": 1}), None),
    ("a Job that waits", make_workload("Job", {"active": 1}), "it has not begun"),
    ("a suspended Job", make_workload("Job", {}, {"suspend": True}), None),
    ("a failed Job", make_workload("Job", FAILED), "it failed"),
    ("a bare pod that is ready", make_pod(state=RUNNING, conditions=READY), None),
    ("a bare pod that is done", make_pod(state=ended(0), phase="Succeeded"), None),
    ("a bare pod that waits", make_pod(), "phase Pending"),
]  # fmt: skip


@pytest.mark.spec("FR-016")
@pytest.mark.parametrize(
    ("workload", "expected"), [case[1:] for case in READINESS], ids=[case[0] for case in READINESS]
)
def test_a_workload_is_up_at_its_present_form_only(
    workload: dict[str, Any], expected: str | None
) -> None:
    assert why_unready(workload) == expected


def make_replica_set(uid: str, revision: int) -> dict[str, Any]:
    return {
        "metadata": {
            "name": uid,
            "uid": uid,
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "ownerReferences": [{"uid": "w"}],
        }
    }


@pytest.mark.spec("FR-016")
@pytest.mark.invariant(3)
def test_pods_of_an_older_form_say_nothing_about_the_new_one() -> None:
    deployment = make_workload("Deployment", {**UP, "updatedReplicas": 0})
    old, new = make_pod(owner="old"), make_pod(owner="new")
    sets = (make_replica_set("old", 9), make_replica_set("new", 10))
    snapshot = Snapshot(replica_sets=sets, pods=(old, new))
    assert current_pods(deployment, snapshot) == [new]
    deployment["status"]["observedGeneration"] = 1
    assert current_pods(deployment, snapshot) == []


@pytest.mark.spec("FR-016")
def test_a_stateful_sets_new_pods_are_known_by_their_hash() -> None:
    stateful_set = make_workload("StatefulSet", {**UP, **MOVING})
    old = make_pod(labels={"controller-revision-hash": "a"})
    new = make_pod(labels={"controller-revision-hash": "b"})
    assert current_pods(stateful_set, Snapshot(pods=(old, new))) == [new]


@pytest.mark.spec("FR-016")
def test_an_empty_release_is_up_at_once() -> None:
    verdict = judge(Snapshot())
    assert (verdict.waiting_for, verdict.problems, verdict.unproven) == ((), (), ())


@pytest.mark.spec("FR-016")
def test_a_release_that_is_up_still_has_to_prove_containers_without_probes() -> None:
    deployment = make_workload("Deployment", UP)
    pod = make_pod(owner="new", state=RUNNING, conditions=READY)
    snapshot = Snapshot(
        deployments=(deployment,), replica_sets=(make_replica_set("new", 1),), pods=(pod,)
    )
    verdict = judge(snapshot)
    assert verdict.waiting_for == ()
    assert verdict.unproven == ("web-1/web: 0",)


@pytest.mark.spec("FR-010", "FR-009")
@pytest.mark.parametrize(
    ("said", "patience"),
    [
        ('pods "web" is forbidden: exceeded quota: catalyst, requested: limits.memory=9Gi', 20.0),
        ('pods "web" is forbidden: violates PodSecurity "baseline:v1.34": hostPath volumes', 2.0),
        ('Pod "web" is invalid: must be less than or equal to cpu limit of 500m', 2.0),
        ("error looking up service account web: not found", 30.0),
    ],
)
def test_pods_that_are_refused_are_told_with_kubernetes_words(said: str, patience: float) -> None:
    condition = {"type": "ReplicaFailure", "status": "True", "message": said}
    deployment = make_workload("Deployment", {"conditions": [condition]})
    problem = judge(Snapshot(deployments=(deployment,))).problems[0]
    assert said in problem.message
    assert problem.patience == patience
    assert problem.error is RolloutFailedError


@pytest.mark.spec("FR-010")
def test_a_refusal_counts_until_a_pod_was_created() -> None:
    stateful_set = make_workload("StatefulSet", SAME)
    refused = make_event("FailedCreate", "exceeded quota", uid="w", at="10:00:00")
    created = make_event("SuccessfulCreate", "create Pod web-0", uid="w", at="10:00:05")
    snapshot = Snapshot(stateful_sets=(stateful_set,), events=(created, refused))
    assert not [one for one in judge(snapshot).problems if "refuses" in one.message]
    snapshot = Snapshot(stateful_sets=(stateful_set,), events=(refused,))
    assert "exceeded quota" in judge(snapshot).problems[0].message


@pytest.mark.spec("FR-018")
def test_a_workload_without_pods_is_told_too() -> None:
    deployment = make_workload("Deployment", {})
    problems = judge(Snapshot(deployments=(deployment,))).problems
    assert [problem.message for problem in problems] == [
        "Deployment web is not ready: 0 of 1 pods are ready"
    ]
    assert problems[0].error is PhaseTimeoutError


@pytest.mark.spec("FR-009")
def test_a_failed_job_is_told_with_its_last_pods_log() -> None:
    job = make_workload("Job", FAILED)
    problem = judge(Snapshot(jobs=(job,), pods=(make_pod(state=ended(1)),))).problems[-1]
    said = "the job `web` ended with exit code 1 (pod web-1)"
    assert (problem.message, problem.patience) == (said, 0.0)
    assert (problem.pod, problem.container) == ("web-1", "web")


@pytest.mark.spec("ENV-018")
def test_a_job_whose_pod_has_ended_is_not_up_before_kubernetes_has_judged_it() -> None:
    job = make_workload("Job", {"active": 1, "ready": 1})
    assert judge(Snapshot(jobs=(job,), pods=(make_pod(state=RUNNING),))).waiting_for == ()
    verdict = judge(Snapshot(jobs=(job,), pods=(make_pod(state=ended(1)),)))
    assert verdict.waiting_for == ("Job web: its pod has ended",)
    job["status"] = {"succeeded": 1}
    assert judge(Snapshot(jobs=(job,), pods=(make_pod(state=ended(0)),))).waiting_for == ()


@pytest.mark.spec("FR-002")
def test_hooks_foreign_releases_and_pods_on_their_way_out_do_not_count() -> None:
    hook = make_workload("Job", FAILED)
    hook["metadata"]["annotations"] = {**RELEASE, "helm.sh/hook": "pre-install"}
    foreign = make_workload("Deployment", {})
    foreign["metadata"]["annotations"] = {"meta.helm.sh/release-name": "other"}
    leaving = make_pod(state=waiting("CrashLoopBackOff"), last=ended(1))
    leaving["metadata"]["annotations"] = RELEASE
    del leaving["metadata"]["ownerReferences"]
    leaving["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    found = {"jobs": (hook,), "deployments": (foreign,), "pods": (leaving,)}
    assert judge(make_snapshot("shop", found)).waiting_for == ()
