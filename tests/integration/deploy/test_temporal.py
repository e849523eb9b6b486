"""The stack's Temporal server: kept while unchanged, it knows our attributes and forgets nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

from deploy.local.control.temporal import NAMESPACE, connect, start_temporal, temporal_ui
from deploy.local.instance import Instance
from deploy.local.processes import Processes
from deploy.local.progress import PlainReporter
from deploy.local.steps import Outcome, Step, StepContext, run_steps
from tests.integration.deploy.places import free_instance
from workflows import wire


@pytest.fixture
async def instance(tmp_path: Path) -> AsyncIterator[Instance]:
    instance = free_instance(tmp_path, "temporal")
    yield instance
    await Processes(instance).stop("temporal")


async def bring_up(instance: Instance) -> Outcome | None:
    async def run(context: StepContext) -> Outcome:
        return await start_temporal(instance, context)

    step = Step("start-temporal", "Temporal", run)
    results = await run_steps([step], logs=instance.log_directory, reporter=PlainReporter())
    return results[0].outcome


async def test_it_starts_once_and_knows_every_search_attribute(instance: Instance) -> None:
    assert await bring_up(instance) is Outcome.DONE
    assert await bring_up(instance) is Outcome.CACHED
    client = await connect(instance)
    known = await client.service_client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=NAMESPACE)
    )
    assert {key.name for key in wire.SEARCH_ATTRIBUTES} <= known.custom_attributes.keys()
    assert temporal_ui(instance).startswith("http://127.0.0.1:")


async def test_what_it_was_told_survives_a_restart(instance: Instance) -> None:
    await bring_up(instance)
    client = await connect(instance)
    await client.start_workflow("Anything", id="kept", task_queue="nobody")
    await Processes(instance).stop("temporal")
    assert await bring_up(instance) is Outcome.DONE
    again = await connect(instance)
    assert (await again.get_workflow_handle("kept").describe()).id == "kept"
