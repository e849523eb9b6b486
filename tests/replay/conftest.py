"""The servers of the workflow tests, for playing scenes."""

from pathlib import Path

import pytest
import pytest_asyncio

from tests.workflows.conftest import (
    dev_server,
    hurry,
    preview,
    short_server,
    short_stage,
    stage,
)

__all__ = ["dev_server", "hurry", "preview", "short_server", "short_stage", "stage"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if pytest_asyncio.is_async_test(item) and here in Path(item.path).parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
