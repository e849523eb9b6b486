"""Catalyst's whole application over a real store, called without sockets."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.demo.catalyst import CatalystClient
from tests.api.conftest import BASE, Catalyst, catalyst, settings

__all__ = ["catalyst", "settings"]


@pytest.fixture
async def rest(catalyst: Catalyst) -> AsyncIterator[CatalystClient]:
    async with catalyst.client(base=f"{BASE}/api/v1") as http:
        yield CatalystClient(http)
