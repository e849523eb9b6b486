"""A store on a real SQLite file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with Store.open(url) as opened:
        yield opened
