"""The read model: the newest snapshot of every environment, and all their revisions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities.store.database import reading, writing
from activities.store.tables import EnvironmentRow, RevisionRow
from activities.store.upsert import insert_into
from workflows.models import EnvironmentSnapshot, Phase, Revision


@dataclass(frozen=True)
class EnvironmentPage:
    """A part of a list, and how long the whole is."""

    environments: tuple[EnvironmentSnapshot, ...]
    total: int


class Environments:
    """Repository of environments and revisions. Losing it loses no environment: it is written anew."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def record(self, snapshot: EnvironmentSnapshot) -> bool:
        """Write the snapshot and its revisions; False when one at least as new is there already."""
        async with writing(self._engine) as connection:
            if not await _record_snapshot(connection, snapshot):
                return False
            await _record_revisions(connection, snapshot)
            return True

    async def get(self, project: str, environment: str) -> EnvironmentSnapshot | None:
        query = select(EnvironmentRow.snapshot).where(
            EnvironmentRow.project == project, EnvironmentRow.environment == environment
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return EnvironmentSnapshot.model_validate(row.snapshot) if row else None

    async def list(
        self,
        *,
        phase: Phase | None = None,
        repository: str | None = None,
        include_deleted: bool = False,
        limit: int = 100,
        offset: int = 0,
    ) -> EnvironmentPage:
        """Newest first. A phase asked for by name is listed even when it is `deleted`."""
        wanted: list[ColumnElement[bool]] = []
        if phase is not None:
            wanted.append(EnvironmentRow.phase == phase.value)
        elif not include_deleted:
            wanted.append(EnvironmentRow.phase != Phase.DELETED.value)
        if repository is not None:
            wanted.append(func.lower(EnvironmentRow.repository) == repository.lower())
        query = (
            select(EnvironmentRow.snapshot)
            .where(*wanted)
            .order_by(
                EnvironmentRow.created_at.desc(),
                EnvironmentRow.project,
                EnvironmentRow.environment,
            )
            .limit(limit)
            .offset(offset)
        )
        count = select(func.count()).select_from(EnvironmentRow).where(*wanted)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
            total = (await connection.execute(count)).scalar_one()
        return EnvironmentPage(
            environments=tuple(EnvironmentSnapshot.model_validate(row.snapshot) for row in rows),
            total=total,
        )

    async def siblings(
        self, project: str, *, repository_id: int, branch: str
    ) -> tuple[EnvironmentSnapshot, ...]:
        """Environments of the project that are there and whose branch has that name, of other repositories."""
        query = (
            select(EnvironmentRow.snapshot)
            .where(
                EnvironmentRow.project == project,
                EnvironmentRow.repository_id != repository_id,
                EnvironmentRow.phase != Phase.DELETED.value,
            )
            .order_by(EnvironmentRow.environment)
        )
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        found = (EnvironmentSnapshot.model_validate(row.snapshot) for row in rows)
        return tuple(each for each in found if each.branch == branch)

    async def count_by_phase(self) -> dict[Phase, int]:
        """How many environments are in each phase; phases with none are left out."""
        query = select(EnvironmentRow.phase, func.count().label("number")).group_by(
            EnvironmentRow.phase
        )
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return {Phase(row.phase): row.number for row in rows}

    async def revisions(
        self, project: str, environment: str, *, limit: int = 50
    ) -> tuple[Revision, ...]:
        """Newest first, over all lives of the environment."""
        query = (
            select(RevisionRow.revision)
            .where(RevisionRow.project == project, RevisionRow.environment == environment)
            .order_by(RevisionRow.created_at.desc(), RevisionRow.number.desc())
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Revision.model_validate(row.revision) for row in rows)


async def _record_snapshot(connection: AsyncConnection, snapshot: EnvironmentSnapshot) -> bool:
    values: dict[str, Any] = {
        "project": snapshot.ref.project,
        "environment": snapshot.ref.environment,
        "repository_id": snapshot.pull_request.repository_id,
        "repository": snapshot.pull_request.repository,
        "number": snapshot.pull_request.number,
        "namespace": snapshot.ref.namespace,
        "phase": snapshot.phase.value,
        "sequence": snapshot.sequence,
        "created_at": snapshot.created_at,
        "updated_at": snapshot.updated_at,
        "snapshot": snapshot.model_dump(mode="json"),
    }
    insertion = insert_into(EnvironmentRow, connection).values(values)
    written = await connection.execute(
        insertion.on_conflict_do_update(
            index_elements=[EnvironmentRow.project, EnvironmentRow.environment],
            set_={name: insertion.excluded[name] for name in values},
            where=EnvironmentRow.sequence < insertion.excluded.sequence,
        ).returning(EnvironmentRow.sequence)
    )
    return written.one_or_none() is not None


async def _record_revisions(connection: AsyncConnection, snapshot: EnvironmentSnapshot) -> None:
    rows = [
        {
            "id": revision.id,
            "project": snapshot.ref.project,
            "environment": snapshot.ref.environment,
            "number": revision.number,
            "commit": revision.commit,
            "state": revision.state.value,
            "created_at": revision.created_at,
            "finished_at": revision.finished_at,
            "revision": revision.model_dump(mode="json"),
        }
        for revision in snapshot.revisions
    ]
    if not rows:
        return
    insertion = insert_into(RevisionRow, connection)
    changing = ("state", "finished_at", "revision")
    await connection.execute(
        insertion.on_conflict_do_update(
            index_elements=[RevisionRow.id],
            set_={name: insertion.excluded[name] for name in changing},
        ),
        rows,
    )
