"""GitHub misbehaving towards one preview's repository, while other tests go on undisturbed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.support.preview import Preview
from tests.e2e.support.waiting import eventually
from tests.support.github.faults import Fault


@asynccontextmanager
async def fault(preview: Preview, **described: Any) -> AsyncIterator[Fault]:
    """Have GitHub misbehave while the block runs (see `tests.support.github.faults` for what it can do)."""
    github = preview.stack.github
    armed = Fault.model_validate({**described, "repository_id": preview.repository.id})
    await github.arm(armed)
    try:
        yield armed
    finally:
        await github.disarm(armed)


async def until_happened(preview: Preview, armed: Fault) -> None:
    """Wait until the fault has happened as often as it was asked for."""

    async def has_happened() -> bool:
        return armed.id in [each.id for each in await preview.stack.github.spent_faults()]

    await eventually(has_happened, within=60, what=f"the fault {armed.kind} happens")
