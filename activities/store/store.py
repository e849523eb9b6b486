"""One object for the whole store."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.store.database import open_async, reading
from activities.store.environments import Environments
from activities.store.history import Audit, Decisions
from activities.store.logs import KeptLogs
from activities.store.migrate import upgrade
from activities.store.overrides import Overrides
from activities.store.projects import Projects


class Store:
    """The database: what people configure, and the read model of what happened.

    `url` is SQLAlchemy's, with an asynchronous driver: `sqlite+aiosqlite:///catalyst.db` or
    `postgresql+psycopg://…`. Making one connects to nothing.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: AsyncEngine = open_async(url)
        self.projects = Projects(self._engine)
        self.overrides = Overrides(self._engine)
        self.environments = Environments(self._engine)
        self.decisions = Decisions(self._engine)
        self.audit = Audit(self._engine)
        self.kept_logs = KeptLogs(self._engine)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncGenerator[Self]:
        """The store with its schema up to date, closed at the end. Raises StoreError."""
        store = cls(url)
        try:
            await store.upgrade()
            yield store
        finally:
            await store.close()

    async def upgrade(self) -> None:
        """Bring the schema up to date; processes that start together take turns. Raises StoreError."""
        await asyncio.to_thread(upgrade, self._url)

    async def ping(self) -> None:
        """Raise StoreError unless the database answers."""
        async with reading(self._engine) as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._engine.dispose()
