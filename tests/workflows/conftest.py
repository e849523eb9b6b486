"""Temporal servers for workflow tests: one dev server for all, a time-skipping one for each test that waits."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from sys import executable

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from tests.workflows.stage import Preview, Stage
from workflows import policies, wire

BIN = Path(executable).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all: a client belongs to one, and the dev server is started once."""
    here = Path(__file__).parent
    for item in items:
        if pytest_asyncio.is_async_test(item) and here in Path(item.path).parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


SHORT_HISTORY = 60
"""Events after which the second dev server suggests to continue as new."""


PROMPT_TIMERS = 'history.timerProcessorMaxTimeShift="10ms"'
"""By default timers go off up to a second late."""


async def start_dev_server(*arguments: str) -> WorkflowEnvironment:
    return await WorkflowEnvironment.start_local(
        data_converter=wire.DATA_CONVERTER,
        dev_server_existing_path=str(BIN / "temporal"),
        search_attributes=wire.SEARCH_ATTRIBUTES,
        dev_server_log_level="error",
        dev_server_extra_args=("--dynamic-config-value", PROMPT_TIMERS, *arguments),
    )


async def start_short_server() -> WorkflowEnvironment:
    """Where a history counts as long after a few steps."""
    limit = f"limit.historyCount.suggestContinueAsNew={SHORT_HISTORY}"
    return await start_dev_server("--dynamic-config-value", limit)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dev_server() -> AsyncIterator[WorkflowEnvironment]:
    async with await start_dev_server() as environment:
        yield environment


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def short_server() -> AsyncIterator[WorkflowEnvironment]:
    async with await start_short_server() as environment:
        yield environment


@pytest_asyncio.fixture(loop_scope="session")
async def skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=wire.DATA_CONVERTER,
        test_server_existing_path=str(BIN / "temporal-test-server"),
    )
    async with environment:
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=environment.client.namespace,
                search_attributes={
                    each.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
                    for each in wire.SEARCH_ATTRIBUTES
                },
            )
        )
        yield environment


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of seconds become tenths; how long they really are is shown where time can be skipped."""
    monkeypatch.setattr(policies, "REMOVAL_POLL", timedelta(seconds=0.2))
    monkeypatch.setattr(policies, "FIRST_BLOCKED_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(policies, "MAX_BLOCKED_PAUSE", timedelta(seconds=0.2))
    monkeypatch.setattr(policies, "FIRST_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(policies, "FIRST_LOOK_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(policies, "LOSS_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(policies, "FIRST_IMAGE_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(policies, "WRITE_PAUSE", timedelta(seconds=0.1))


@pytest_asyncio.fixture(loop_scope="session")
async def stage(dev_server: WorkflowEnvironment, hurry: None) -> AsyncIterator[Stage]:
    """Workers with fakes on the dev server; nothing is left running for the next test."""
    stage = Stage(dev_server)
    async with stage.working():
        yield stage
        await terminate_all(dev_server)


@pytest_asyncio.fixture(loop_scope="session")
async def idle_stage(dev_server: WorkflowEnvironment) -> AsyncIterator[Stage]:
    """Without workers: the test starts and stops them."""
    yield Stage(dev_server)
    await terminate_all(dev_server)


@pytest_asyncio.fixture(loop_scope="session")
async def short_stage(short_server: WorkflowEnvironment, hurry: None) -> AsyncIterator[Stage]:
    """Where workflows continue as new every few steps."""
    stage = Stage(short_server)
    async with stage.working():
        yield stage
        await terminate_all(short_server)


async def terminate_all(environment: WorkflowEnvironment) -> None:
    async for found in environment.client.list_workflows("ExecutionStatus = 'Running'"):
        with suppress(RPCError):  # the list lags behind
            await environment.client.get_workflow_handle(found.id).terminate("the test is over")


@pytest_asyncio.fixture(loop_scope="session")
async def skipping(skipping_server: WorkflowEnvironment) -> AsyncIterator[Stage]:
    """The same where hours pass in milliseconds."""
    stage = Stage(skipping_server)
    async with stage.working():
        yield stage


@pytest.fixture
def preview(stage: Stage) -> Preview:
    return Preview(stage)
