"""A workers' process with fakes behind its ports, and one pull request to play with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import count
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.testing import WorkflowEnvironment

from tests.fakes import (
    AT_WORK,
    CREATING,
    FOLLOWING,
    Controls,
    FakeCluster,
    FakeControl,
    FakeGitHub,
    Step,
    beside,
)
from tests.support import wait
from worker.workers import Implementations, Limits, create_workers
from workflows import naming, wire
from workflows.environment import EnvironmentWorkflow
from workflows.models import (
    EnvironmentRef,
    EnvironmentSnapshot,
    EnvironmentState,
    Phase,
    PullRequest,
    PullRequestRef,
)
from workflows.models import messages as m

PATIENCE = 60.0
"""Seconds. Everything awaited here takes milliseconds; this only ends a broken test."""
_numbers = count(1)


async def eventually(condition: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Until it holds; it is looked at often, and nothing sleeps longer than needed."""
    deadline = asyncio.get_running_loop().time() + within
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("it did not come true in time")
        await asyncio.sleep(0.01)


def commit(letter: str) -> str:
    """A full hash made of one hexadecimal digit."""
    return letter * 40


class Stage:
    """One Temporal server's view: client, fakes, and time when it can be skipped."""

    def __init__(self, environment: WorkflowEnvironment) -> None:
        self.environment = environment
        self.client: Client = environment.client
        self.controls = Controls(self.client)
        self.diary = self.controls.diary
        self.cluster = FakeCluster(self.controls)
        self.github = FakeGitHub(self.controls)
        self.control = FakeControl(self.controls)

    @asynccontextmanager
    async def working(self, *, cached_workflows: int = 100) -> AsyncIterator[None]:
        """The same workers as in the real process, with everything faked behind them.

        `cached_workflows=0`: every workflow task replays the whole history.
        """
        workers = create_workers(
            self.client,
            Implementations(
                github=[self.github, self.cluster],
                builds=[self.cluster],
                cluster=[self.cluster],
                control=[self.control],
            ),
            Limits(shutdown_grace=timedelta(0), cached_workflows=cached_workflows),
        )
        async with AsyncExitStack() as stack:
            for worker in workers:
                await stack.enter_async_context(worker)
            yield

    async def until(self, condition: Callable[[], object], *, skip: float = 0) -> None:
        """Until it holds. `skip`: let that many seconds pass between looks, on the time-skipping server."""
        if not skip:
            await eventually(condition)
            return
        for _ in range(2_000):
            if condition():
                return
            await self.environment.sleep(skip)
        raise AssertionError("it did not come true in time")


class Preview:
    """One pull request and its environment, played through the ways the product itself uses."""

    def __init__(self, stage: Stage, **state: object) -> None:
        self.stage = stage
        number = next(_numbers)
        self.ref = EnvironmentRef(
            team="acme",
            project=f"acme-{uuid4().hex[:8]}",
            environment=naming.environment_name("shop", number),
        )
        self.pull_request = PullRequestRef(
            installation=1, repository_id=1_000 + number, repository="acme/shop", number=number
        )
        self.state = EnvironmentState(ref=self.ref, pull_request=self.pull_request, **state)
        self.id = naming.environment_workflow_id(self.ref.project, self.ref.environment)
        self.about: dict[str, object] = {}
        """What every event says besides."""
        self.set(
            PullRequest(
                ref=self.pull_request,
                is_open=True,
                head_commit=commit("a"),
                head_branch="feature/cart",
                base_branch="main",
                title="A cart",
                author="octocat",
            )
        )

    @property
    def pull(self) -> PullRequest:
        return self.stage.controls.pulls[self.pull_request.repository_id, self.pull_request.number]

    @property
    def handle(self) -> WorkflowHandle[EnvironmentWorkflow, None]:
        return self.stage.client.get_workflow_handle_for(EnvironmentWorkflow.run, self.id)

    def set(self, pull: PullRequest | None = None, **changes: object) -> None:
        """What GitHub says from now on, without an event."""
        found = (pull or self.pull).model_copy(update=changes)
        key = (self.pull_request.repository_id, self.pull_request.number)
        self.stage.controls.pulls[key] = found

    async def event(
        self,
        action: str,
        *,
        delivery: str = "",
        event: str = "pull_request",
        head: str | None = None,
        deploy_drafts: bool | None = None,
    ) -> str:
        """As the webhook door does: `closed` never starts an environment, everything else may. The delivery's id."""
        hint = m.GitHubEvent(
            delivery=delivery or uuid4().hex,
            event=event,
            action=action,
            head_commit=head,
            deploy_drafts=deploy_drafts,
            **self.about,
        )
        if action == "closed":
            await self.handle.signal(EnvironmentWorkflow.github_event, hint)
            return hint.delivery
        await self.stage.client.start_workflow(
            EnvironmentWorkflow.run,
            self.state.model_copy(deep=True),
            id=self.id,
            task_queue=wire.WORKFLOWS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="github_event",
            start_signal_args=[hint],
        )
        return hint.delivery

    async def open(self) -> None:
        await self.event("opened")

    async def push(self, letter: str) -> None:
        self.set(head_commit=commit(letter))
        await self.event("synchronize", head=commit(letter))

    async def close(self) -> None:
        self.set(is_open=False)
        await self.event("closed")

    async def reopen(self) -> None:
        self.set(is_open=True)
        await self.event("reopened")

    async def snapshot(self) -> EnvironmentSnapshot:
        return await self.handle.query(EnvironmentWorkflow.snapshot)

    def last(self) -> EnvironmentSnapshot | None:
        """The newest picture the read model has."""
        found = [
            each.snapshot
            for each in self.stage.control.snapshots
            if each.snapshot.ref.project == self.ref.project
        ]
        return max(found, key=lambda each: each.sequence, default=None)

    async def reaches(
        self, phase: Phase, letter: str = "", *, skip: float = 0
    ) -> EnvironmentSnapshot:
        """Until the read model shows it."""

        def is_there() -> bool:
            last = self.last()
            return (
                last is not None
                and last.phase is phase
                and (not letter or last.commit == commit(letter))
            )

        await self.stage.until(is_there, skip=skip)
        last = self.last()
        assert last is not None
        return last

    async def says(self, reason: str) -> None:
        """Until it answers that, words that may not be shown to people yet included."""

        async def is_said() -> bool:
            return reason in (await self.snapshot()).reason

        await wait.eventually(is_said, seconds=PATIENCE)

    async def decides(self, delivery: str) -> None:
        """Until it is recorded what became of that event."""
        await self.stage.until(
            lambda: delivery in {each.delivery for each in self.stage.control.decisions}
        )

    async def begins(self, name: str, letter: str = "") -> None:
        """Until a step runs, for that commit, and those begun beside it have ended, or run as well if they are held."""
        await self.stage.until(lambda: self._running(name, letter))
        at_once = beside(name) - {*FOLLOWING}
        await self.stage.until(lambda: all(self._has_begun(each) for each in at_once))

        async def is_alone() -> bool:
            step = self._running(name, letter)
            return step is None or await self.stage.controls.is_alone(step)

        await wait.eventually(is_alone, seconds=PATIENCE)

    def _running(self, name: str, letter: str) -> Step | None:
        return next(
            (
                step
                for step in self.stage.diary.running(name)
                if not letter or step.commit in ("", commit(letter))
            ),
            None,
        )

    def _has_begun(self, name: str) -> bool:
        """In the newest revision."""
        planned = max((step.begun for step in self.steps("plan_revision")), default=0)
        return any(step.begun > planned for step in self.steps(name))

    def steps(self, *names: str) -> list[Step]:
        return [
            step
            for step in self.stage.diary.named(*(names or AT_WORK))
            if step.environment == self.ref.environment
        ]

    async def ends(self) -> None:
        """Until the entity has completed."""
        await asyncio.wait_for(self.handle.result(), PATIENCE * 3)

    def assert_one_after_another(self) -> None:
        """Invariants 1 and 6: when a revision begins, every step of the one before has ended."""
        for first in self.steps("plan_revision"):
            for step in self.steps():
                if step.begun < first.begun:
                    assert step.ended is not None, f"{step.name} still runs"
                    assert step.ended < first.begun, f"{step.name} overlaps the next revision"

    def assert_nothing_created_after(self, tick: int) -> None:
        """Invariant 2."""
        late = [step.name for step in self.steps(*CREATING) if step.begun > tick]
        assert late == []
