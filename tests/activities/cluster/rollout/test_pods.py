"""Each thing that can go wrong with a pod is told apart: by cause, by whose fault it is, by how long it may last."""

from math import inf
from typing import Any

import pytest

from activities.cluster.rollout.pods import find_pod_problems, find_unproven
from tests.activities.cluster.rollout.objects import (
    READY,
    RUNNING,
    ended,
    make_event,
    make_pod,
    waiting,
)
from workflows.errors import (
    ClusterError,
    PhaseTimeoutError,
    RegistryError,
    RolloutFailedError,
)

NO_ROOM = [
    {
        "type": "PodScheduled",
        "status": "False",
        "message": "0/1 nodes are available: 1 Insufficient memory.",
    }
]
NO_NODE = [
    {
        "type": "PodScheduled",
        "status": "False",
        "message": "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    }
]
SMALL = {"resources": {"limits": {"memory": "64Mi"}}}
STEPS = [{"name": "prepare"}, {"name": "migrate"}]

CASES: list[tuple[str, dict[str, Any], str, float, type[Exception]]] = [
    (
        "an image that does not exist",
        make_pod(state=waiting("ImagePullBackOff", "Back-off pulling image: shop:1: not found")),
        "the image of container web of pod web-1 cannot be pulled: shop:1",
        5.0,
        RolloutFailedError,
    ),
    (
        "an image that may not be read",
        make_pod(state=waiting("ErrImagePull", "401 Unauthorized")),
        "cannot be pulled",
        5.0,
        RolloutFailedError,
    ),
    (
        "a registry that does not answer",
        make_pod(state=waiting("ErrImagePull", "dial tcp: connection refused")),
        "cannot be pulled",
        inf,
        RegistryError,
    ),
    (
        "an image's name that is none",
        make_pod(state=waiting("InvalidImageName", "couldn't parse image name")),
        "cannot be pulled",
        5.0,
        RolloutFailedError,
    ),
    (
        "a missing Secret",
        make_pod(state=waiting("CreateContainerConfigError", 'secret "key" not found')),
        'cannot be created: secret "key" not found',
        10.0,
        RolloutFailedError,
    ),
    (
        "a first crash",
        make_pod(state=waiting("CrashLoopBackOff"), last=ended(1), restarts=0),
        "container web of pod web-1 crashes with exit code 1",
        inf,
        RolloutFailedError,
    ),
    (
        "a third crash",
        make_pod(state=waiting("CrashLoopBackOff"), last=ended(1), restarts=2),
        "crashes with exit code 1, 3 times so far",
        15.0,
        RolloutFailedError,
    ),
    (
        "a container that runs again after three crashes",
        make_pod(state=RUNNING, last=ended(1), restarts=3),
        "crashes with exit code 1, 3 times so far",
        15.0,
        RolloutFailedError,
    ),
    (
        "too much memory",
        make_pod(state=ended(137, "OOMKilled"), restarts=2, container=SMALL),
        "was killed for using more than its memory limit (64Mi; exit code 137)",
        15.0,
        RolloutFailedError,
    ),
    (
        "a kill without a reason",
        make_pod(state=ended(137), container=SMALL),
        "out of memory (limit 64Mi) or its liveness probe",
        inf,
        RolloutFailedError,
    ),
    (
        "a command that does not exist",
        make_pod(
            state=waiting("CrashLoopBackOff"), last=ended(128, "StartError", "no such file")
        ),
        "cannot be started: no such file",
        inf,
        RolloutFailedError,
    ),
    (
        "a full cluster",
        make_pod(conditions=NO_ROOM),
        "pod web-1 finds no node: 0/1 nodes are available: 1 Insufficient memory",
        inf,
        ClusterError,
    ),
    (
        "a selector that no node matches",
        make_pod(conditions=NO_NODE),
        "didn't match Pod's node affinity",
        30.0,
        RolloutFailedError,
    ),
    (
        "a hanging init step",
        make_pod(
            state=waiting("PodInitializing"),
            init=STEPS,
            init_states=[ended(0, "Completed"), RUNNING],
        ),
        "init container migrate (step 2 of 2) of pod web-1 has not ended",
        inf,
        RolloutFailedError,
    ),
    (
        "a failing init step",
        make_pod(
            state=waiting("PodInitializing"), init=STEPS[:1], init_states=[ended(2)]
        ),
        "init container prepare (step 1 of 1) of pod web-1 crashes with exit code 2",
        inf,
        RolloutFailedError,
    ),
    (
        "a container that is never ready",
        make_pod(state=RUNNING),
        "container web of pod web-1 runs but is not ready",
        inf,
        RolloutFailedError,
    ),
    (
        "an eviction",
        make_pod(phase="Failed", reason="Evicted", message="low on disk"),
        "pod web-1 was ended: Evicted: low on disk",
        5.0,
        RolloutFailedError,
    ),
    (
        "a node that has not begun",
        make_pod(state=waiting("ContainerCreating")),
        "container web of pod web-1 is not started: no reason given",
        inf,
        PhaseTimeoutError,
    ),
    (
        "a pod without any status",
        make_pod(),
        "pod web-1 has not begun to run",
        inf,
        PhaseTimeoutError,
    ),
]  # fmt: skip


@pytest.mark.spec("FR-009", "FR-016", "FR-018")
@pytest.mark.parametrize(
    ("pod", "message", "patience", "error"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_is_wrong_with_a_pod_is_named(
    pod: dict[str, Any], message: str, patience: float, error: type[Exception]
) -> None:
    problem = find_pod_problems(pod, ())[0]
    assert message in problem.message
    assert problem.patience == patience
    assert problem.error is error


@pytest.mark.spec("FR-016")
def test_a_ready_pod_has_no_problem() -> None:
    assert find_pod_problems(make_pod(state=RUNNING, conditions=READY), ()) == []


@pytest.mark.spec("FR-009")
def test_the_log_shown_is_that_of_the_run_that_crashed() -> None:
    down = make_pod(state=waiting("CrashLoopBackOff"), last=ended(1), restarts=2)
    assert find_pod_problems(down, ())[0].is_previous
    just_ended = make_pod(state=ended(1), restarts=2)
    problem = find_pod_problems(just_ended, ())[0]
    assert not problem.is_previous
    assert problem.container == "web"


@pytest.mark.spec("FR-009", "ENV-012")
@pytest.mark.parametrize(
    "pod",
    [
        make_pod(state=waiting("CrashLoopBackOff"), last=ended(0, "Completed"), restarts=2),
        make_pod(state=ended(0, "Completed"), restarts=2),
    ],
)
def test_what_ends_by_itself_is_told_how_to_be_a_job(pod: dict[str, Any]) -> None:
    problem = find_pod_problems(pod, ())[0]
    assert "has ended by itself, without an error (exit code 0), 3 times so far" in problem.message
    assert "x-catalyst: {job: true}" in problem.hint
    assert "`jobs`" in problem.hint
    killed = make_event("Unhealthy", "Startup probe failed: no")
    assert "ended by itself" not in find_pod_problems(pod, [killed])[0].message


@pytest.mark.spec("FR-009")
def test_a_cause_that_only_an_event_names_is_found() -> None:
    pod = make_pod(state=waiting("ImagePullBackOff", "Back-off pulling image"))
    event = make_event("Failed", 'Failed to pull image "shop:1": manifest unknown')
    problem = find_pod_problems(pod, [event])[0]
    assert problem.error is RolloutFailedError
    assert "manifest unknown" in problem.message


@pytest.mark.spec("FR-009")
@pytest.mark.parametrize(
    ("reason", "message", "patience", "error"),
    [
        ("FailedMount", 'configmap "settings" not found', 10.0, RolloutFailedError),
        ("FailedMount", "hostPath type check failed, /srv is none", 10.0, RolloutFailedError),
        ("FailedMount", "timed out waiting for the condition", inf, RolloutFailedError),
        ("FailedCreatePodSandBox", "network is not ready", inf, PhaseTimeoutError),
    ],
)
def test_a_start_that_is_held_up_is_told_by_its_last_warning(
    reason: str, message: str, patience: float, error: type[Exception]
) -> None:
    pod = make_pod(state=waiting("ContainerCreating"))
    problem = find_pod_problems(pod, [make_event(reason, message)])[0]
    assert message in problem.message
    assert (problem.patience, problem.error) == (patience, error)


@pytest.mark.spec("FR-018")
def test_a_failing_readiness_probe_is_quoted() -> None:
    event = make_event("Unhealthy", "Readiness probe failed: HTTP probe failed: 503")
    problem = find_pod_problems(make_pod(state=RUNNING), [event])[0]
    assert problem.message.endswith("Readiness probe failed: HTTP probe failed: 503")
    assert not problem.hint


@pytest.mark.spec("FR-009")
@pytest.mark.parametrize(
    ("probe", "port"),
    [
        ({"tcpSocket": {"port": 8080}}, 8080),
        ({"httpGet": {"path": "/", "port": "http"}}, 3000),
        ({"grpc": {"port": 9090}}, 9090),
        ({"httpGet": {"port": "unknown"}}, 0),
        ({"exec": {"command": ["true"]}}, 0),
    ],
)
def test_the_port_on_which_nothing_listens_is_named(probe: dict[str, Any], port: int) -> None:
    container = {
        "readinessProbe": probe,
        "ports": [{"containerPort": 4000}, {"name": "http", "containerPort": 3000}],
    }
    said = "Readiness probe failed: dial tcp 10.244.0.7:1: connect: connection refused"
    pod = make_pod(state=RUNNING, container=container)
    problem = find_pod_problems(pod, [make_event("Unhealthy", said)])[0]
    asked = f" on port {port}" if port else ""
    assert f"runs but is not ready{asked}: Readiness" in problem.message
    assert (f"port {port} of all interfaces" in problem.hint) is bool(port)


@pytest.mark.spec("FR-009")
def test_a_job_may_fail_before_it_succeeds() -> None:
    pod = make_pod(state=ended(1))
    assert "crashes" in find_pod_problems(pod, ())[0].message
    told = find_pod_problems(pod, (), may_crash=True)[0].message
    assert told == "pod web-1 has not begun to run"


@pytest.mark.spec("FR-018")
def test_a_sidecar_among_the_init_steps_does_not_have_to_end() -> None:
    sidecar = [{"name": "proxy", "restartPolicy": "Always"}]
    pod = make_pod(state=RUNNING, init=sidecar, init_states=[RUNNING])
    pod["status"]["initContainerStatuses"][0]["started"] = True
    assert [problem.container for problem in find_pod_problems(pod, ())] == ["web"]


@pytest.mark.spec("FR-016")
def test_a_container_without_a_readiness_probe_is_unproven_until_it_has_lived() -> None:
    assert find_unproven(make_pod(state=RUNNING, restarts=2)) == ["web-1/web: 2"]
    assert find_unproven(make_pod(state=RUNNING, container={"readinessProbe": {}})) == []
