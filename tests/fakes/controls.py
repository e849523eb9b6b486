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
CREATING = ("plan_revision", "ensure_namespace", "build_image", "deploy_release", "ensure_route")
AT_WORK = (*CREATING, "wait_for_rollout", "check_health")
SIDE_BY_SIDE = (("ensure_namespace", "build_image"), ("wait_for_rollout", "ensure_route"))
"""Steps of a revision that are begun together, in whichever order."""


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


class Controls:
    """How the fakes behave: shared by all of them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.diary = Diary()
        self.pulls: dict[tuple[int, int], PullRequest] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.stubborn: set[str] = set()
        """Steps that take their time to end after a cancel."""
        self.frozen: dict[str, int] = {}
        """Steps whose next calls hang without a heartbeat, as if their worker were gone; how many."""
        self._failing: set[tuple[str | None, str]] = set()
        """Calls that are about to fail: run and activity."""

    def hold(self, name: str) -> None:
        """The step begins and then waits until `release`, heartbeating."""
        self.gates[name] = asyncio.Event()

    def release(self, name: str) -> None:
        self.gates.pop(name).set()

    def fail(self, name: str, error: Callable[[], Exception], times: int = 1) -> None:
        """The next calls of the step fail."""
        self.failures[name] += [error() for _ in range(times)]

    @asynccontextmanager
    async def step(
        self, name: str, *, environment: str = "", commit: str = "", revision: str = ""
    ) -> AsyncIterator[Step]:
        step = Step(name, self.diary.tick(), environment, commit, revision)
        self.diary.steps.append(step)
        try:
            await self._pass(name)
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

    async def _pass(self, name: str) -> None:
        if self.failures[name]:
            error = self.failures[name].pop(0)
            await self._let_others_end(name)
            raise error
        if self.frozen.get(name):
            self.frozen[name] -= 1
            await asyncio.Event().wait()
        gate = self.gates.get(name)
        while gate is not None and not gate.is_set():
            activity.heartbeat()
            try:
                await asyncio.wait_for(gate.wait(), BEAT)
            except TimeoutError:
                continue

    async def _let_others_end(self, name: str) -> None:
        """Until what was begun side by side with a failing step has ended, unless it is held or about to fail too.

        The workflow cancels it then. Where time can be skipped, the server has no answer to a cancel that crosses
        the end of its step: it refuses the task, and its clock stands still for ever.
        """
        info = activity.info()
        self._failing.add((info.workflow_run_id, info.activity_id))
        beside = {each for pair in SIDE_BY_SIDE if name in pair for each in pair} - {*self.gates}
        handle = self.client.get_workflow_handle(
            info.workflow_id or "", run_id=info.workflow_run_id
        )
        while beside:
            activity.heartbeat()
            description = (await handle.describe()).raw_description
            if not any(
                each.activity_type.name in beside
                and (info.workflow_run_id, each.activity_id) not in self._failing
                for each in description.pending_activities
            ):
                return
            await asyncio.sleep(BEAT)
