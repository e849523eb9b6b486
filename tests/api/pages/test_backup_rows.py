"""Backups as the page shows them."""

from datetime import UTC, datetime

import pytest

from api.pages.backup_rows import MOST, backups_view, shown_size
from api.schemas import Backup, BackupList, ServiceBackups

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (5 * 1024**3, "5.0 GiB")],
)
def test_sizes_are_short(count: int, shown: str) -> None:
    assert shown_size(count) == shown


def test_of_many_the_page_shows_the_newest_and_counts_the_others() -> None:
    one = Backup(name="db-20260302T030000Z", service="db", at=NOW, bytes=1)
    listed = BackupList(services=(ServiceBackups(service="db", backups=(one,) * (MOST + 3)),))
    [rows] = backups_view(listed, now=NOW).services
    assert len(rows.rows) == MOST
    assert rows.when == "when asked for, and 3 older ones"
