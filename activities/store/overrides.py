"""What one environment has of its own (ENV-011, ENV-030).

It is kept when the environment ends: a pull request that is opened again finds it. It goes with its project.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities.store.database import reading, writing
from activities.store.tables import OverridesRow
from activities.store.upsert import insert_into
from workflows.models import Payload
from workflows.overrides import EnvironmentOverrides

Change = Callable[[EnvironmentOverrides], EnvironmentOverrides]


class KeptOverrides(Payload):
    """What is overridden, and by whom."""

    values: EnvironmentOverrides = EnvironmentOverrides()
    set_by: str = ""
    """Who changed it last, a reset included; empty when nobody ever did."""
    set_at: AwareDatetime | None = None


@dataclass(frozen=True)
class OverridesChange:
    before: KeptOverrides
    after: KeptOverrides


class Overrides:
    """Repository of environments' overrides."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(self, project: str, environment: str) -> KeptOverrides:
        """Empty ones when nobody has set any."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(overrides_of(project, environment))).one_or_none()
        return _kept(row)

    async def change(
        self, project: str, environment: str, change: Change, *, by: str
    ) -> OverridesChange:
        """Keep what `change` makes of what is kept; changes at the same time happen one after the other.

        Whatever `change` raises is raised, and nothing is kept. The project must be registered.
        """
        async with writing(self._engine) as connection:
            await _ensure_row(connection, project, environment)
            query = overrides_of(project, environment).with_for_update()
            before = _kept((await connection.execute(query)).one())
            values = change(before.values)
            if values == before.values:
                return OverridesChange(before, before)
            after = KeptOverrides(values=values, set_by=by, set_at=datetime.now(UTC))
            await connection.execute(
                update(OverridesRow)
                .where(OverridesRow.project == project, OverridesRow.environment == environment)
                .values(
                    settings=values.model_dump(mode="json"),
                    set_by=by[:_ACTOR],
                    set_at=after.set_at,
                )
            )
        return OverridesChange(before, after)


def overrides_of(
    project: str, environment: str
) -> Select[tuple[dict[str, Any], str, datetime | None]]:
    return select(OverridesRow.settings, OverridesRow.set_by, OverridesRow.set_at).where(
        OverridesRow.project == project, OverridesRow.environment == environment
    )


async def _ensure_row(connection: AsyncConnection, project: str, environment: str) -> None:
    """A row to lock: two who write the first override would otherwise both find none."""
    insertion = insert_into(OverridesRow, connection).values(
        project=project, environment=environment, settings={}, set_by="", set_at=None
    )
    await connection.execute(insertion.on_conflict_do_nothing())


def _kept(row: Any) -> KeptOverrides:
    if row is None:
        return KeptOverrides()
    return KeptOverrides(
        values=EnvironmentOverrides.model_validate(row.settings),
        set_by=row.set_by,
        set_at=row.set_at,
    )


_ACTOR = 255
"""Width of the column; PostgreSQL refuses what is longer."""
