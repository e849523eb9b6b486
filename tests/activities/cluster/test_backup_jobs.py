"""Jobs made from the CronJob of a service's backups."""

from typing import Any

import pytest

from activities.cluster.backup_jobs import is_begun, make_extra_run, make_other_run

pytestmark = pytest.mark.spec("ENV-017")

CRON: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "CronJob",
    "metadata": {"name": "shop-db-backups", "namespace": "ns", "uid": "u-1"},
    "spec": {
        "jobTemplate": {
            "metadata": {"labels": {"app.kubernetes.io/component": "db-backups"}},
            "spec": {
                "backoffLimit": 0,
                "template": {
                    "metadata": {"labels": {"app.kubernetes.io/component": "db-backups"}},
                    "spec": {
                        "containers": [
                            {
                                "name": "db-backups",
                                "image": "postgres:17",
                                "command": ["/bin/sh", "-c", "make one"],
                                "env": [{"name": "PGHOST", "value": "shop-db"}],
                            }
                        ]
                    },
                },
            },
        }
    },
}


def test_an_extra_run_is_the_cron_jobs_own_so_that_it_is_counted_and_cleared_away() -> None:
    job = make_extra_run(CRON, "backup-1")
    assert job["metadata"]["name"] == "backup-1"
    [owner] = job["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"], owner["controller"]) == ("CronJob", "u-1", True)
    assert job["metadata"]["labels"] == {"app.kubernetes.io/component": "db-backups"}
    assert job["spec"] == CRON["spec"]["jobTemplate"]["spec"]


def test_another_run_has_the_same_surroundings_and_is_nobodys_but_its_makers() -> None:
    job = make_other_run(CRON, "restore-1", "restore it", {"RESTORE_FROM": "db-1"})
    assert "ownerReferences" not in job["metadata"]
    template = job["spec"]["template"]
    assert "app.kubernetes.io/component" not in template["metadata"]["labels"]
    [container] = template["spec"]["containers"]
    assert container["image"] == "postgres:17"
    assert container["command"] == ["/bin/sh", "-c", "restore it"]
    assert container["env"] == [
        {"name": "PGHOST", "value": "shop-db"},
        {"name": "RESTORE_FROM", "value": "db-1"},
    ]
    original = CRON["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert original["command"] == ["/bin/sh", "-c", "make one"], "the CronJob's own stays"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({}, False),
        ({"active": 1}, False),
        ({"active": 1, "ready": 1}, True),
        ({"active": 1, "ready": 0, "conditions": [{"type": "SuccessCriteriaMet"}]}, True),
        ({"ready": 0, "terminating": 1}, True),
        ({"failed": 1}, True),
    ],
)
def test_a_job_whose_pod_has_just_ended_has_begun(
    status: dict[str, Any], *, expected: bool
) -> None:
    assert is_begun({"status": status}) is expected
