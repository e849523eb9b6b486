"""The node is described completely before it starts."""

import tomllib
from pathlib import Path

import pytest
import yaml

from deploy.local.instance import Instance, derive
from deploy.local.node import configuration
from deploy.local.node.init import Process
from deploy.local.node.layout import NodeFiles, Tools
from deploy.local.node.specification import make_specification
from deploy.local.steps import Outcome, Step, StepContext, check_order

TOOLS = Tools(
    kubernetes=Path("/cache/kubernetes"),
    debian=Path("/cache/debian"),
    coredns=Path("/cache/coredns"),
    traefik=Path("/cache/traefik"),
)


@pytest.fixture
def instance() -> Instance:
    return derive(Path("/srv/a"), {"HOME": "/home/dev"})


@pytest.fixture
def processes(instance: Instance) -> list[Process]:
    return make_specification(instance, TOOLS, NodeFiles(instance))["processes"]


def test_processes_wait_only_for_processes_of_the_node(processes: list[Process]) -> None:
    async def nothing(_: StepContext) -> Outcome:
        return Outcome.DONE

    order = check_order([Step(p["name"], "", nothing, tuple(p["after"])) for p in processes])
    assert order.index("etcd") < order.index("kube-apiserver") < order.index("kubelet")


def test_every_process_says_when_it_is_ready(processes: list[Process]) -> None:
    assert all("http" in p["ready"] or "unix" in p["ready"] for p in processes)


def test_nothing_of_the_node_depends_on_where_the_checkout_is(instance: Instance) -> None:
    specification = make_specification(instance, TOOLS, NodeFiles(instance))
    inside = [str(specification["processes"]), str(specification["environment"])]
    inside += [configuration.containerd("10.0.0.2:5000"), configuration.registry()]
    assert not [text for text in inside if str(instance.state_home) in text or "/cache/" in text]


def test_two_stacks_differ_in_node_name_address_and_cgroup() -> None:
    nodes = [derive(Path(path), {"HOME": "/h"}) for path in ("/srv/a", "/srv/b")]
    one, other = (make_specification(node, TOOLS, NodeFiles(node)) for node in nodes)
    for key in ("hostname", "link", "address"):
        assert one[key] != other[key]
    roots = {yaml.safe_load(configuration.kubelet(node.cgroup))["cgroupRoot"] for node in nodes}
    assert len(roots) == 2


def test_the_machines_kernel_settings_are_shown_and_never_written(instance: Instance) -> None:
    specification = make_specification(instance, TOOLS, NodeFiles(instance))
    assert all(name.startswith("net/") for name in specification["settings"])
    assert {"vm/overcommit_memory", "kernel/panic"} <= specification["shown_settings"].keys()
    assert yaml.safe_load(configuration.kubelet("x"))["protectKernelDefaults"] is True


def test_containerd_starts_pods_on_machines_that_may_not_lower_their_score() -> None:
    settings = tomllib.loads(configuration.containerd("10.0.0.2:5000"))
    cri = settings["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["restrict_oom_score_adj"] is True
    assert cri["sandbox_image"].startswith("10.0.0.2:5000/catalyst/pause:")


def test_public_images_come_from_the_local_registry() -> None:
    hosts = configuration.registry_hosts("10.0.0.2:5000")
    assert tomllib.loads(hosts["docker.io"])["host"].keys() == {"http://10.0.0.2:5000"}
    assert tomllib.loads(hosts["10.0.0.2:5000"])["server"] == "http://10.0.0.2:5000"


def test_the_registry_can_delete() -> None:
    assert yaml.safe_load(configuration.registry())["storage"]["delete"] == {"enabled": True}


def test_services_cannot_take_over_addresses_of_the_node(processes: list[Process]) -> None:
    (apiserver,) = (p for p in processes if p["name"] == "kube-apiserver")
    (plugins,) = (a for a in apiserver["argv"] if a.startswith("--enable-admission-plugins="))
    assert "DenyServiceExternalIPs" in plugins.partition("=")[2].split(",")
