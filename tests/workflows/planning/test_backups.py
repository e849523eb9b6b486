"""Wishes for backups, and for one to be brought back, are kept until they are fulfilled."""

import pytest

from tests.workflows.values import pull, state
from workflows.models import (
    BackupPlan,
    BackupRequest,
    EnvironmentState,
    Failure,
    Phase,
    Reset,
    Restore,
)
from workflows.models.messages import BackUpServiceResult
from workflows.planning import (
    Refusal,
    ask_for_backup,
    ask_for_reset,
    ask_for_restore,
    told_of_backup,
    why_not_back_up,
    why_not_restore,
    without_backup,
    without_restores,
)

pytestmark = pytest.mark.spec("ENV-017")

DB = BackupPlan(service="db", component="db-backups")
OTHER = BackupPlan(service="reports", component="reports-backups")
NAME = "db-20260302T030000Z"
WISH = BackupRequest(id="1", service="db", component="db-backups", by="alice")


def restore(number: str, service: str = "db") -> Restore:
    return Restore(id=number, service=service, backup=NAME)


def test_backups_are_made_in_the_order_in_which_they_were_asked_for() -> None:
    known = state(backups=[DB, OTHER])
    ask_for_backup(known, "1", "db", by="alice")
    ask_for_backup(known, "2", "reports", by="bob")
    assert [each.component for each in known.backups_wanted] == ["db-backups", "reports-backups"]
    without_backup(known, WISH)
    assert [each.service for each in known.backups_wanted] == ["reports"]


def test_a_later_wish_for_a_service_takes_the_place_of_an_earlier_one() -> None:
    known = state(backups=[DB, OTHER], resets=[Reset(id="0", service="db")])
    ask_for_restore(known, restore("1"))
    ask_for_restore(known, restore("2", "reports"))
    ask_for_restore(known, restore("3"))
    assert [each.id for each in known.restores] == ["2", "3"]
    assert known.resets == []
    ask_for_reset(known, Reset(id="4", service="db"))
    assert [each.id for each in known.restores] == ["2"]
    without_restores(known, ["2", "9"])
    assert known.restores == []


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (state(pull=pull(), backups=[DB]), ""),
        (state(pull=pull(), backups=[OTHER]), "no service `db` is backed up; these are: `reports`"),
        (state(pull=pull(), services=["db"]), "no service of the environment is backed up now"),
        (state(pull=pull(is_open=False), backups=[DB]), "closed"),
        (state(pull=pull(), backups=[DB], phase=Phase.DELETING), "removed"),
        (state(pull=pull(), backups=[DB], backups_wanted=[WISH]), "being backed up already"),
        (state(pull=pull(), backups=[DB], restores=[restore("1")]), "being brought back"),
    ],
)
def test_a_backup_is_of_a_database_that_is_there(known: EnvironmentState, words: str) -> None:
    _assert_refused(why_not_back_up(known, "db"), words)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (state(pull=pull(), backups=[DB]), ""),
        (state(pull=pull(), backups=[OTHER]), "these are: `reports`"),
        (state(pull=pull(is_open=False), backups=[DB]), "closed"),
        (state(pull=pull(is_fork=True), backups=[DB]), "needs approval"),
    ],
)
def test_a_restore_is_a_redeploy_of_a_service_with_backups(
    known: EnvironmentState, words: str
) -> None:
    _assert_refused(why_not_restore(known, "db"), words)


def test_how_a_backup_ended_is_told_in_a_sentence() -> None:
    done = BackUpServiceResult(backup=NAME, bytes=48_213)
    assert told_of_backup(WISH, done) == f"backup `{NAME}` for alice: 48,213 bytes"
    failure = Failure(message="it failed", excerpt=("first", "no space left"))
    assert told_of_backup(WISH, failure).endswith("it failed (no space left)")
    assert told_of_backup(WISH, Failure(message="it failed")).endswith("alice: it failed")
    assert "the environment goes" in told_of_backup(WISH, None)


def _assert_refused(refusal: Refusal | None, words: str) -> None:
    assert (refusal is None) is (words == "")
    assert words in (refusal.message if refusal else "")
