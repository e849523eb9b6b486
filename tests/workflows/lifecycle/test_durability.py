"""Long histories, restarted workers and forgotten caches change nothing."""

import asyncio
import threading
import time

import pytest
from temporalio.client import WorkflowHandle

from tests.support.wait import eventually
from tests.workflows.conftest import SHORT_HISTORY
from tests.workflows.stage import Preview, Stage, commit
from workflows import naming, policies
from workflows.environment import EnvironmentWorkflow
from workflows.errors import (
    ClusterError,
    ConfigurationError,
    NameTakenError,
    RepositoryGoneError,
)
from workflows.models import Phase
from workflows.models import messages as m

LONG = 2.5
"""Seconds; the SDK takes a workflow that has not yielded for 2 as deadlocked."""


async def run_of(handle: WorkflowHandle[EnvironmentWorkflow, None]) -> str:
    return (await handle.describe()).run_id or ""


async def until_continued(preview: Preview, first: str) -> None:
    """Until another run goes on; it hears of one event after the other meanwhile, each decided upon before the next."""
    told = 0
    while await run_of(preview.handle) == first:
        told += 1
        assert told < SHORT_HISTORY
        await preview.decides(await preview.event("edited"))


@pytest.mark.spec("FR-004")
async def test_an_environment_continues_as_new_and_forgets_nothing(short_stage: Stage) -> None:
    preview = Preview(short_stage)
    await preview.event("opened", delivery="one")
    await preview.reaches(Phase.READY)
    first = await run_of(preview.handle)
    for letter in "bcd":
        await preview.push(letter)
        await preview.reaches(Phase.READY, letter)

    async def is_another() -> bool:
        return await run_of(preview.handle) != first

    await eventually(is_another)
    snapshot = await preview.snapshot()
    assert [each.commit[0] for each in snapshot.revisions] == ["d", "c", "b", "a"]
    assert len({each.id for each in snapshot.revisions}) == 4
    await preview.event("opened", delivery="one")  # still remembered
    await preview.push("e")
    await preview.reaches(Phase.READY, "e")
    assert [step.commit[0] for step in preview.steps("deploy_release")] == list("abcde")
    preview.assert_one_after_another()
    await preview.close()
    await preview.ends()
    assert short_stage.cluster.namespaces == {}


async def test_an_environment_never_continues_while_a_revision_is_at_work(
    short_stage: Stage,
) -> None:
    preview = Preview(short_stage)
    await preview.open()
    await preview.reaches(Phase.READY)
    short_stage.controls.hold("build_image")
    await preview.push("b")
    await preview.begins("build_image")
    run = await run_of(preview.handle)
    for _ in range(SHORT_HISTORY // 3):
        await preview.event("edited")
    await short_stage.until(lambda: len(short_stage.control.decisions) >= SHORT_HISTORY // 3)
    assert await run_of(preview.handle) == run
    short_stage.controls.release("build_image")
    await preview.reaches(Phase.READY, "b")


async def test_an_environment_in_doubt_continues_as_new_too(short_stage: Stage) -> None:
    """A repository that is gone for months must not fill a history."""
    preview = Preview(short_stage)
    await preview.open()
    await preview.reaches(Phase.READY)
    first = await run_of(preview.handle)
    short_stage.controls.fail("read_pull_request", lambda: RepositoryGoneError("gone"), times=500)
    await until_continued(preview, first)
    short_stage.controls.failures["read_pull_request"].clear()
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert [step.commit[0] for step in preview.steps("deploy_release")] == ["a", "b"]


async def test_an_environment_that_cannot_be_looked_at_for_long_continues_as_new_with_a_wish(
    short_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that GitHub does not take any more must not fill a history either, nor lose what a person asked for."""
    monkeypatch.setattr(policies, "LASTING_FAILURES", 1)
    preview = Preview(short_stage)
    await preview.open()
    await preview.reaches(Phase.READY)
    first = await run_of(preview.handle)
    short_stage.controls.fail(
        "read_pull_request", lambda: ConfigurationError("the key is not the App's"), times=500
    )
    command = m.PersonCommand(actor="alice")
    await preview.handle.execute_update(EnvironmentWorkflow.redeploy, command)
    await until_continued(preview, first)
    short_stage.controls.failures["read_pull_request"].clear()
    await preview.event("edited")
    await short_stage.until(lambda: len(preview.steps("deploy_release")) == 2)
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "redeploy by alice"


async def test_events_that_never_pause_do_not_keep_an_environment_in_its_run(
    short_stage: Stage,
) -> None:
    """Each is heard during the look that the one before has brought about, so a look is always due."""
    preview = Preview(short_stage)
    await preview.open()
    await preview.reaches(Phase.READY)
    first = await run_of(preview.handle)
    short_stage.controls.hold("read_pull_request")
    await preview.event("edited")
    for _ in range(SHORT_HISTORY):
        await preview.begins("read_pull_request")
        delivery = await preview.event("edited")
        short_stage.controls.release("read_pull_request", RepositoryGoneError("gone"))
        short_stage.controls.hold("read_pull_request")
        await preview.decides(delivery)
        if await run_of(preview.handle) != first:
            break
    else:
        pytest.fail("it stays in its first run")
    short_stage.controls.release("read_pull_request")
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")


async def test_no_decision_is_lost_when_an_environment_continues_as_new(
    short_stage: Stage,
) -> None:
    preview = Preview(short_stage)
    await preview.open()
    await preview.reaches(Phase.READY)
    first = await run_of(preview.handle)
    short_stage.controls.fail("record_decision", lambda: NameTakenError("the store is away"))
    names = [f"{preview.id}-{number}" for number in range(SHORT_HISTORY // 4)]
    for name in names:
        await preview.event("edited", delivery=name)
    await short_stage.until(
        lambda: set(names) <= {each.delivery for each in short_stage.control.decisions}
    )
    await until_continued(preview, first)


@pytest.mark.parametrize("step", ["stop_builds", "delete_namespace", "delete_images"])
async def test_a_removal_that_stays_blocked_continues_as_new(short_stage: Stage, step: str) -> None:
    preview = Preview(short_stage)
    await preview.open()
    await preview.reaches(Phase.READY)
    short_stage.controls.fail(step, lambda: ClusterError("away"), times=4)
    await preview.close()
    await preview.ends()
    assert short_stage.cluster.namespaces == {}
    removal = naming.teardown_workflow_id(preview.ref.project, preview.ref.environment)
    history = await short_stage.client.get_workflow_handle(removal).fetch_history()
    begun = history.events[0].workflow_execution_started_event_attributes
    assert begun.continued_execution_run_id


@pytest.mark.spec("EC-5")
@pytest.mark.parametrize("step", ["plan_revision", "build_image"])
async def test_a_restarted_worker_goes_on_where_the_other_stopped(
    idle_stage: Stage, step: str
) -> None:
    preview = Preview(idle_stage)
    idle_stage.controls.hold(step)
    async with idle_stage.working():
        await preview.open()
        await preview.begins(step)
    idle_stage.controls.release(step)
    async with idle_stage.working():
        snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].commit == commit("a")
    assert len(snapshot.revisions) == 1


async def test_events_wait_for_a_worker(idle_stage: Stage) -> None:
    preview = Preview(idle_stage)
    await preview.open()
    await preview.push("b")
    async with idle_stage.working():
        await preview.reaches(Phase.READY, "b")
    assert [step.commit for step in preview.steps("plan_revision")] == [commit("b")]


async def test_everything_holds_when_every_task_replays_the_whole_history(
    idle_stage: Stage,
) -> None:
    preview = Preview(idle_stage)
    async with idle_stage.working(cached_workflows=0):
        idle_stage.controls.hold("build_image")
        await preview.open()
        await preview.begins("build_image")
        await preview.push("b")
        await preview.begins("build_image", "b")
        idle_stage.controls.release("build_image")
        await preview.reaches(Phase.READY, "b")
        command = m.PersonCommand(actor="alice")
        await preview.handle.execute_update(EnvironmentWorkflow.redeploy, command)
        await idle_stage.until(lambda: len(preview.steps("deploy_release")) == 2)
        await preview.reaches(Phase.READY, "b")
        await preview.close()
        await preview.ends()
    preview.assert_one_after_another()


async def test_a_workflow_that_got_no_processor_for_long_is_replayed_and_forgotten_like_any_other(
    stage: Stage,
    preview: Preview,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = asyncio.Handle._run
    starved: list[asyncio.Handle] = []

    def run_late(handle: asyncio.Handle) -> None:
        if not starved and threading.current_thread().name.startswith("temporal_workflow"):
            starved.append(handle)
            time.sleep(LONG)
        run(handle)

    monkeypatch.setattr(asyncio.Handle, "_run", run_late)
    await preview.open()
    await preview.reaches(Phase.READY)
    assert "Potential deadlock detected" in caplog.text
    assert "continually retrying eviction" not in caplog.text
