"""Bringing the schema up to date, by whichever process starts first."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from activities.store.database import open_sync, translated, writing_sync
from workflows.errors import StoreError

_LOCK = 7_203_641_905
"""Any number, as long as nobody else's program on the same PostgreSQL uses it for an advisory lock."""


def upgrade(url: str) -> None:
    """Run every migration that is missing, in one transaction; a process that comes second waits and finds none.

    Raises StoreError, also when the database was written by a newer release than this one.
    """
    engine = open_sync(url)
    try:
        with translated("upgrading the database"), writing_sync(engine) as connection:
            if connection.dialect.name == "postgresql":  # SQLite's writer has the lock by now
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            found = current(connection)
            if found is not None and found not in _known():
                raise StoreError(
                    f"the database is at schema {found}, which this release does not know"
                )
            if found != head():
                command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def current(connection: Connection) -> str | None:
    """The migration the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest migration of this release."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _known() -> set[str]:
    return {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    # No %-interpolation in a path that may hold one.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


_MIGRATIONS = Path(__file__).parent / "migrations"
