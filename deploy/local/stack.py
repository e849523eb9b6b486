"""The local cluster as steps: from nothing to a cluster that takes previews, and back."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from deploy.local import debian, external, golang, smalltools
from deploy.local.browser import ensure_forward, stop_forward
from deploy.local.cluster import ClusterConnection, connection_file, write_connection
from deploy.local.images import builder, languages, pause, proxy, services, standins
from deploy.local.images.variants import StandIn
from deploy.local.instance import Instance
from deploy.local.node import lifecycle, objects
from deploy.local.node.layout import REGISTRY_PORT, NodeFiles, Tools
from deploy.local.steps import Outcome, Step, StepContext

CLUSTER_READY = "cluster"
"""The last step: whatever needs a working cluster comes after it."""
REGISTRY_READY = "registry"

_STAND_INS = (*languages.ALL, services.POSTGRES, services.REDIS, services.OBJECTS, proxy.SQUID)
_Cached = Callable[[Path, StepContext], Awaitable[Outcome]]
_Push = Callable[[Path, str], Awaitable[Outcome]]
_GO_HINT = (
    "check that the Go module proxy answers (`go env GOPROXY`); run it again, it goes on where "
    "it stopped"
)
_APT_HINT = "check that `apt-get update` works; run it again, it goes on where it stopped"
_PROCESS_SECONDS = 60.0
"""Each of the node's processes is ready within 5 s on two idle cores; busy machines need more."""
_PROCESSES = {
    "registry": (),
    "containerd": (),
    "etcd": (),
    "kube-apiserver": ("etcd",),
    "kube-controller-manager": ("kube-apiserver",),
    "kube-scheduler": ("kube-apiserver",),
    "kubelet": ("kube-apiserver", "containerd"),
    "kube-proxy": ("kubelet",),
    "kube-router": ("kubelet",),
}


def make_connection(instance: Instance) -> ClusterConnection:
    """Return how the cluster of this stack is reached; pure."""
    tools = golang.artifact(golang.KUBERNETES, instance.cache_directory)
    network = instance.network
    registry = f"{network.node_address}:{REGISTRY_PORT}"
    return ClusterConnection(
        instance=instance.name,
        kubeconfig=NodeFiles(instance).kubeconfig,
        helm=tools / "helm",
        kubectl=tools / "kubectl",
        registry=registry,
        ingress_address=network.node_address,
        ingress_port=80,
        browser_port=instance.ports.ingress,
        host_address=network.host_address,
        node_address=network.node_address,
        preview_domain="localhost",
        cluster_domain="catalyst.internal",
        gateway="catalyst-system/catalyst",
        ingress_class="traefik",
        ingress_namespace="catalyst-ingress",
        builder_image=f"{registry}/{builder.REPOSITORY}:{builder.tag()}",
    )


class ClusterStack:
    """The cluster of one stack: tools, node, objects, images."""

    def __init__(self, instance: Instance) -> None:
        settings = external.read_settings(os.environ)
        self._external = external.ExternalCluster(instance, settings) if settings else None
        cache = instance.cache_directory
        self._instance = instance
        self._cache = cache
        self._connection = make_connection(instance)
        self._objects = objects.ClusterObjects(self._connection)
        tools = Tools(
            kubernetes=golang.artifact(golang.KUBERNETES, cache),
            debian=debian.node_artifact(cache),
            coredns=golang.artifact(golang.COREDNS, cache),
            traefik=smalltools.traefik_artifact(cache),
        )
        self._node = lifecycle.Node(instance, tools)

    @property
    def connection(self) -> ClusterConnection:
        """How the cluster is reached once it is up."""
        return self._external.connection if self._external else self._connection

    def steps(self) -> list[Step]:
        """Return all steps that bring the cluster up; `CLUSTER_READY` is the last of them."""
        if self._external:
            return self._external.steps(ready=CLUSTER_READY)
        return [
            *self._tool_steps(),
            *self._node_steps(),
            *self._object_steps(),
            *self._image_steps(),
            Step(
                CLUSTER_READY,
                "cluster ready",
                self._write_connection,
                after=(
                    *("dns", "ingress", "kube-router", "forward", "prepull"),
                    *(f"{each.step}-pushed" for each in _STAND_INS),
                ),
            ),
        ]

    async def delete_if_present(self, context: StepContext) -> None:
        """Remove the cluster with every trace of it; the cache stays."""
        if self._external:
            await self._external.delete_if_present()
            return
        connection_file(self._instance).unlink(missing_ok=True)
        await stop_forward(self._instance)
        await self._node.delete_if_present(context)

    def _tool_steps(self) -> list[Step]:
        def compiled(name: str, title: str, tools: golang.GoTools) -> Step:
            action = partial(golang.ensure_go_tools, tools, self._cache)
            return Step(name, title, action, is_heavy=True, hint=_GO_HINT)

        def fetched(name: str, title: str, action: _Cached, hint: str) -> Step:
            return Step(name, title, partial(action, self._cache), hint=hint)

        return [
            compiled("kubernetes", "Kubernetes, Helm, kube-router", golang.KUBERNETES),
            compiled("coredns", "CoreDNS", golang.COREDNS),
            compiled("buildkit", "BuildKit", golang.BUILDKIT),
            compiled("versitygw", "object storage", golang.VERSITYGW),
            fetched("debian", "Debian packages", debian.ensure_node_packages, _APT_HINT),
            fetched("traefik", "Traefik", smalltools.ensure_traefik, ""),
            fetched("pause", "pause", smalltools.ensure_pause, _GO_HINT),
        ]

    def _node_steps(self) -> list[Step]:
        tools = ("kubernetes", "debian", "coredns", "traefik")
        node = self._node
        waits = [
            Step(
                name,
                f"node: {name}",
                partial(self._wait_for, name),
                after=("node", *after),
                hint=f"read {self._instance.log_directory / 'node' / name}.log",
            )
            for name, after in _PROCESSES.items()
        ]
        return [
            Step("configuration", "node: configuration", node.ensure_configured, after=tools),
            Step("node", "node: name spaces and network", node.ensure_started, ("configuration",)),
            *waits,
        ]

    def _object_steps(self) -> list[Step]:
        build = self._objects
        api = ("kube-apiserver",)
        running = ("kubelet", "kube-proxy", "kube-scheduler", "kube-controller-manager")
        pods = (*running, "pause-pushed")
        objects = ("gateway-api", "base-objects")
        return [
            Step("base-objects", "DNS, storage, namespaces", build.ensure_base, api),
            Step("gateway-api", "Gateway API", build.ensure_gateway_api, api),
            Step("ingress-objects", "ingress and gateway", build.ensure_ingress, objects),
            Step("dns", "DNS answers", build.wait_for_dns, ("base-objects", *pods)),
            Step("ingress", "ingress answers", build.wait_for_ingress, ("ingress-objects", *pods)),
            Step("forward", "browser port", self._forward, ("node",)),
        ]

    def _image_steps(self) -> list[Step]:
        def make(name: str, title: str, action: _Cached, *after: str) -> Step:
            return Step(name, title, partial(action, self._cache), after, hint=_APT_HINT)

        def push(name: str, title: str, action: _Push, *after: str) -> Step:
            return Step(f"{name}-pushed", title, partial(self._push, action), ("registry", *after))

        def needed(stand_in: StandIn) -> tuple[str, ...]:
            return ("versitygw",) if stand_in is services.OBJECTS else ()

        prepull = self._objects.ensure_prepulled
        further = [
            step
            for each in _STAND_INS
            for step in (
                make(
                    each.step, f"base images: {each.name}", each.ensure, "standins", *needed(each)
                ),
                push(each.step, f"base images pushed: {each.name}", each.push, each.step),
            )
        ]
        return [
            *further,
            make("pause-image", "pause image", pause.ensure_image, "pause"),
            make("standins", "base images", standins.ensure_images, "debian"),
            make("builder", "builder image", builder.ensure_image, "standins", "buildkit"),
            push("pause", "pause image pushed", pause.push, "pause-image"),
            push("standins", "base images pushed", standins.push, "standins"),
            push("builder", "builder image pushed", builder.push, "builder", "standins-pushed"),
            Step("prepull", "first images fetched", prepull, ("builder-pushed", "base-objects")),
        ]

    async def _wait_for(self, name: str, context: StepContext) -> Outcome:
        return await self._node.wait_for(name, context, seconds=_PROCESS_SECONDS)

    async def _push(self, action: _Push, _: StepContext) -> Outcome:
        return await action(self._cache, self._connection.registry)

    async def _forward(self, _: StepContext) -> Outcome:
        return await ensure_forward(self._instance, self._connection)

    async def _write_connection(self, _: StepContext) -> Outcome:
        write_connection(self._connection, connection_file(self._instance))
        return Outcome.DONE
