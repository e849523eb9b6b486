"""A release has its time to come up; what an outage of the Kubernetes API takes of it is not the release's fault."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from activities.cluster.rollout.wait import Rollouts
from activities.heartbeat import Progress
from tests.activities.cluster.rollout.objects import make_workload
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from workflows.errors import PhaseTimeoutError
from workflows.models import EnvironmentRef
from workflows.models.messages import WaitForRolloutInput

REQUEST = WaitForRolloutInput(
    ref=EnvironmentRef(team="team", project="team-shop", environment="pr-7", namespace="ns"),
    commit="1" * 40,
    release="shop",
    timeout=timedelta(seconds=2),
)


class Cluster:
    """One Deployment: unavailable API until `back` seconds, not ready until `ready` seconds."""

    def __init__(self, *, back: float, ready: float) -> None:
        self._began = time.monotonic()
        self._back, self._ready = back, ready

    def answer(self, asked: str) -> Answer:
        now = time.monotonic() - self._began
        if now < self._back:
            return 503, {"kind": "Status", "message": "etcdserver: leader changed"}
        if "/deployments" not in asked:
            return 200, {"items": []}
        count = int(now >= self._ready)
        status = {"replicas": 1, "updatedReplicas": 1, "readyReplicas": count}
        found = make_workload("Deployment", {**status, "availableReplicas": count})
        return 200, {"items": [found]}


async def wait(tmp_path: Path, cluster: Cluster) -> None:
    async with serving(KubernetesAPI(cluster.answer), tmp_path) as api:
        await Rollouts(api).wait(REQUEST, Progress())


@pytest.mark.spec("FR-011", "FR-018")
async def test_the_time_of_an_outage_is_not_the_releases(tmp_path: Path) -> None:
    await wait(tmp_path, Cluster(back=1.5, ready=2.7))


@pytest.mark.spec("FR-018")
async def test_without_an_outage_the_limit_is_the_limit(tmp_path: Path) -> None:
    with pytest.raises(PhaseTimeoutError, match="not ready within 2 s"):
        await wait(tmp_path, Cluster(back=0, ready=30))
