"""Which backups there are, from the last words of the pods that made them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.backup_records import CronState, KeptBackup, cron_state, read_record

pytestmark = pytest.mark.spec("ENV-017")

WORD = "20260302T030007Z 48213\n20260301T030004Z 47000\n"
KEPT = (
    KeptBackup("db-20260302T030007Z", datetime(2026, 3, 2, 3, 0, 7, tzinfo=UTC), 48_213),
    KeptBackup("db-20260301T030004Z", datetime(2026, 3, 1, 3, 0, 4, tzinfo=UTC), 47_000),
)


def pod(at: str = "2026-03-02T03:00:08Z", code: int = 0, word: str = WORD) -> dict[str, Any]:
    state = {"terminated": {"finishedAt": at, "exitCode": code, "message": word}}
    return {
        "spec": {"containers": [{"env": [{"name": "BACKUP_OF", "value": "db"}]}]},
        "status": {"containerStatuses": [{"state": state}]},
    }


RUNNING: dict[str, Any] = {"spec": {"containers": [{}]}, "status": {"containerStatuses": [{}]}}


def test_the_newest_that_succeeded_has_listed_them() -> None:
    older = pod("2026-03-01T03:00:05Z", word="20260301T030004Z 47000\n")
    found = read_record([RUNNING, pod(), older, {"spec": {}}])
    assert (found.backups, found.failed_at) == (KEPT, None)


def test_a_failure_after_it_is_told_and_takes_nothing_away() -> None:
    failed = pod("2026-03-03T03:00:05Z", code=1, word="")
    found = read_record([failed, pod()])
    assert found.backups == KEPT
    assert found.failed_at == datetime(2026, 3, 3, 3, 0, 5, tzinfo=UTC)
    assert read_record([failed]).backups is None


def test_without_a_pod_nothing_is_known() -> None:
    assert read_record([]).backups is None
    assert read_record([RUNNING]).failed_at is None


def test_a_line_that_was_cut_is_passed_over() -> None:
    assert read_record([pod(word=f"{WORD}2026030")]).backups == KEPT


def test_a_hundred_backups_fit_into_what_kubernetes_keeps_of_a_last_word() -> None:
    word = "".join(f"202603{day:02}T030007Z {10**11}\n" for day in range(100))
    assert len(word) < 4096


def test_what_makes_them_tells_its_schedule() -> None:
    spec = {"schedule": "0 3 * * *"}
    assert cron_state({"spec": spec}) == CronState("0 3 * * *")
    assert cron_state({"spec": {**spec, "suspend": True}}).schedule == ""
    status = {"lastSuccessfulTime": "2026-03-02T03:00:08Z"}
    found = cron_state({"spec": spec, "status": status})
    assert found.succeeded_at == datetime(2026, 3, 2, 3, 0, 8, tzinfo=UTC)
