"""The entity's voice: the newest picture goes to the read model and to GitHub's reporter, beside the real work.

A face that fails never holds up or fails a deployment; what it missed is contained in the next picture.
"""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import naming, planning, policies, wire
from workflows.models import EnvironmentSnapshot, EnvironmentState, EventDecision, PullRequestRef
from workflows.models import messages as m
from workflows.ports import SignalPort, StorePort

MAX_DECISIONS = 200
"""Waiting to be recorded while the store is away; the oldest are dropped first."""


class Lane:
    """One place to hand things over to; the others do not wait for it."""

    def __init__(self, send: Callable[[], Awaitable[None]]) -> None:
        self._send = send
        self._is_working = False
        self.is_stale = False

    def is_idle(self) -> bool:
        """Everything was handed over."""
        return not (self.is_stale or self._is_working)

    async def run(self) -> None:
        """Whenever something is new, for ever. After a failure the newest of then is sent."""
        failures = 0
        while True:
            await workflow.wait_condition(lambda: self.is_stale)
            self.is_stale, self._is_working = False, True
            try:
                await self._send()
                failures, self._is_working = 0, False
            except ActivityError as error:
                workflow.logger.warning("not published yet: %s", error.cause)
                failures += 1
                self.is_stale, self._is_working = True, False
                await workflow.sleep(
                    planning.backoff(
                        failures,
                        first=policies.FIRST_PUBLISH_PAUSE,
                        most=policies.MAX_PUBLISH_PAUSE,
                    )
                )


class Publisher:
    """Owned by one entity; `run` is its background task, everything else only leaves a note for it."""

    def __init__(
        self, state: EnvironmentState, make_snapshot: Callable[[], EnvironmentSnapshot]
    ) -> None:
        self._state = state
        self._make_snapshot = make_snapshot
        self._pictures = [Lane(self._record)]
        if state.asked is None:  # otherwise there is no pull request to write to
            self._pictures.append(Lane(self._submit))
        self._deciding = Lane(self._record_decisions)
        self._deciding.is_stale = bool(state.decisions)
        self.is_final = False
        """The reporter is to say when GitHub shows the picture: the environment is gone."""
        self.is_open = False
        """Nothing is shown before there is something to show: a late event of a closed pull request stays silent."""

    def open(self) -> None:
        """From now on pictures are shown, beginning with the one of now."""
        if not self.is_open:
            self.is_open = True
            self.announce()

    def announce(self) -> None:
        """Something changed."""
        for lane in self._pictures:
            lane.is_stale = lane.is_stale or self.is_open

    def decide(
        self, pull: PullRequestRef, events: list[m.GitHubEvent], decision: str, reason: str
    ) -> None:
        """Record what became of each event and command."""
        now, ref = workflow.now(), self._state.ref
        decisions = [
            EventDecision(
                at=now,
                repository=(event.pull_request or pull).repository,
                repository_id=(event.pull_request or pull).repository_id,
                number=(event.pull_request or pull).number,
                environment=f"{ref.project}/{ref.environment}" if self._state.asked else "",
                delivery=event.delivery,
                event=event.event,
                action=event.action,
                decision=decision,
                reason=reason,
            )
            for event in events
        ]
        self._state.decisions = [*self._state.decisions, *decisions][-MAX_DECISIONS:]
        self._deciding.is_stale = bool(self._state.decisions)

    def is_idle(self) -> bool:
        """Nothing waits to be handed over."""
        return all(lane.is_idle() for lane in (*self._pictures, self._deciding))

    async def run(self) -> None:
        """Hand over the newest, for ever."""
        await asyncio.gather(*(lane.run() for lane in (*self._pictures, self._deciding)))

    async def _record(self) -> None:
        await workflow.execute_activity_method(
            StorePort.record_environment,
            m.RecordEnvironmentInput(snapshot=self._make_snapshot()),
            **policies.RECORD,
        )

    async def _submit(self) -> None:
        """Of every pull request that shares the environment; only the leader's last one is waited for."""
        is_final, state = self.is_final, self._state
        is_leaders = True
        # All of one moment: whoever leaves meanwhile is told with a later number than it was told before.
        for snapshot, departed in list(planning.pictures(state, self._make_snapshot())):
            report = m.Report(
                snapshot=snapshot, acknowledge=is_final and is_leaders, ends_others=True
            )
            is_leaders = False
            await workflow.execute_activity_method(
                SignalPort.submit_report, m.SubmitReportInput(report=report), **policies.SUBMIT
            )
            if departed is not None:
                state.departed = [each for each in state.departed if each is not departed]

    async def _record_decisions(self) -> None:
        while self._state.decisions:
            first = self._state.decisions[0]
            await workflow.execute_activity_method(
                StorePort.record_decision, first, **policies.RECORD
            )
            self._state.decisions = [each for each in self._state.decisions if each is not first]


def upsert_attributes(state: EnvironmentState, *, is_first: bool = False) -> None:
    """Make phase and head commit searchable. Each change is an event of the history, so only changes are sent."""
    first, *others = planning.head_commits(state)
    wanted = {
        wire.PHASE_ATTRIBUTE: str(state.phase),
        wire.COMMIT_ATTRIBUTE: " ".join([first or "", *(each or "-" for each in others)]),
    }
    if is_first:
        wanted[wire.PROJECT_ATTRIBUTE] = state.ref.project
    if is_first or naming.is_shared(state.ref.environment):
        wanted[wire.PULL_REQUEST_ATTRIBUTE] = " ".join(planning.pull_request_keys(state))
    known = workflow.info().typed_search_attributes
    updates = [key.value_set(value) for key, value in wanted.items() if known.get(key) != value]
    if updates:
        workflow.upsert_search_attributes(updates)
