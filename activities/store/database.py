"""Opening the database: SQLite that two processes share, or PostgreSQL; its failures become ours."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from activities.masking import mask
from workflows.errors import StoreError

BUSY_SECONDS = 10
"""How long a writer waits for the other process's transaction; ours last milliseconds."""
_IMMEDIATE = "catalyst_immediate"


def open_async(url: str) -> AsyncEngine:
    """An engine for asyncio; no connection is made yet. Raises StoreError when the URL is none."""
    with translated("opening the database"):
        engine = create_async_engine(url, **_options(url))
    _prepare(engine.sync_engine)
    return engine


def open_sync(url: str) -> Engine:
    """The same database for code on threads: the asynchronous driver's name is left out of the URL."""
    with translated("opening the database"):
        plain = make_url(url)
        if plain.get_backend_name() == "sqlite":
            plain = plain.set(drivername="sqlite")
        engine = create_engine(plain, **_options(url))
    _prepare(engine)
    return engine


def _options(url: str) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS}}
    # A connection that the server has closed in the meantime is noticed before it is used.
    return {"pool_pre_ping": True, "pool_timeout": BUSY_SECONDS}


def _prepare(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # Python's driver would begin transactions by itself and too late; `_on_begin` does it instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        # WAL lets readers go on while the other process writes; NORMAL may lose the last commits with the
        # machine's power, which the next reconcile repairs, and never corrupts.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A transaction that reads and then writes cannot wait for another writer (its view is old by then):
        # a writer takes the lock at once, where the busy timeout applies.
        is_writer = connection.get_execution_options().get(_IMMEDIATE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """One consistent view. Raises StoreError."""
    with translated("reading from the database"):
        async with engine.begin() as connection:
            yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """One transaction that may write; all of it happens or nothing. Raises StoreError."""
    with translated("writing to the database"):
        async with engine.connect() as connection:
            await connection.execution_options(**{_IMMEDIATE: True})
            async with connection.begin():
                yield connection


@contextmanager
def writing_sync(engine: Engine) -> Generator[Connection]:
    """The same for code on threads; failures stay the library's."""
    with (
        engine.connect().execution_options(**{_IMMEDIATE: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def translated(doing: str) -> Generator[None]:
    """Library failures become StoreError; a broken constraint stays what it is, for whoever expects it."""
    try:
        yield
    except IntegrityError:
        raise
    except (SQLAlchemyError, OSError) as error:
        # The statement and its parameters stay out of the message: it may reach a comment.
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"{doing} failed: {mask(str(cause))}") from error
