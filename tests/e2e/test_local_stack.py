"""The local stack is a real cluster, two of them do not meet, and one goes without a trace."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from deploy.local.node.lifecycle import PROCESS
from deploy.local.processes import Processes, is_alive
from tests.e2e.stacks import CHARTS, Cluster, Stack, assert_eventually
from tests.e2e.traces import namespaces_of, read_traces, running, still_held

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive, pytest.mark.timeout(1900)]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack("tests")
    stack.run("cluster")
    yield stack
    stack.run("down")


@pytest.fixture
def cluster(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    cluster = Cluster(stack.connection)
    yield cluster
    if request.session.testsfailed:
        sys.stderr.write(cluster.kubectl("get", "pods,events", "--all-namespaces", check=False))


@pytest.fixture
def namespaces(
    cluster: Cluster, request: pytest.FixtureRequest
) -> Iterator[tuple[Cluster, Cluster]]:
    names = ("one", "other")
    for name in names:
        cluster.kubectl("create", "namespace", name)
    one, other = cluster.within(names[0]), cluster.within(names[1])
    yield one, other
    if request.session.testsfailed:  # while it is still there
        for each in (one, other):
            sys.stderr.write(each.kubectl("get", "pods,events", check=False))
            logs = ("logs", "--selector=!nothing", "--all-containers", "--prefix", "--tail=40")
            sys.stderr.write(each.kubectl(*logs, check=False))
    cluster.kubectl("delete", "namespace", *names)


def install_hello(cluster: Cluster, name: str) -> None:
    connection = cluster.connection
    domains = (connection.preview_domain, connection.cluster_domain)
    hostnames = ",".join(f"{name}.{domain}" for domain in domains)
    cluster.helm(
        "upgrade",
        "--install",
        "--wait",
        "--timeout=120s",
        name,
        str(CHARTS / "hello"),
        f"--set=greeting=hello from {name}",
        f"--set=hostnames={{{hostnames}}}",
        f"--set=gateway={connection.gateway}",
    )


@pytest.mark.spec("ENV-002", "ENV-025")
def test_a_release_installed_by_hand_answers_at_its_localhost_address_and_inside_pods(
    namespaces: tuple[Cluster, Cluster],
) -> None:
    one, other = namespaces
    install_hello(one, "hello")
    install_hello(other, "caller")

    host = f"hello.{one.connection.preview_domain}"
    assert_eventually(
        lambda: one.get("/", host).text.strip() == "hello from hello",
        seconds=20,
        otherwise=one.describe,
    )

    inside = f"http://hello.{one.connection.cluster_domain}:{one.connection.browser_port}/"
    assert other.fetch_from_pod("deployment/caller", inside) == "hello from hello"


@pytest.mark.spec("FR-013")
def test_a_network_policy_is_enforced_with_real_packets(
    namespaces: tuple[Cluster, Cluster],
) -> None:
    one, other = namespaces
    install_hello(one, "hello")
    install_hello(other, "caller")
    address = "http://hello.one.svc.cluster.local/"
    assert other.fetch_from_pod("deployment/caller", address) == "hello from hello"

    one.apply(ingress_only_from("catalyst-ingress"))

    assert_eventually(
        lambda: other.fetch_from_pod("deployment/caller", address).startswith("failed"),
        seconds=20,
        otherwise=one.describe,
    )
    host = f"hello.{one.connection.preview_domain}"
    assert one.get("/", host).text.strip() == "hello from hello"

    one.kubectl("delete", "networkpolicy", "--all")
    assert_eventually(
        lambda: other.fetch_from_pod("deployment/caller", address) == "hello from hello",
        seconds=20,
        otherwise=one.describe,
    )


def ingress_only_from(namespace: str) -> dict[str, object]:
    allowed = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "only-ingress"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [allowed]}]},
    }


@pytest.mark.spec("ENV-002")
def test_a_volume_claim_is_bound_and_keeps_what_a_pod_wrote(
    namespaces: tuple[Cluster, Cluster],
) -> None:
    one, _ = namespaces
    one.apply(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Mi"}},
            },
        }
    )
    one.apply(pod_with_volume("writer", "echo kept > /data/file"))
    wait_until_succeeded(one, "writer")
    one.apply(pod_with_volume("reader", "cat /data/file"))
    wait_until_succeeded(one, "reader")

    assert one.kubectl("logs", "reader") == "kept\n"


def pod_with_volume(name: str, script: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never",
            "containers": [
                {
                    "name": "main",
                    "image": "docker.io/library/debian:12",
                    "command": ["sh", "-c", script],
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                }
            ],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        },
    }


def wait_until_succeeded(cluster: Cluster, pod: str) -> None:
    phase = "--output=jsonpath={.status.phase}"
    assert_eventually(
        lambda: cluster.kubectl("get", "pod", pod, phase) == "Succeeded",
        seconds=60,
        otherwise=cluster.describe,
    )


@pytest.mark.spec("OPS-7")
def test_a_second_up_changes_nothing_and_is_quick(stack: Stack) -> None:
    before = node_pid(stack)

    output = stack.run("cluster")

    assert node_pid(stack) == before
    assert "cached  node: name spaces and network" in output


def test_down_leaves_nothing_even_after_a_run_and_a_node_that_were_killed(stack: Stack) -> None:
    """The other stack of this module runs all the while: neither disturbs the other."""
    brief = Stack("brief")
    before = read_traces(brief.instance)
    brief.run_until("cluster", lambda: Processes(brief.instance).find(PROCESS) is not None)
    brief.run("cluster")
    pid = node_pid(brief)
    first, of_first = namespaces_of(pid), running()
    assert first

    # As if the machine had run out of memory: nobody gets to clean up.
    os.kill(pid, signal.SIGKILL)
    brief.run("cluster")
    Cluster(brief.connection).kubectl("get", "nodes")
    second, of_second = namespaces_of(node_pid(brief)), running()
    during = read_traces(brief.instance)
    assert {"links", "addresses", "cgroups", "marked", "ports"} <= during.new_since(
        before, brief.instance
    ).keys()

    instance = brief.instance
    brief.run("down")

    after = read_traces(instance)
    assert after.new_since(before, instance) == {}
    assert still_held(first, of_first) == set()
    assert still_held(second, of_second) == set()
    assert not instance.state_directory.exists()
    # The stack beside it did not notice.
    assert "running" in Cluster(stack.connection).kubectl("cluster-info")


def node_pid(stack: Stack) -> int:
    record = Processes(stack.instance).find(PROCESS)
    assert record is not None
    assert is_alive(record)
    return record.pid
