"""The running stack, previews that are closed at the end, and secrets of projects."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.e2e.main_job.conftest import previews, stack
from tests.e2e.support.secrets_of_projects import put_secrets, remove_secrets
from tests.e2e.support.stack import Stack

__all__ = ["GiveSecrets", "previews", "stack"]

GiveSecrets = Callable[[str, dict[str, str]], Awaitable[None]]
"""Project and values."""


@pytest.fixture
async def give_secrets(stack: Stack) -> AsyncIterator[GiveSecrets]:
    """Removed at the end, with the namespaces they are in."""
    projects: list[str] = []

    async def give(project: str, values: dict[str, str]) -> None:
        projects.append(project)
        await put_secrets(stack.cluster, project, values)

    yield give
    for project in projects:
        await remove_secrets(stack.cluster, project)
