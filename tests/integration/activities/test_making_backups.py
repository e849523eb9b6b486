"""What becomes of a Job that is to make a backup, and never begins (ENV-017)."""

from pathlib import Path

import pytest

from activities.cluster import backup_jobs
from activities.cluster.backup_jobs import BackupJobs
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from workflows.errors import ClusterError

pytestmark = pytest.mark.spec("ENV-017")

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "backup-1", "namespace": "ns"},
}
EVENT = {"reason": "FailedCreate", "message": "exceeded quota: catalyst, requested: pods=1"}


async def test_it_is_gone_when_it_is_told_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(asked: str) -> Answer:
        if "/events" in asked:
            return 200, {"items": [EVENT]}
        return 200, {"status": {"active": 0}, "items": []}

    monkeypatch.setattr(backup_jobs, "BEGIN", 0.0)
    cluster = KubernetesAPI(answer)
    async with serving(cluster, tmp_path) as api:
        with pytest.raises(ClusterError, match=r"backup-1 has not begun: .*exceeded quota"):
            await BackupJobs(api, "ns").run(JOB)
    assert "DELETE /apis/batch/v1/namespaces/ns/jobs/backup-1" in cluster.asked
