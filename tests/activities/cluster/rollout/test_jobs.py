"""A job has to succeed, and says how it ended; what the cluster did to its pod is not its fault."""

from typing import Any

import pytest

from activities.cluster.rollout import jobs
from activities.cluster.rollout.snapshot import Snapshot, make_snapshot
from activities.cluster.rollout.workloads import judge
from tests.activities.cluster.rollout.objects import (
    RELEASE,
    RUNNING,
    ended,
    make_pod,
    make_workload,
    waiting,
)
from workflows import naming
from workflows.errors import ClusterError, RolloutFailedError
from workflows.models import JobOutcome

KubeObject = dict[str, Any]


def make_job(
    *conditions: str, component: str = "migrate", reason: str = "", **status: Any
) -> KubeObject:
    """One of Catalyst's own chart, of revision `r1`."""
    found = [{"type": each, "status": "True", "reason": reason} for each in conditions]
    job = make_workload("Job", {"conditions": found, **status})
    job["metadata"]["labels"] = {naming.PART_LABEL: component, naming.REVISION_LABEL: "r1"}
    return job


def problem_of(job: KubeObject, *pods: KubeObject) -> Any:
    return judge(Snapshot(jobs=(job,), pods=pods)).problems[-1]


@pytest.mark.spec("ENV-018")
@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (make_job(), "it has not begun"),
        (make_job(active=1, ready=1), "it runs"),
        (make_job(succeeded=1), "it has not begun"),  # Kubernetes has yet to call it complete
        (make_job("SuccessCriteriaMet", "Complete", succeeded=1), None),
        (make_job("FailureTarget", "Failed"), "it failed"),
    ],
)
def test_a_job_is_done_when_it_has_succeeded(job: KubeObject, expected: str | None) -> None:
    assert jobs.why_unready(job) == expected


@pytest.mark.spec("ENV-018", "FR-009")
@pytest.mark.parametrize(
    ("pod", "says"),
    [
        (make_pod(state=ended(1), phase="Failed"), "ended with exit code 1"),
        (
            make_pod(
                state=ended(137, "OOMKilled"),
                container={"resources": {"limits": {"memory": "64Mi"}}},
            ),
            "was killed for using more than its memory limit (64Mi; exit code 137)",
        ),
        (
            make_pod(state=ended(128, "StartError", 'exec: "migrat": not found')),
            'cannot be started: exec: "migrat": not found',
        ),
        (
            make_pod(phase="Failed", reason="Evicted", message="disk of the pod is full"),
            "failed: Evicted: disk of the pod is full",
        ),
    ],
)
def test_a_failed_job_says_how_it_ended(pod: KubeObject, says: str) -> None:
    problem = problem_of(make_job("Failed", reason="BackoffLimitExceeded"), pod)
    assert problem.message == f"the job `migrate` {says} (pod web-1)"
    assert (problem.patience, problem.error) == (0.0, RolloutFailedError)
    assert (problem.pod, problem.container) == ("web-1", "web")


@pytest.mark.spec("FR-018", "ENV-018")
def test_a_job_that_hangs_is_told_with_its_limit_whoever_ended_it() -> None:
    pod = make_pod(
        state=ended(143), phase="Failed", reason="DeadlineExceeded", message="too long active"
    )
    pod["spec"]["activeDeadlineSeconds"] = 5
    says = "the job `migrate` did not end within 5 s"
    assert problem_of(make_job("Failed"), pod).message == f"{says} (pod web-1)"
    job = make_job("Failed", reason="DeadlineExceeded")
    job["spec"]["activeDeadlineSeconds"] = 5
    problem = problem_of(job)
    assert problem.message == says
    assert (problem.pod, problem.error) == ("", RolloutFailedError)
    assert "more time" in problem.hint


@pytest.mark.spec("FR-011", "ENV-018")
def test_what_the_cluster_did_to_its_pod_is_not_the_jobs_fault() -> None:
    conditions = [{"type": "DisruptionTarget", "status": "True"}]
    pod = make_pod(
        phase="Failed", reason="Evicted", message="the node was low", conditions=conditions
    )
    problem = problem_of(make_job("Failed"), pod)
    assert problem.error is ClusterError
    assert "was ended by the cluster: Evicted: the node was low" in problem.message
    # While Kubernetes puts another in its place nothing is wrong yet.
    verdict = judge(Snapshot(jobs=(make_job(active=1),), pods=(pod,)))
    assert [each for each in verdict.problems if each.patience < 60] == []


@pytest.mark.spec("FR-018", "ENV-018")
def test_a_job_that_never_begins_is_told_with_what_keeps_its_pod() -> None:
    pod = make_pod(state=waiting("ErrImagePull", "manifest unknown"))
    verdict = judge(Snapshot(jobs=(make_job(active=1),), pods=(pod,)))
    assert "cannot be pulled" in verdict.problems[0].message


@pytest.mark.spec("ENV-018")
def test_a_job_needs_no_further_proof_once_it_has_succeeded() -> None:
    job = make_job("Complete", succeeded=1)
    verdict = judge(Snapshot(jobs=(job,), pods=(make_pod(state=ended(0)),)), ["migrate"])
    assert (verdict.waiting_for, verdict.unproven) == ((), ())
    assert verdict.jobs == (job,)


@pytest.mark.spec("ENV-018")
def test_a_job_that_somebody_deleted_has_not_succeeded() -> None:
    verdict = judge(Snapshot(), ["migrate"])
    assert verdict.waiting_for == ("Job of migrate: it is gone",)
    assert verdict.problems[0].message == "the job `migrate` is gone"
    assert verdict.problems[0].patience == 10.0


@pytest.mark.spec("ENV-018")
def test_how_a_job_went_is_told_with_the_time_it_took() -> None:
    times = {"startTime": "2030-01-01T00:00:00Z", "completionTime": "2030-01-01T00:01:05Z"}
    job = make_job("Complete", **times)
    assert jobs.outcome(job, "r1") == JobOutcome(name="migrate", seconds=65)
    assert jobs.outcome(make_job("Complete"), "r1") == JobOutcome(name="migrate")
    assert jobs.outcome(job, "r2") == JobOutcome(name="migrate", is_earlier=True)


@pytest.mark.spec("ENV-018")
@pytest.mark.invariant(3)
def test_only_the_components_of_a_stage_count() -> None:
    other = make_workload("Deployment", {})
    other["metadata"]["labels"] = {naming.PART_LABEL: "web"}
    mine = make_workload("Deployment", {})
    mine["metadata"] = {**mine["metadata"], "name": "db", "labels": {naming.PART_LABEL: "db"}}
    found = {"deployments": (other, mine)}
    verdict = judge(make_snapshot("shop", found, ("db", "cache")))
    assert verdict.waiting_for == ("Deployment db: 0 of 1 pods are ready",)
    assert len(judge(make_snapshot("shop", found)).waiting_for) == 2


@pytest.mark.spec("ENV-018")
def test_runs_of_a_cron_job_and_jobs_on_their_way_out_do_not_count() -> None:
    nightly, leaving = make_job("Failed"), make_job("Failed")
    nightly["metadata"]["ownerReferences"] = [{"kind": "CronJob", "uid": "c"}]
    leaving["metadata"]["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    for job in (nightly, leaving):
        job["metadata"]["annotations"] = RELEASE
        assert judge(make_snapshot("shop", {"jobs": (job,)})).waiting_for == ()


def test_a_job_of_another_chart_need_not_end() -> None:
    job = make_workload("Job", {"active": 1, "ready": 1})
    assert judge(Snapshot(jobs=(job,), pods=(make_pod(state=RUNNING),))).waiting_for == ()
    failed = make_workload("Job", {"conditions": [{"type": "Failed", "status": "True"}]})
    assert problem_of(failed).message == "the job `web` failed"
