"""Backups of an environment's databases over REST and on its page: what there is, or why nobody knows."""

from datetime import UTC, datetime

import httpx
import pytest

from activities.backup_records import BackupRecord, CronState, KeptBackup
from activities.cluster_reader import NamespaceStanding
from api.rest.routes import PREFIX
from tests.api.conftest import Catalyst
from tests.support.examples import make_snapshot
from workflows.errors import ClusterError
from workflows.models import BackupPlan
from workflows.models.messages import BackUpServiceCommand, RestoreBackupCommand

pytestmark = pytest.mark.spec("ENV-017")

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"
PAGE = "/environments/web-shop/pr-shop-12"
FORM = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
AT = datetime(2026, 3, 2, 3, 0, 7, tzinfo=UTC)
NAME = "db-20260302T030007Z"
KEPT = BackupRecord((KeptBackup(NAME, AT, 48_213),))
CRON = CronState("0 3 * * *")


@pytest.fixture
async def shop(catalyst: Catalyst) -> Catalyst:
    """An environment with a database that is backed up, and a cache that is not."""
    plan = BackupPlan(service="db", component="db-backups")
    snapshot = make_snapshot(services=("db", "cache"), backups=(plan,))
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    catalyst.cluster.kept = {"db-backups": (CRON, KEPT)}
    return catalyst


async def test_backups_are_listed_with_service_time_and_size(shop: Catalyst) -> None:
    answer = await shop.http.get(f"{ONE}/backups")
    assert answer.status_code == 200
    [service] = answer.json()["services"]
    assert (service["service"], service["schedule"], service["note"]) == ("db", "0 3 * * *", "")
    [backup] = service["backups"]
    assert backup == {
        "name": NAME,
        "service": "db",
        "at": "2026-03-02T03:00:07Z",
        "bytes": 48_213,
    }
    assert (await shop.http.get(ONE)).json()["backed_up"] == ["db"]


@pytest.mark.spec("EC-10")
@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("cron", "record", "words"),
    [
        (None, BackupRecord(), "not in the cluster yet"),
        (CRON, BackupRecord(), "None has been made yet; the next one is due by `0 3 * * *` (UTC)."),
        (CronState(""), BackupRecord(), "None has been made yet."),
        (CRON, BackupRecord((), AT), "The last backup failed at 2026-03-02 03:00 UTC"),
        (CRON, BackupRecord(None, AT), "Which backups there are is not known."),
        (CronState("@daily", AT), BackupRecord(), "the pod that knew is gone"),
    ],
)
async def test_where_there_are_none_or_nobody_knows_the_answer_says_which(
    shop: Catalyst, cron: CronState | None, record: BackupRecord, words: str
) -> None:
    shop.cluster.kept = {"db-backups": (cron, record)}
    [service] = (await shop.http.get(f"{ONE}/backups")).json()["services"]
    assert words in service["note"]
    assert service["backups"] == []


@pytest.mark.spec("EC-10")
@pytest.mark.invariant(10)
async def test_missing_unreachable_and_not_backed_up_are_different_words(shop: Catalyst) -> None:
    shop.cluster.says = NamespaceStanding.MISSING
    assert "is not in the cluster" in (await shop.http.get(f"{ONE}/backups")).json()["note"]
    shop.cluster.says = NamespaceStanding.UNREACHABLE
    assert "cannot be reached" in (await shop.http.get(f"{ONE}/backups")).json()["note"]
    shop.cluster.says = NamespaceStanding.PRESENT
    shop.cluster.failure = ClusterError("no answer in time")
    assert "no answer in time" in (await shop.http.get(f"{ONE}/backups")).json()["note"]
    await shop.store.environments.record(make_snapshot(services=("db",), sequence=9))
    note = (await shop.http.get(f"{ONE}/backups")).json()["note"]
    assert "No service of the environment is backed up" in note
    assert (await shop.http.get(f"{ONE}x/backups")).status_code == 404


@pytest.mark.spec("T-4")
async def test_a_backup_of_now_and_a_restore_reach_the_environment_and_the_audit(
    shop: Catalyst,
) -> None:
    assert (await shop.http.post(f"{ONE}/services/db/backups")).status_code == 200
    answer = await shop.http.post(f"{ONE}/services/db/restore", json={"backup": NAME})
    assert answer.status_code == 200, answer.text
    (_, _, made, _), (_, _, restored, _) = shop.gateway.commands
    assert isinstance(made, BackUpServiceCommand)
    assert made.service == "db"
    assert isinstance(restored, RestoreBackupCommand)
    assert (restored.service, restored.backup) == ("db", NAME)
    entries = await shop.store.audit.list(subject="web-shop/pr-shop-12")
    assert {(each.operation, each.detail) for each in entries} == {
        ("back_up_service", "service db"),
        ("restore_backup", f"service db from {NAME}"),
    }


async def test_a_backup_that_is_not_there_is_refused_with_those_that_are(shop: Catalyst) -> None:
    other = "db-20250101T000000Z"
    answer = await shop.http.post(f"{ONE}/services/db/restore", json={"backup": other})
    assert answer.status_code == 409
    assert f"there is no backup `{other}` of `db`" in answer.json()["detail"]
    assert NAME in answer.json()["hint"]
    assert shop.gateway.commands == []


async def test_where_the_list_is_not_known_the_volume_itself_is_asked(shop: Catalyst) -> None:
    shop.cluster.kept = {"db-backups": (CRON, BackupRecord())}
    answer = await shop.http.post(f"{ONE}/services/db/restore", json={"backup": NAME})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["../../etc/passwd", "db", "db-20260302T030007Z.dump", "$(id)"])
async def test_a_name_that_is_none_is_refused_where_it_enters(shop: Catalyst, name: str) -> None:
    answer = await shop.http.post(f"{ONE}/services/db/restore", json={"backup": name})
    assert answer.status_code == 422
    assert shop.gateway.commands == []


@pytest.mark.parametrize(("path", "body"), [("backups", {}), ("restore", {"backup": NAME})])
async def test_an_environment_that_does_not_run_has_nothing_of_it(
    shop: Catalyst, path: str, body: dict[str, str]
) -> None:
    shop.gateway.running.clear()
    answer = await shop.http.post(f"{ONE}/services/db/{path}", json=body or None)
    assert answer.status_code == 409
    assert "it does not run" in answer.json()["detail"]


async def test_the_page_lists_them_with_a_button_each(shop: Catalyst) -> None:
    page = (await shop.http.get(PAGE, headers=FORM)).text
    assert "Back up db now" in page
    assert NAME in page
    assert "47.1 KiB" in page
    assert f"Yes, restore {NAME}" in page
    for command, fields in (
        ("back_up_service", {"service": "db"}),
        ("restore_backup", {"service": "db", "backup": NAME}),
    ):
        answer = await shop.http.post(f"{PAGE}/{command}", data={"request": "r", **fields})
        assert answer.status_code == 303
    assert [name for name, *_ in shop.gateway.commands] == ["back_up_service", "restore_backup"]


@pytest.mark.parametrize(
    ("command", "fields"),
    [("back_up_service", {"service": ""}), ("restore_backup", {"service": "db", "backup": "x"})],
)
async def test_a_form_that_names_nothing_is_refused(
    shop: Catalyst, command: str, fields: dict[str, str]
) -> None:
    answer: httpx.Response = await shop.http.post(
        f"{PAGE}/{command}", data={"request": "r", **fields}
    )
    assert answer.status_code == 422
