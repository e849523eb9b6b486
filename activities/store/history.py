"""What happened and is only ever added to: decisions about events, and the audit of operations."""

from datetime import datetime, timedelta
from hashlib import sha256

from pydantic import AwareDatetime
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.store.database import reading, writing
from activities.store.tables import AuditRow, DecisionRow
from activities.store.upsert import insert_into
from workflows.models import EventDecision, Payload

DECISIONS_KEPT = timedelta(days=90)
"""Most are about GitHub's echoes of our own writes, several a deployment."""


class AuditEntry(Payload):
    """Who asked for what, when, from where, and what came of it (T-4)."""

    at: AwareDatetime
    actor: str
    face: str
    origin: str
    operation: str
    subject: str
    """`project/environment`, or a project's key."""
    result: str
    """`done`, or the name of the failure."""
    detail: str = ""


class Decisions:
    """What became of every event, with the reason."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, decision: EventDecision) -> bool:
        """Append it, once a delivery and decision; False when it was there already."""
        values = decision.model_dump() | {"key": _key(decision)}
        for name, limit in _LIMITS.items():
            values[name] = values[name][:limit]
        async with writing(self._engine) as connection:
            written = await connection.execute(
                insert_into(DecisionRow, connection)
                .values(values)
                .on_conflict_do_nothing()
                .returning(DecisionRow.key)
            )
            is_new = written.one_or_none() is not None
            # Bounded by what everybody may still ask about; GitHub itself forgets deliveries after 3 days.
            await connection.execute(
                delete(DecisionRow).where(DecisionRow.at < decision.at - DECISIONS_KEPT)
            )
            return is_new

    async def list(
        self,
        *,
        repository_id: int | None = None,
        number: int | None = None,
        environment: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[EventDecision, ...]:
        """Newest first; of one pull request, one repository, one environment (`project/environment`) that follows no pull
        request, or all."""
        query = select(DecisionRow.__table__).order_by(DecisionRow.at.desc()).limit(limit)
        if repository_id is not None:
            query = query.where(DecisionRow.repository_id == repository_id)
        if number is not None:
            query = query.where(DecisionRow.number == number)
        if environment is not None:
            query = query.where(DecisionRow.environment == environment)
        if since is not None:
            query = query.where(DecisionRow.at >= since)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(EventDecision.model_validate(dict(row)) for row in rows)


class Audit:
    """Every operation that was asked for."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, entry: AuditEntry) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(insert(AuditRow).values(entry.model_dump()))

    async def list(self, *, subject: str | None = None, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Newest first."""
        query = select(AuditRow.__table__).order_by(AuditRow.id.desc()).limit(limit)
        if subject is not None:
            query = query.where(AuditRow.subject == subject)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(AuditEntry.model_validate(dict(row)) for row in rows)


_LIMITS = {"repository": 255, "delivery": 64, "event": 64, "action": 64, "decision": 64}
"""Column widths. The texts come from outside, and PostgreSQL refuses what is longer."""


def _key(decision: EventDecision) -> str:
    """A delivery may bring several decisions, each told once; without a delivery the whole text counts."""
    parts = (
        (decision.delivery, decision.decision)
        if decision.delivery
        else (
            decision.at.isoformat(),
            str(decision.repository_id),
            str(decision.number),
            decision.decision,
            decision.reason,
        )
    )
    return sha256("\0".join(parts).encode()).hexdigest()
