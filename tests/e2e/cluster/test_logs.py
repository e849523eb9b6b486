"""Logs of running and of crashed containers, and what is said when there are none."""

from datetime import UTC, datetime

import pytest

from activities import kube
from activities.logs import LogsMissingError, PodLogs
from deploy.local.cluster import ClusterConnection
from tests.e2e.cluster.environments import SLEEP, Environment, make_pod_spec, make_web
from tests.e2e.support.waiting import eventually
from workflows.errors import ClusterError
from workflows.models import messages as m

pytestmark = pytest.mark.cluster


@pytest.mark.spec("FR-006")
async def test_each_containers_last_lines_are_read_with_time_stamps(
    environment: Environment,
) -> None:
    await environment.ensure()
    script = "import time\nfor n in range(50): print('line', n)\ntime.sleep(3600)"
    web = make_web(environment, script)
    quiet = make_pod_spec(environment, SLEEP, name="quiet")["containers"][0]
    web["spec"]["template"]["spec"]["containers"].append(quiet)
    await environment.apply(web)
    await environment.rollout()
    logs = PodLogs(environment.cluster.api)
    found = await logs.containers(environment.namespace)
    assert [(one.container, one.state) for one in found] == [
        ("web", "running"),
        ("quiet", "running"),
    ]
    pod = found[0].pod
    last = await logs.lines(environment.namespace, pod, "web", tail=2)
    assert last == ("line 48", "line 49")
    stamped = await logs.lines(environment.namespace, pod, "web", tail=1, timestamps=True)
    stamp = datetime.fromisoformat(stamped[0].split(" ")[0][:26] + "+00:00")
    assert stamp <= datetime.now(UTC)
    assert await logs.lines(environment.namespace, pod, "web", since=datetime.now(UTC)) == ()


@pytest.mark.spec("FR-006")
@pytest.mark.invariant(10)
async def test_a_missing_container_and_an_empty_log_are_different_answers(
    environment: Environment,
) -> None:
    logs = PodLogs(environment.cluster.api)
    with pytest.raises(LogsMissingError, match="there is no namespace"):
        await logs.containers(environment.namespace)
    await environment.ensure()
    assert await logs.containers(environment.namespace) == ()
    with pytest.raises(LogsMissingError, match="there is no pod"):
        await logs.lines(environment.namespace, "absent", "web")
    await environment.apply(make_web(environment, SLEEP))
    await environment.rollout()
    pod = (await logs.containers(environment.namespace))[0].pod
    assert await logs.lines(environment.namespace, pod, "web") == ()
    with pytest.raises(LogsMissingError, match="container other"):
        await logs.lines(environment.namespace, pod, "other")


@pytest.mark.spec("FR-006")
@pytest.mark.invariant(10)
async def test_a_cluster_that_does_not_answer_is_told_from_one_that_says_no(
    connection: ClusterConnection,
) -> None:
    api = await kube.connect(connection.kubeconfig)
    try:
        api.configuration.host = "https://127.0.0.1:1"
        with pytest.raises(ClusterError, match="cannot be reached") as failure:
            await PodLogs(api).containers("any")
        assert not isinstance(failure.value, kube.KubeError)
    finally:
        await kube.close(api)


@pytest.mark.spec("FR-006")
async def test_logs_of_crashed_and_running_containers_and_events_are_kept_masked(
    environment: Environment,
) -> None:
    await environment.ensure()
    script = (
        "import os, sys, time\n"
        "print('password=hunter22secret')\n"
        "first = not os.path.exists('/data/again')\n"
        "open('/data/again', 'w').close()\n"
        "sys.exit('first run fails') if first else time.sleep(3600)"
    )
    volume = [{"name": "data", "mountPath": "/data"}]
    web = make_web(environment, script, volumeMounts=volume)
    web["spec"]["template"]["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    await environment.apply(web)
    logs = PodLogs(environment.cluster.api)

    async def has_restarted() -> bool:
        for one in await logs.containers(environment.namespace):
            if one.restarts and one.state == "running":
                return bool(await logs.lines(environment.namespace, one.pod, one.container))
        return False

    await eventually(has_restarted, within=60, what="the container runs and prints again")
    request = m.KeepLogsInput(ref=environment.ref)
    await environment.run(environment.activities.keep_logs, request)
    kept = environment.kept.logs
    pod = next(pod for pod, container in kept if container == "web")
    assert any("first run fails" in line for line in kept[pod, "web (previous)"])
    assert any("password=***" in line for line in kept[pod, "web"])
    assert any("SuccessfulCreate" in line for line in kept["(namespace)", "events"])
    assert "hunter22secret" not in str(kept)


@pytest.mark.spec("FR-006")
async def test_keeping_logs_of_a_namespace_that_is_gone_is_fine(environment: Environment) -> None:
    request = m.KeepLogsInput(ref=environment.ref)
    await environment.run(environment.activities.keep_logs, request)
    assert environment.kept.logs == {}
