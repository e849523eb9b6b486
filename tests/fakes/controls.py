"""What the test holds in its hand: how the fakes behave, and the diary of what they did."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from temporalio import activity
from temporalio.client import Client

from workflows.models import PullRequest

BEAT = 0.05
"""Seconds between heartbeats of a held step: a cancel is learnt of in the answer to one."""
CREATING = (
    "plan_revision",
    "ensure_namespace",
    "copy_secrets",
    "ensure_credentials",
    "build_image",
    "deploy_release",
    "ensure_route",
    "sync_code",
    "ensure_directory",
)
AT_WORK = (
    *CREATING,
    "wait_for_rollout",
    "await_development",
    "check_health",
    "run_development_jobs",
)
IN_DEVELOPMENT = ("sync_code", "await_development", "run_development_jobs", "ensure_directory")
"""Those of AT_WORK that only a plan in development mode has."""
SIDE_BY_SIDE = (
    ("ensure_namespace", "build_image"),
    ("copy_secrets", "build_image"),
    ("ensure_credentials", "build_image"),
    ("wait_for_rollout", "ensure_route"),
)
"""Steps of a revision that run at the same time, in whichever order."""
FOLLOWING = {"copy_secrets": "ensure_namespace", "ensure_credentials": "copy_secrets"}
"""Steps that are begun by the end of another one, beside what runs already."""


def beside(name: str) -> set[str]:
    """Steps that may run at the same time as that one."""
    return {each for pair in SIDE_BY_SIDE if name in pair for each in pair} - {name}


@dataclass
class Step:
    """One call of an activity."""

    name: str
    begun: int
    """Position in the order of all begins and ends."""
    environment: str = ""
    commit: str = ""
    revision: str = ""
    ended: int | None = None
    outcome: str = ""
    """`done`, `failed` or `cancelled`."""
    workflow_id: str = ""
    run_id: str = ""
    activity_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """This call among all."""
        return self.run_id, self.activity_id


@dataclass
class Diary:
    """What every fake did, in order."""

    steps: list[Step] = field(default_factory=list)
    ticks: int = 0

    def tick(self) -> int:
        self.ticks += 1
        return self.ticks

    def named(self, *names: str) -> list[Step]:
        return [step for step in self.steps if step.name in names]

    def count(self, name: str) -> int:
        return len(self.named(name))

    def running(self, *names: str) -> list[Step]:
        return [step for step in self.named(*names) if step.ended is None]


class Gate(asyncio.Event):
    """What a held step waits for."""

    error: Exception | None = None


class Controls:
    """How the fakes behave: shared by all of them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.diary = Diary()
        self.pulls: dict[tuple[int, int], PullRequest] = {}
        self.gates: dict[str, Gate] = {}
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.stubborn: set[str] = set()
        """Steps that take their time to end after a cancel."""
        self.frozen: dict[str, int] = {}
        """Steps whose next calls hang without a heartbeat, as if their worker were gone; how many."""
        self._lasting: set[tuple[str, str]] = set()
        """Calls that hang, or wait for others before they fail."""

    def hold(self, name: str) -> None:
        """The step begins and then waits until `release`, heartbeating."""
        self.gates[name] = Gate()

    def release(self, name: str, error: Exception | None = None) -> None:
        """Those that wait go on; with an error they fail."""
        gate = self.gates.pop(name)
        gate.error = error
        gate.set()

    def fail(self, name: str, error: Callable[[], Exception], times: int = 1) -> None:
        """The next calls of the step fail."""
        self.failures[name] += [error() for _ in range(times)]

    @asynccontextmanager
    async def step(
        self, name: str, *, environment: str = "", commit: str = "", revision: str = ""
    ) -> AsyncIterator[Step]:
        info = activity.info()
        step = Step(
            name,
            self.diary.tick(),
            environment,
            commit,
            revision,
            workflow_id=info.workflow_id or "",
            run_id=info.workflow_run_id or "",
            activity_id=info.activity_id,
        )
        self.diary.steps.append(step)
        try:
            await self._pass(step)
            yield step
            step.outcome = "done"
        except asyncio.CancelledError:
            if name in self.stubborn:
                await asyncio.sleep(0.3)  # the step's own grace, such as a pod's
            step.outcome = "cancelled"
            raise
        except Exception:
            step.outcome = "failed"
            raise
        finally:
            step.ended = self.diary.tick()

    async def is_alone(self, step: Step) -> bool:
        """Whether what was begun side by side with the step has ended for the server, unless it is to last.

        A workflow that is told to stop, or whose step fails, cancels the others. Where time can be skipped, the server
        has no answer to a cancel that crosses the end of its step: it refuses the task, and its clock stands still.
        """
        others = beside(step.name)
        if not others:
            return True
        if any(self._is_due(each, step.run_id) for each in others):
            return False
        lasting, seen = {*self._lasting, step.key}, self.diary.ticks
        handle = self.client.get_workflow_handle(step.workflow_id, run_id=step.run_id)
        description = (await handle.describe()).raw_description
        # What has ended or begun while the server was asked is not in its answer.
        return seen == self.diary.ticks and not any(
            each.activity_type.name in {*others, step.name} - {*self.gates}
            and (step.run_id, each.activity_id) not in lasting
            for each in description.pending_activities
        )

    def _is_due(self, name: str, run_id: str) -> bool:
        """Whether a step is about to begin, since the one before it has ended well."""
        of_run = [step for step in self.diary.steps if step.run_id == run_id]
        before = FOLLOWING.get(name)
        is_begun = any(step.name == name for step in of_run)
        return not is_begun and any(
            step.name == before and step.outcome == "done" for step in of_run
        )

    async def _pass(self, step: Step) -> None:
        name = step.name
        if self.failures[name]:
            error = self.failures[name].pop(0)
            self._lasting.add(step.key)
            while not await self.is_alone(step):
                activity.heartbeat()
                await asyncio.sleep(BEAT)
            raise error
        if self.frozen.get(name):
            self.frozen[name] -= 1
            self._lasting.add(step.key)
            await asyncio.Event().wait()
        gate = self.gates.get(name)
        while gate is not None and not gate.is_set():
            activity.heartbeat()
            try:
                await asyncio.wait_for(gate.wait(), BEAT)
            except TimeoutError:
                continue
        if gate is not None and gate.error is not None:
            raise gate.error
