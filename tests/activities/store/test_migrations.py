"""The schema grows by migrations, whichever process starts first, and says so when it cannot."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from activities.store import Store
from activities.store.database import open_sync, writing_sync
from activities.store.migrate import _config, current, head, upgrade
from activities.store.tables import Base
from tests.support.examples import make_project
from workflows.errors import StoreError


def test_migrations_lead_from_an_empty_database_to_the_tables_of_the_code(url: str) -> None:
    upgrade(url)
    engine = open_sync(url)
    with engine.begin() as connection:
        assert current(connection) == head() == "0003"
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


async def test_a_database_of_an_earlier_release_keeps_what_it_holds(url: str) -> None:
    await asyncio.to_thread(upgrade, url)
    store = Store(url)
    await store.projects.put(make_project())
    await store.close()
    engine = open_sync(url)
    with writing_sync(engine) as connection:
        command.downgrade(_config(connection), "0001")
        assert current(connection) == "0001"
    engine.dispose()
    async with Store.open(url) as upgraded:
        assert await upgraded.projects.get("web-shop") == make_project()
        assert (await upgraded.overrides.get("web-shop", "pr-shop-12")).set_at is None


async def test_upgrading_twice_changes_nothing(url: str) -> None:
    upgrade(url)
    store = Store(url)
    await store.projects.put(make_project())
    await asyncio.to_thread(upgrade, url)
    assert await store.projects.get("web-shop") == make_project()
    await store.close()


async def test_processes_that_start_together_take_turns(url: str) -> None:
    stores = [Store(url) for _ in range(6)]
    await asyncio.gather(*(store.upgrade() for store in stores))
    await stores[0].projects.put(make_project())
    assert await stores[-1].projects.get("web-shop") is not None
    for store in stores:
        await store.close()


def test_the_command_upgrades_a_database(url: str, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "activities.store", "upgrade", "--database", url]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    with sqlite3.connect(tmp_path / "catalyst.db") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert {"projects", "sources", "overrides", "environments", "revisions", "kept_logs"} <= names


def test_a_database_that_cannot_be_opened_is_our_failure_and_retryable(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'absent' / 'catalyst.db'}"
    with pytest.raises(StoreError, match="upgrading the database failed: unable to open") as raised:
        upgrade(url)
    assert raised.value.is_retryable


def test_a_database_of_a_newer_release_is_refused(url: str, tmp_path: Path) -> None:
    upgrade(url)
    with sqlite3.connect(tmp_path / "catalyst.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="9999"):
        upgrade(url)


async def test_a_failed_read_never_names_the_statement(url: str) -> None:
    store = Store(url)  # never upgraded
    with pytest.raises(StoreError) as raised:
        await store.environments.get("web-shop", "pr-shop-12")
    assert "SELECT" not in str(raised.value)
    assert "no such table" in str(raised.value)
    await store.close()
