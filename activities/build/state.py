"""Volumes that keep BuildKit's state from build to build: base images, layers and cache mounts that no registry cache
brings back (FR-002).

One for each component of a project, for trusted code alone, and for one build at a time: BuildKit takes its state for
itself. Whoever finds it taken builds from the registry's cache, as all do where no volumes are configured.
"""

from collections.abc import Sequence

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.build.config import BuildConfig
from activities.kube import KubeObject
from workflows import naming
from workflows.models import messages as m

STATE_LABEL = f"{naming.DOMAIN}/build-state"
"""On a Job: the claim that it uses."""


class BuildStates:
    """All of one build namespace."""

    def __init__(self, api: ApiClient, config: BuildConfig) -> None:
        self._api = api
        self._config = config
        self._claims = kube.collection_path("v1", "PersistentVolumeClaim", config.namespace)
        self._jobs = kube.collection_path("batch/v1", "Job", config.namespace)
        self._pods = kube.collection_path("v1", "Pod", config.namespace)

    async def take(self, request: m.BuildImageInput) -> str:
        """The claim that this build may use; empty when it gets none. Raises ClusterError.

        Two that ask in the same moment may both get it: the script in the pod lets one of them have it.
        """
        if not self._config.state_size or not request.is_trusted:
            return ""
        claim = make_state_claim(request, self._config)
        name = str(claim["metadata"]["name"])
        return "" if await self._is_used(name) or not await self._ensure(claim) else name

    async def forget(self, project: str) -> None:
        """Delete those of a project. Kubernetes keeps each until the last Job that used it has expired. Raises
        ClusterError."""
        if not self._config.state_size:
            return
        query = [("labelSelector", f"{naming.PROJECT_LABEL}={project},{STATE_LABEL}")]
        await kube.request(self._api, "DELETE", self._claims, query=query)

    async def _ensure(self, claim: KubeObject) -> bool:
        """Never changed once it is there: a claim may not shrink, and not every one can grow. False while it goes."""
        try:
            await kube.request(self._api, "POST", self._claims, body=claim)
        except kube.ConflictError:
            path = f"{self._claims}/{claim['metadata']['name']}"
            try:
                found = await kube.request(self._api, "GET", path)
            except kube.NotFoundError:
                return False
            return not found["metadata"].get("deletionTimestamp")
        return True

    async def _is_used(self, name: str) -> bool:
        """Whether a build that is not over has it. A Job counts its pod as active for seconds after that has ended."""
        query = [("labelSelector", f"{STATE_LABEL}={name}")]
        jobs = await kube.request(self._api, "GET", self._jobs, query=query)
        pods = await kube.request(self._api, "GET", self._pods, query=query)
        return is_under_way(jobs["items"], pods["items"])


def is_under_way(jobs: Sequence[KubeObject], pods: Sequence[KubeObject]) -> bool:
    """Whether a pod of one of these Jobs may still run."""
    ended = {
        pod["metadata"]["labels"]["batch.kubernetes.io/job-name"]
        for pod in pods
        if (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    }
    return any(
        (job.get("status") or {}).get("active") and job["metadata"]["name"] not in ended
        for job in jobs
    )


def make_state_claim(request: m.BuildImageInput, config: BuildConfig) -> KubeObject:
    """The volume of a component's builds."""
    ref, component = request.ref, request.build.component
    name = f"state-{naming.short_hash(ref.project, component)}"
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "namespace": config.namespace,
            "labels": {
                naming.MANAGED_BY_LABEL: naming.MANAGED_BY,
                naming.TEAM_LABEL: ref.team,
                naming.PROJECT_LABEL: ref.project,
                naming.COMPONENT_LABEL: naming.label_value(component),
                STATE_LABEL: name,
            },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": config.state_size}},
        },
    }
