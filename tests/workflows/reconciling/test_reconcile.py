"""The backstop on a real server, with the schedule's memory of the round before."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import (
    Schedule,
    ScheduleActionExecution,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleSpec,
    WorkflowHandle,
)

from tests.support.wait import eventually
from tests.workflows.stage import Stage, commit
from tests.workflows.values import PULL_REF, REF, pull
from workflows import wire
from workflows.errors import ClusterError, GitHubError, GitHubPermissionError
from workflows.models import messages as m
from workflows.reconcile import ReconcileWorkflow

SOURCE = m.ProjectSource(
    team="acme",
    project="acme-shop",
    installation=1,
    repository_id=42,
    repository="acme/shop",
    name="shop",
)
NAMESPACE = m.EnvironmentNamespace(ref=REF, pull_request=PULL_REF, uid="1")


class Rounds:
    """The schedule, triggered by hand."""

    def __init__(self, stage: Stage, schedule: ScheduleHandle) -> None:
        self.stage = stage
        self.schedule = schedule

    async def next(self) -> m.ReconcileResult:
        """One more round's result."""
        before = len((await self.schedule.describe()).info.recent_actions)
        await self.schedule.trigger()

        async def latest() -> ScheduleActionExecution | None:
            actions = (await self.schedule.describe()).info.recent_actions
            return actions[-1].action if len(actions) > before else None

        action = await eventually(latest)
        assert isinstance(action, ScheduleActionExecutionStartWorkflow)
        handle: WorkflowHandle[ReconcileWorkflow, m.ReconcileResult] = (
            self.stage.client.get_workflow_handle_for(
                ReconcileWorkflow.run,
                action.workflow_id,
                first_execution_run_id=action.first_execution_run_id,
            )
        )
        result = await handle.result()

        # The schedule keeps the result for the next round a moment after the workflow has ended.
        async def is_kept() -> bool:
            return not (await self.schedule.describe()).info.running_actions

        await eventually(is_kept)
        return result


@pytest_asyncio.fixture(loop_scope="session")
async def rounds(stage: Stage) -> AsyncIterator[Rounds]:
    stage.control.sources = (SOURCE,)
    schedule = await stage.client.create_schedule(
        f"reconcile-{uuid4().hex}",
        Schedule(
            action=ScheduleActionStartWorkflow(
                ReconcileWorkflow.run,
                m.ReconcileInput(),
                id=f"reconcile-{uuid4().hex}",
                task_queue=wire.WORKFLOWS_QUEUE,
                execution_timeout=timedelta(minutes=5),
            ),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(days=365))]),
        ),
    )
    yield Rounds(stage, schedule)
    await schedule.delete()


@pytest.mark.spec("EC-5")
async def test_a_pull_request_whose_event_was_lost_is_started(stage: Stage, rounds: Rounds) -> None:
    stage.controls.pulls[42, 7] = pull()
    result = await rounds.next()
    assert result.started == ("pr-shop-7",)
    assert stage.control.started[0].pull_request == PULL_REF
    assert result.problems == ()


@pytest.mark.spec("EC-5")
async def test_an_environment_behind_its_head_is_nudged(stage: Stage, rounds: Rounds) -> None:
    stage.controls.pulls[42, 7] = pull(commit("b"))
    stage.control.running = (
        m.RunningEnvironment(
            workflow_id="env:acme-shop:pr-shop-7",
            repository_id=42,
            number=7,
            commit=commit("a"),
        ),
    )
    result = await rounds.next()
    assert (result.started, result.nudged) == ((), ("pr-shop-7",))


@pytest.mark.spec("EC-5", "FR-008")
async def test_a_left_over_namespace_is_removed_when_two_rounds_and_github_agree(
    stage: Stage, rounds: Rounds
) -> None:
    stage.controls.pulls[42, 7] = pull(is_open=False)
    stage.cluster.namespaces[REF.namespace] = NAMESPACE
    first = await rounds.next()
    assert (len(first.leftover), first.removed) == (1, ())
    assert stage.control.started == []
    second = await rounds.next()
    assert second.removed == (REF.namespace,)
    assert stage.control.started[0].ref == REF


@pytest.mark.spec("EC-5", "EC-10")
async def test_an_environment_without_its_namespace_is_restored_in_the_second_round(
    stage: Stage, rounds: Rounds
) -> None:
    stage.controls.pulls[42, 7] = pull()
    stage.control.running = (
        m.RunningEnvironment(
            workflow_id="env:acme-shop:pr-shop-7",
            repository_id=42,
            number=7,
            commit=commit("a"),
            phase="ready",
        ),
    )
    first = await rounds.next()
    assert (first.lost, first.nudged) == (("env:acme-shop:pr-shop-7",), ())
    second = await rounds.next()
    assert second.nudged == ("pr-shop-7",)
    assert [each.must_restore for each in stage.control.started] == [True]


@pytest.mark.spec("EC-5")
@pytest.mark.parametrize("doubt", ["open again", "unreadable", "permission"])
async def test_the_last_look_at_the_pull_request_can_still_save_it(
    stage: Stage, rounds: Rounds, doubt: str
) -> None:
    stage.controls.pulls[42, 7] = pull(is_open=False)
    stage.cluster.namespaces[REF.namespace] = NAMESPACE
    await rounds.next()
    if doubt == "open again":
        stage.github.hidden = True  # the list lags behind, the pull request itself does not
        stage.controls.pulls[42, 7] = pull(is_open=True)
    elif doubt == "unreadable":
        stage.controls.fail("read_pull_request", lambda: GitHubError("502"))
    else:
        stage.controls.fail("read_pull_request", lambda: GitHubPermissionError("suspended"))
    result = await rounds.next()
    assert result.removed == ()
    assert stage.control.started == []


@pytest.mark.spec("EC-5", "OPS-6")
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("list_open_pull_requests", "pull requests of acme/shop"),
        ("list_namespaces", "namespaces"),
        ("list_running", "running environments"),
        ("list_sources", "projects"),
    ],
)
async def test_what_cannot_be_read_decides_nothing_and_is_told(
    stage: Stage, rounds: Rounds, name: str, word: str
) -> None:
    stage.controls.pulls[42, 7] = pull(is_open=False)
    stage.cluster.namespaces[REF.namespace] = NAMESPACE
    await rounds.next()
    stage.controls.fail(name, lambda: GitHubPermissionError("not allowed"))
    result = await rounds.next()
    assert result.problems == (f"{word}: not allowed",)
    assert result.removed == result.leftover == ()
    assert stage.control.started == []


async def test_one_source_that_cannot_be_read_does_not_hold_up_the_others(
    stage: Stage, rounds: Rounds
) -> None:
    other = SOURCE.model_copy(update={"repository_id": 43, "repository": "acme/docs"})
    stage.control.sources = (SOURCE, other)
    stage.controls.pulls[42, 7] = pull()
    stage.github.unreadable.add(43)
    result = await rounds.next()
    assert result.started == ("pr-shop-7",)
    assert result.problems == ("pull requests of acme/docs: it is suspended",)


@pytest.mark.spec("OPS-6")
async def test_what_cannot_be_started_is_told(stage: Stage, rounds: Rounds) -> None:
    stage.controls.pulls[42, 7] = pull()
    stage.controls.fail("start_environment", lambda: ClusterError("away"), times=2)
    result = await rounds.next()
    assert result.started == ()
    assert result.problems == ("pr-shop-7: away",)
