"""Logs that outlive their container: of failed and of removed environments (FR-006)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities.log_masking import mask_log
from activities.store.database import reading, writing
from activities.store.tables import KeptLogRow
from activities.store.upsert import insert_into
from workflows.models import Payload

MAX_CHARACTERS = 500_000
"""Of one container: about 5,000 lines, the newest."""
MAX_CONTAINERS = 100
"""Of one namespace: a preview that restarts for weeks must not fill the disk."""


LOGS_KEPT = timedelta(days=90)
"""As long as decisions: then nobody asks any more why a preview of long ago failed, and every pull request has its own
namespace."""


class KeptLog(Payload):
    """The last lines of one container, masked."""

    namespace: str
    pod: str
    container: str
    lines: tuple[str, ...]
    kept_at: AwareDatetime


class KeptLogs:
    """Repository of kept logs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, namespace: str, pod: str, container: str, lines: Sequence[str]) -> None:
        """Store the container's last lines, masked, in place of what was kept of it before.

        Whoever hands them over leaves the masking to this: it is slow, so it is done once, and of what is kept alone.
        """
        text = "\n".join(await mask_log(_last(lines)))
        now = datetime.now(UTC)
        values = {
            "namespace": namespace,
            "pod": pod,
            "container": container,
            # PostgreSQL takes no NUL in a text, and a program may well print one.
            "lines": text.replace("\0", "\N{REPLACEMENT CHARACTER}"),
            "kept_at": now,
        }
        async with writing(self._engine) as connection:
            insertion = insert_into(KeptLogRow, connection).values(values)
            await connection.execute(
                insertion.on_conflict_do_update(
                    index_elements=[KeptLogRow.namespace, KeptLogRow.pod, KeptLogRow.container],
                    set_={name: insertion.excluded[name] for name in ("lines", "kept_at")},
                )
            )
            await _drop_oldest(connection, namespace)
            await connection.execute(delete(KeptLogRow).where(KeptLogRow.kept_at < now - LOGS_KEPT))

    async def of_namespace(
        self, namespace: str, *, container: str | None = None
    ) -> tuple[KeptLog, ...]:
        """Newest first; of one container's name, or of all."""
        query = (
            select(KeptLogRow.__table__)
            .where(KeptLogRow.namespace == namespace)
            .order_by(KeptLogRow.kept_at.desc(), KeptLogRow.pod, KeptLogRow.container)
        )
        if container is not None:
            query = query.where(KeptLogRow.container == container)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            KeptLog.model_validate(
                dict(row) | {"lines": tuple(row["lines"].split("\n")) if row["lines"] else ()}
            )
            for row in rows
        )


def _last(lines: Sequence[str]) -> list[str]:
    """As many whole lines from the end as are kept: half a line could hold half a secret."""
    room, kept = MAX_CHARACTERS, []
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1]


async def _drop_oldest(connection: AsyncConnection, namespace: str) -> None:
    kept_at = KeptLogRow.kept_at
    oldest_kept = (
        select(kept_at)
        .where(KeptLogRow.namespace == namespace)
        .order_by(kept_at.desc())
        .offset(MAX_CONTAINERS - 1)
        .limit(1)
        .scalar_subquery()
    )
    await connection.execute(
        delete(KeptLogRow).where(KeptLogRow.namespace == namespace, kept_at < oldest_kept)
    )
