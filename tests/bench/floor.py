"""The floor: the same application with bare tools. A Job that runs `buildctl`, then `helm upgrade --install --wait`."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from activities import kube
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from tests.support.github.client_models import Repo
from workflows import naming

LIMIT = 300.0
"""Seconds for one build or one installation; ten times what it takes."""
_SCRIPT = """
printf '%s\\n' '[registry."docker.io"]' '  mirrors = ["{registry}"]' '[registry."{registry}"]' '  http = true' > /build/buildkitd.toml
git clone --quiet --depth 1 --branch {branch} {clone} /build/source
exec buildctl-daemonless.sh build --frontend=dockerfile.v0 --opt cmdline=dockerfile.v0 \
  --local context=/build/source --local dockerfile=/build/source \
  --output type=image,name={image},push=true \
  --export-cache type=registry,ref={cache},mode=max --import-cache type=registry,ref={cache}
"""


@dataclass(frozen=True)
class Floor:
    """Seconds of both halves."""

    build: float
    install: float

    @property
    def whole(self) -> float:
        return self.build + self.install


async def measure_floor(
    stack: Stack, repository: Repo, branch: str, clone: str, files: dict[str, str], tag: str
) -> Floor:
    """Build one branch and install its chart in a fresh namespace, with nothing of Catalyst's in between."""
    namespace = f"bench-{tag}"
    image = f"{stack.connection.registry}/bench/{repository.full_name.partition('/')[2]}"
    build = await _timed(_build(stack, tag, branch, clone, image))
    api = stack.cluster.api
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    await kube.request(api, "POST", "/api/v1/namespaces", body=body)
    try:
        install = await _timed(_install(stack, namespace, files, image, tag))
    finally:
        await kube.request(api, "DELETE", f"/api/v1/namespaces/{namespace}")
    return Floor(build=build, install=install)


async def _timed(action: Any) -> float:
    began = time.monotonic()
    await action
    return time.monotonic() - began


async def _build(stack: Stack, tag: str, branch: str, clone: str, image: str) -> None:
    api, jobs = stack.cluster.api, f"/apis/batch/v1/namespaces/{naming.BUILD_NAMESPACE}/jobs"
    job = _job(stack, tag, branch, clone, image)
    await kube.request(api, "POST", jobs, body=job)
    path = f"{jobs}/{job['metadata']['name']}"

    async def is_over() -> bool:
        status = (await kube.request(api, "GET", path))["status"]
        if status.get("failed"):
            raise RuntimeError("the bare build failed")
        return bool(status.get("succeeded"))

    try:
        await eventually(is_over, within=LIMIT, what="the bare build has ended")
    finally:
        query = [("propagationPolicy", "Background")]
        await kube.request(api, "DELETE", path, query=query)


async def _install(
    stack: Stack, namespace: str, files: dict[str, str], image: str, tag: str
) -> None:
    with TemporaryDirectory(prefix="catalyst-bench-") as directory:
        await asyncio.to_thread(_write_chart, Path(directory), files)
        process = await asyncio.create_subprocess_exec(
            stack.connection.helm,
            f"--kubeconfig={stack.connection.kubeconfig}",
            f"--namespace={namespace}",
            "upgrade",
            "--install",
            "--wait",
            f"--timeout={LIMIT:.0f}s",
            f"--set=image.repository={image},image.tag={tag}",
            "bench",
            str(Path(directory, "chart")),
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait() != 0:
            raise RuntimeError("the bare installation failed")


def _write_chart(directory: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        if name.startswith("chart/"):
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def _job(stack: Stack, tag: str, branch: str, clone: str, image: str) -> dict[str, Any]:
    script = _SCRIPT.format(
        registry=stack.connection.registry,
        branch=branch,
        clone=clone,
        image=f"{image}:{tag}",
        cache=f"{image}:cache",
    )
    flags = "--oci-worker-no-process-sandbox --config=/build/buildkitd.toml"
    container = {
        "name": "build",
        "image": stack.connection.builder_image,
        "command": ["sh", "-ec", script],
        "env": [{"name": "BUILDKITD_FLAGS", "value": flags}],
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "2Gi"}},
        "volumeMounts": [
            {"name": "work", "mountPath": "/build"},
            {"name": "state", "mountPath": "/home/user/.local/share/buildkit"},
        ],
    }
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsUser": 1000,
            "runAsGroup": 1000,
            "fsGroup": 1000,
            "seccompProfile": {"type": "Unconfined"},
            "appArmorProfile": {"type": "Unconfined"},
        },
        "containers": [container],
        "volumes": [{"name": "work", "emptyDir": {}}, {"name": "state", "emptyDir": {}}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"bench-{tag}"},
        "spec": {"backoffLimit": 0, "template": {"spec": pod}},
    }
