"""Jobs of Catalyst's own chart: which have succeeded, and their end when a revision is stopped.

Helm does not wait for them, so that they outlive it: a migration of a cancelled revision would go on beside the next.
"""

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.helm.hooks import stop_unfinished
from activities.helm.stages import Runs
from activities.kube import KubeObject
from workflows import naming


async def succeeded_jobs(api: ApiClient, namespace: str, release: str) -> Runs:
    """Component and revision of each. Raises ClusterError when it cannot tell."""
    found = await _jobs(api, namespace, f"{naming.INSTANCE_LABEL}={release}")
    return frozenset(_run(job) for job in found if _has_succeeded(job))


async def stop_unfinished_jobs(api: ApiClient, namespace: str) -> None:
    """Delete those that still run, of whichever release, and wait until their pods are gone.

    Raises HelmError after a while. Those that have ended stay, with their logs.
    """
    await stop_unfinished(api, namespace, await _jobs(api, namespace), "jobs")


async def _jobs(api: ApiClient, namespace: str, *selectors: str) -> list[KubeObject]:
    # Jobs that carry a revision: those of a CronJob, and of other charts, run as long as they like.
    selector = ",".join((naming.REVISION_LABEL, *selectors))
    path = kube.collection_path("batch/v1", "Job", namespace)
    answer = await kube.request(api, "GET", path, query=[("labelSelector", selector)])
    return [{**item, "apiVersion": "batch/v1", "kind": "Job"} for item in answer["items"]]


def _run(job: KubeObject) -> tuple[str, str]:
    labels = job["metadata"]["labels"]
    return labels.get(naming.PART_LABEL, ""), labels[naming.REVISION_LABEL]


def _has_succeeded(job: KubeObject) -> bool:
    if job["metadata"].get("deletionTimestamp"):
        return False  # it would be made anew
    return any(
        condition["type"] == "Complete" and condition["status"] == "True"
        for condition in (job.get("status") or {}).get("conditions") or ()
    )
