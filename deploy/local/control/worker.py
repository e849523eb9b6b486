"""The worker: every activity and workflow of Catalyst in one process on this machine."""

import json
import os
import sys

from deploy.local.cluster import ClusterConnection
from deploy.local.control.github import GitHubFacts
from deploy.local.control.packages import npm_mirror, pypi_mirror
from deploy.local.control.probes import answers
from deploy.local.control.service import Service
from deploy.local.control.temporal import temporal_environment, temporal_ui
from deploy.local.images import proxy
from deploy.local.instance import POD_NETWORK, SERVICE_NETWORK, Instance

DIRECTORIES_VARIABLE = "CATALYST_LOCAL_DEVELOPMENT_DIRECTORIES"
"""What the worker is told as `CATALYST_WORKER_DEVELOPMENT_DIRECTORIES`."""
_GRACE = 15.0
"""Seconds a stopping worker gets; running activities are taken over by the next one anyway."""


def catalyst_url(instance: Instance) -> str:
    """Where Catalyst's pages and REST interface answer."""
    return f"http://127.0.0.1:{instance.ports.api}"


def database_url(instance: Instance) -> str:
    """The read model that API and worker share."""
    return f"sqlite+aiosqlite:///{instance.state_directory / 'catalyst.db'}"


def worker_service(instance: Instance, cluster: ClusterConnection, github: GitHubFacts) -> Service:
    """Describe the process."""
    health = f"127.0.0.1:{instance.ports.worker_health}"

    async def is_ready() -> bool:
        return await answers(f"http://{health}/readyz")

    settings = {
        "database_url": database_url(instance),
        "kubeconfig": str(cluster.kubeconfig),
        "github_url": github.base_url,
        "git_url": github.base_url,
        "github_app_id": str(github.app_id),
        "github_app_key": str(github.key_file),
        "registry": cluster.registry,
        "registry_is_plain_http": "true",
        "build_state_size": "4Gi",
        **_base_images(instance, cluster),
        **_mirrors(instance, cluster),
        "builder_image": cluster.builder_image,
        "helm": str(cluster.helm),
        "domain": cluster.preview_domain,
        "public_port": str(cluster.browser_port),
        "inner_domain": cluster.cluster_domain,
        "ingress": f"{cluster.ingress_address}:{cluster.ingress_port}",
        "ingress_namespace": cluster.ingress_namespace,
        "cluster_cidrs": json.dumps(_inner_networks(instance, cluster)),
        "gateway": cluster.gateway,
        "web_url": catalyst_url(instance),
        "temporal_ui_url": temporal_ui(instance),
        "health_listen": health,
        "shutdown_grace": "PT10S",
        **_directories(),
    }
    root = instance.checkout
    return Service(
        name="worker",
        argv=(sys.executable, "-m", "worker"),
        environment={
            **{f"CATALYST_WORKER_{key.upper()}": value for key, value in settings.items()},
            **temporal_environment(instance),
            "PYTHONUNBUFFERED": "1",
        },
        sources=tuple(
            root / name for name in ("workflows", "activities", "worker", "requirements.lock")
        ),
        is_ready=is_ready,
        grace=_GRACE,
        hint="its log tells what is missing; the cluster must be up",
    )


def _directories() -> dict[str, str]:
    """Of this machine, whose files the node sees; the worker says what is wrong with them."""
    told = os.environ.get(DIRECTORIES_VARIABLE, "")
    return {"development_directories": told} if told else {}


def _base_images(instance: Instance, cluster: ClusterConnection) -> dict[str, str]:
    """The node's own registry stands in for docker.io; another cluster asks the real one, or a mirror it names."""
    mirror = cluster.registry if _is_own_node(instance, cluster) else cluster.mirror
    return {
        "registry_mirror": mirror,
        "probe_image": f"{mirror or 'docker.io'}/library/python:3.11-slim",
        "egress_proxy_image": f"{mirror or 'docker.io'}/{proxy.REPOSITORY}:latest",
    }


def _mirrors(instance: Instance, cluster: ClusterConnection) -> dict[str, str]:
    """The node has no way to the registries of the world."""
    if not _is_own_node(instance, cluster):
        return {}
    return {"npm_mirror": npm_mirror(instance), "pypi_mirror": pypi_mirror(instance)}


def _inner_networks(instance: Instance, cluster: ClusterConnection) -> list[str]:
    """Of a cluster that is not ours they are not known."""
    return [POD_NETWORK, SERVICE_NETWORK] if _is_own_node(instance, cluster) else []


def _is_own_node(instance: Instance, cluster: ClusterConnection) -> bool:
    return cluster.node_address == instance.network.node_address
