"""Environments as the lifecycle makes them, and small workloads to put into them."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.testing import ActivityEnvironment

from activities.addresses import PublicAddress
from activities.cluster import ClusterActivities, ClusterConfig
from activities.log_masking import mask_log
from activities.manifests import NetworkRules, cidr_of
from deploy.local.cluster import ClusterConnection
from deploy.local.instance import POD_NETWORK, SERVICE_NETWORK
from tests.e2e.support.cluster import Cluster
from workflows.models import (
    EnvironmentRef,
    HealthCheck,
    PathRoute,
    PullRequestRef,
    Quota,
    RouteSettings,
)
from workflows.models import messages as m

PULL_REQUEST = PullRequestRef(installation=7, repository_id=70, repository="acme/shop", number=1)
COMMIT = "0123456789" * 4
RELEASE = "shop"
KubeObject = dict[str, Any]


class Kept:
    """A store for logs in memory, which masks as the real one does; that has tests of its own."""

    def __init__(self) -> None:
        self.logs: dict[tuple[str, str], list[str]] = {}

    async def keep(self, namespace: str, pod: str, container: str, lines: Sequence[str]) -> None:
        self.logs[pod, container] = list(await mask_log(lines))


class Environment:
    """One environment and the activities that act on it."""

    def __init__(self, cluster: Cluster, **config: Any) -> None:
        self.cluster = cluster
        self.kept = Kept()
        self.heartbeats: list[Any] = []
        self.config = make_config(cluster.connection, **config)
        self.activities = ClusterActivities(cluster.api, self.config, self.kept)
        project = f"t-cluster{uuid4().hex[:6]}"
        environment = "pr-shop-1"
        self.ref = EnvironmentRef(
            team="t", project=project, environment=environment, namespace=f"{project}-{environment}"
        )

    @property
    def namespace(self) -> str:
        return self.ref.namespace

    async def run(self, activity: Any, *arguments: Any) -> Any:
        """Run an activity as a worker does, keeping its heartbeats."""
        runner = ActivityEnvironment()
        runner.on_heartbeat = self.heartbeats.append
        return await runner.run(activity, *arguments)

    async def ensure(
        self,
        quota: Quota | None = None,
        *egress: str,
        hosts: tuple[str, ...] = (),
        has_owner: bool = False,
    ) -> m.EnsureNamespaceResult:
        request = m.EnsureNamespaceInput(
            ref=self.ref,
            pull_request=PULL_REQUEST,
            branch="feat/cart",
            quota=quota or Quota(),
            egress=egress,
            egress_hosts=hosts,
            has_owner=has_owner,
        )
        result: m.EnsureNamespaceResult = await self.run(self.activities.ensure_namespace, request)
        return result

    async def rollout(self, seconds: float = 60) -> m.WaitForRolloutResult | None:
        request = m.WaitForRolloutInput(
            ref=self.ref, commit=COMMIT, release=RELEASE, timeout=timedelta(seconds=seconds)
        )
        result: m.WaitForRolloutResult | None = await self.run(
            self.activities.wait_for_rollout, request
        )
        return result

    async def route(
        self, route: RouteSettings | None = None, *more: PathRoute
    ) -> m.EnsureRouteResult:
        request = m.EnsureRouteInput(
            ref=self.ref, release=RELEASE, route=route or RouteSettings(), more=more
        )
        result: m.EnsureRouteResult = await self.run(self.activities.ensure_route, request)
        return result

    async def health(self, url: str, seconds: int = 20, path: str = "/") -> int:
        request = m.CheckHealthInput(
            ref=self.ref,
            commit=COMMIT,
            url=url,
            release=RELEASE,
            health=HealthCheck(path=path, timeout_seconds=seconds),
        )
        result: m.CheckHealthResult = await self.run(self.activities.check_health, request)
        return result.status

    async def delete(self) -> m.RemoveResult:
        request = m.RemoveInput(ref=self.ref)
        result: m.RemoveResult = await self.run(self.activities.delete_namespace, request)
        return result

    async def apply(self, *objects: KubeObject) -> None:
        for wanted in objects:
            await self.cluster.apply(_within(wanted, self.namespace))

    @property
    def image(self) -> str:
        return f"{self.cluster.connection.registry}/library/python:3.11-slim"


def make_config(connection: ClusterConnection, **changes: Any) -> ClusterConfig:
    """As the worker of the local stack is configured."""
    values: dict[str, Any] = {
        "address": PublicAddress(
            domain=connection.preview_domain,
            port=connection.browser_port,
            ingress=f"{connection.ingress_address}:{connection.ingress_port}",
            inner_domain=connection.cluster_domain,
            gateway=connection.gateway,
        ),
        "network": NetworkRules(
            ingress_namespace=connection.ingress_namespace,
            registry_cidr=cidr_of(connection.registry),
            registry_port=int(connection.registry.rpartition(":")[2]),
            inner_cidrs=(POD_NETWORK, SERVICE_NETWORK),
        ),
        **changes,
    }
    return ClusterConfig(**values)


def make_web(
    environment: Environment, script: str, *, app: str = "web", **changes: Any
) -> KubeObject:
    """A Deployment of the release whose one container runs a Python script; `changes` go into the container."""
    pod = make_pod_spec(environment, script, **changes)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": app, **_of_release()},
        "spec": {
            "selector": {"matchLabels": {"app": app}},
            "template": {"metadata": {"labels": {"app": app}}, "spec": pod},
        },
    }


def make_service(name: str = "web", port: int = 80, *, app: str = "web") -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, **_of_release()},
        "spec": {"selector": {"app": app}, "ports": [{"port": port, "targetPort": 8080}]},
    }


def make_pod_spec(environment: Environment, script: str, **changes: Any) -> KubeObject:
    container = {
        "name": "web",
        "image": environment.image,
        "command": ["python", "-u", "-c", script],
        **changes,
    }
    return {"terminationGracePeriodSeconds": 1, "containers": [container]}


def make_server(answer: str, status: int = 200) -> str:
    """A script that answers every request with that text and status, and ends when told to."""
    return f"""
import http.server, os, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = {json.dumps(answer)}.encode()
        self.send_response({status})
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
print("listening on 8080", flush=True)
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


READY = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
SLEEP = "import time; time.sleep(3600)"


def _of_release() -> KubeObject:
    return {"annotations": {"meta.helm.sh/release-name": RELEASE}}


def _within(wanted: KubeObject, namespace: str) -> KubeObject:
    return {**wanted, "metadata": {**wanted["metadata"], "namespace": namespace}}
