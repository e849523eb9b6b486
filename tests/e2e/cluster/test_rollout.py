"""A release that comes up is waited for; one that cannot is given up early, with its cause and last lines."""

import time

import pytest

from activities.kube import KubeObject
from tests.e2e.cluster.environments import (
    READY,
    SLEEP,
    Environment,
    make_pod_spec,
    make_server,
    make_web,
)
from workflows.errors import PhaseTimeoutError, RolloutFailedError
from workflows.models import Quota

pytestmark = pytest.mark.cluster


def make_set(deployment: KubeObject) -> KubeObject:
    """The same as a StatefulSet."""
    spec = {**deployment["spec"], "serviceName": "web"}
    return {**deployment, "kind": "StatefulSet", "spec": spec}


@pytest.mark.spec("FR-016")
async def test_a_release_whose_pods_become_ready_is_waited_for(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_web(environment, make_server("one"), readinessProbe=READY))
    await environment.rollout()
    pods = await environment.cluster.pods(environment.namespace)
    assert [status["ready"] for pod in pods for status in pod["status"]["containerStatuses"]]
    await environment.apply(make_web(environment, make_server("two"), readinessProbe=READY))
    await environment.rollout()
    living = [
        pod
        for pod in await environment.cluster.pods(environment.namespace)
        if not pod["metadata"].get("deletionTimestamp")
    ]
    assert ["two" in pod["spec"]["containers"][0]["command"][-1] for pod in living] == [True]


@pytest.mark.spec("FR-009", "FR-018")
async def test_an_image_that_does_not_exist_is_named_early(environment: Environment) -> None:
    await environment.ensure()
    image = f"{environment.cluster.connection.registry}/library/python:no-such-tag"
    await environment.apply(make_web(environment, SLEEP, image=image))
    began = time.monotonic()
    with pytest.raises(RolloutFailedError, match="no-such-tag") as failure:
        await environment.rollout(120)
    assert "cannot be pulled" in str(failure.value)
    assert time.monotonic() - began < 40


@pytest.mark.variant
@pytest.mark.spec("FR-009")
async def test_a_container_that_crashes_is_given_up_with_its_last_lines_masked(
    environment: Environment,
) -> None:
    await environment.ensure()
    script = "print('password=hunter22secret'); print('cannot reach the moon'); raise SystemExit(3)"
    await environment.apply(make_web(environment, script))
    began = time.monotonic()
    with pytest.raises(RolloutFailedError, match="crashes with exit code 3") as failure:
        await environment.rollout(180)
    assert time.monotonic() - began < 90
    assert "cannot reach the moon" in failure.value.excerpt
    assert "hunter22secret" not in "\n".join(failure.value.excerpt)


@pytest.mark.spec("FR-009", "FR-018")
async def test_a_container_beyond_its_memory_is_told_with_the_limit(
    environment: Environment,
) -> None:
    await environment.ensure()
    limits = {"limits": {"memory": "32Mi"}, "requests": {"memory": "16Mi"}}
    script = "print('eating'); x = bytearray(200_000_000); import time; time.sleep(3600)"
    await environment.apply(make_web(environment, script, resources=limits))
    with pytest.raises(RolloutFailedError, match=r"memory limit.*32Mi") as failure:
        await environment.rollout(180)
    assert "137" in str(failure.value)
    assert "resources.limits.memory" in failure.value.hint


@pytest.mark.spec("FR-009")
async def test_a_volume_that_is_full_is_told_with_what_helps(environment: Environment) -> None:
    await environment.ensure()
    script = "import pathlib; pathlib.Path('/data/all').write_bytes(bytes(3_000_000))"
    data = {"name": "data", "mountPath": "/data"}
    web = make_web(environment, script, volumeMounts=[data], readinessProbe=READY)
    small = {"name": "data", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}
    web["spec"]["template"]["spec"]["volumes"] = [small]
    await environment.apply(web)
    with pytest.raises(RolloutFailedError, match="crashes with exit code 1") as failure:
        await environment.rollout(120)
    assert "No space left on device" in "\n".join(failure.value.excerpt)
    assert "full" in failure.value.hint


@pytest.mark.spec("FR-018")
async def test_a_hanging_init_step_is_named_with_its_last_lines_at_the_limit(
    environment: Environment,
) -> None:
    await environment.ensure()
    web = make_web(environment, SLEEP)
    first = make_pod_spec(environment, "print('first step done')", name="prepare")["containers"][0]
    script = f"print('waiting for the database', flush=True); {SLEEP}"
    second = make_pod_spec(environment, script, name="migrate")["containers"][0]
    web["spec"]["template"]["spec"]["initContainers"] = [first, second]
    await environment.apply(web)
    with pytest.raises(RolloutFailedError, match=r"not ready within 12 s") as failure:
        await environment.rollout(12)
    assert "init container migrate (step 2 of 2) of pod web-" in str(failure.value)
    assert "waiting for the database" in failure.value.excerpt


@pytest.mark.spec("FR-018")
async def test_a_container_that_never_becomes_ready_is_told_with_its_probes_answer(
    environment: Environment,
) -> None:
    await environment.ensure()
    broken = make_server("out of order", 503)
    await environment.apply(make_web(environment, broken, readinessProbe=READY))
    with pytest.raises(RolloutFailedError, match="runs but is not ready") as failure:
        await environment.rollout(10)
    assert "503" in str(failure.value)
    assert "listening on 8080" in failure.value.excerpt


@pytest.mark.spec("FR-009")
async def test_a_missing_secret_is_named(environment: Environment) -> None:
    await environment.ensure()
    variable = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "absent", "key": "key"}}}
    await environment.apply(make_web(environment, SLEEP, env=[variable]))
    with pytest.raises(RolloutFailedError, match=r'secret "absent" not found'):
        await environment.rollout(60)


@pytest.mark.spec("FR-010")
async def test_a_pod_over_quota_is_refused_and_the_user_is_told(environment: Environment) -> None:
    await environment.ensure(Quota(memory="256Mi"))
    limits = {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}}
    await environment.apply(make_web(environment, SLEEP, resources=limits))
    with pytest.raises(RolloutFailedError, match="exceeded quota") as failure:
        await environment.rollout(90)
    assert "limits.memory" in str(failure.value)
    assert "quota" in failure.value.hint
    assert await environment.cluster.pods(environment.namespace) == []


@pytest.mark.spec("FR-010")
@pytest.mark.variant
async def test_a_stateful_set_over_quota_is_told_too(environment: Environment) -> None:
    await environment.ensure(Quota(memory="256Mi"))
    limits = {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}}
    await environment.apply(make_set(make_web(environment, SLEEP, resources=limits)))
    with pytest.raises(RolloutFailedError, match="exceeded quota"):
        await environment.rollout(90)


@pytest.mark.variant
@pytest.mark.spec("FR-007", "FR-011")
async def test_a_stateful_set_comes_up_again_once_a_push_has_mended_it(
    environment: Environment,
) -> None:
    """Kubernetes alone would wait without end for the broken pod to get ready."""
    await environment.ensure()
    crash = make_web(environment, "raise SystemExit(3)", readinessProbe=READY)
    await environment.apply(make_set(crash))
    with pytest.raises(RolloutFailedError, match="crashes with exit code 3"):
        await environment.rollout(120)
    mended = make_web(environment, make_server("it works"), readinessProbe=READY)
    await environment.apply(make_set(mended))
    result = await environment.rollout(120)
    assert result is not None
    assert "pod `web-0` was broken before this revision and is replaced" in result.reasons[0]


@pytest.mark.spec("FR-013")
async def test_a_pod_that_reaches_for_the_node_is_refused_and_told(
    environment: Environment,
) -> None:
    await environment.ensure()
    web = make_web(environment, SLEEP)
    web["spec"]["template"]["spec"]["volumes"] = [{"name": "node", "hostPath": {"path": "/"}}]
    await environment.apply(web)
    with pytest.raises(RolloutFailedError, match="violates PodSecurity"):
        await environment.rollout(60)


@pytest.mark.spec("FR-009")
async def test_a_failed_job_fails_the_rollout_with_its_log(environment: Environment) -> None:
    await environment.ensure()
    pod = make_pod_spec(environment, "print('no such table'); raise SystemExit(1)")
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "seed", "labels": {"app.kubernetes.io/instance": "shop"}},
        "spec": {"backoffLimit": 0, "template": {"spec": {**pod, "restartPolicy": "Never"}}},
    }
    await environment.apply(job)
    with pytest.raises(RolloutFailedError, match="job `seed` ended with exit code 1") as failure:
        await environment.rollout(60)
    assert "no such table" in failure.value.excerpt


@pytest.mark.spec("FR-011")
async def test_a_pod_that_cannot_begin_for_no_fault_of_the_chart_counts_as_the_platforms(
    environment: Environment,
) -> None:
    await environment.ensure()
    await environment.apply(make_web(environment, SLEEP, image="registry.invalid/app:1"))
    with pytest.raises(Exception, match="cannot be pulled") as failure:
        await environment.rollout(10)
    assert type(failure.value).__name__ == "RegistryError"
    assert not issubclass(failure.type, RolloutFailedError | PhaseTimeoutError)
