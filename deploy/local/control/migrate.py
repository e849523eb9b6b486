"""Catalyst's database, brought to the schema of this checkout before the processes start."""

import asyncio

from activities.store.migrate import upgrade
from deploy.local.control.worker import database_url
from deploy.local.instance import Instance
from deploy.local.steps import Outcome, StepContext


async def ensure_database(instance: Instance, context: StepContext) -> Outcome:
    """Create the database, or run the migrations it lacks."""
    instance.state_directory.mkdir(parents=True, exist_ok=True)
    file = instance.state_directory / "catalyst.db"
    is_new = not file.exists()
    await asyncio.to_thread(upgrade, database_url(instance))
    context.write(f"the schema of {file} is up to date")
    return Outcome.DONE if is_new else Outcome.CACHED
