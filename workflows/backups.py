"""Makes the backups that people ask for, one after the other, beside the real work (ENV-017)."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows import planning, policies
from workflows.attempts import Tally, judge
from workflows.models import BackupRequest, EnvironmentState, Failure
from workflows.models import messages as m
from workflows.ports import ClusterPort
from workflows.publisher import Publisher

_Outcome = m.BackUpServiceResult | Failure | None
GO_ON_WITH_A_LOST_BACKUP = "go-on-with-a-lost-backup"
"""Patch: where its worker was lost the Job goes on, and the next attempt finds it by its name."""


class Backups:
    """Owned by one entity. How each one ends stands among the decisions; nothing else depends on it."""

    def __init__(self, state: EnvironmentState, publisher: Publisher) -> None:
        self._state = state
        self._publisher = publisher
        self._work: asyncio.Task[_Outcome] | None = None

    def is_working(self) -> bool:
        """Something is at work, or about to be."""
        return self._work is not None or bool(self._state.backups_wanted)

    async def run(self) -> None:
        """Make what is asked for, for ever."""
        while True:
            await workflow.wait_condition(lambda: bool(self._state.backups_wanted))
            # None, where it was taken back in the same moment.
            for wish in self._state.backups_wanted[:1]:
                await self._carry_out(wish)

    async def stop(self) -> None:
        """Until nothing of them runs any more; the environment goes, and they with it."""
        while self.is_working():
            at_work = [self._work] if self._work is not None else []
            for wish in self._state.backups_wanted[len(at_work) :]:
                self._settle(wish, None)
            for work in at_work:
                work.cancel()
                await workflow.wait_condition(lambda: self._work is None)

    async def _carry_out(self, wish: BackupRequest) -> None:
        work = self._work = asyncio.create_task(self._make(wish))
        await workflow.wait_condition(work.done)
        self._work = None
        self._settle(wish, None if work.cancelled() else work.result())

    async def _make(self, wish: BackupRequest) -> _Outcome:
        tally = Tally()
        while True:
            try:
                return await workflow.execute_activity_method(
                    ClusterPort.back_up_service,
                    m.BackUpServiceInput(ref=self._state.ref, request=wish),
                    **policies.BACK_UP_SERVICE,
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    return None
                trouble = judge(error)
                pause = tally.pause_after(trouble) if trouble.nature == "lost" else None
                if pause is None or not workflow.patched(GO_ON_WITH_A_LOST_BACKUP):
                    return trouble.failure
                await workflow.sleep(pause)

    def _settle(self, wish: BackupRequest, found: _Outcome) -> None:
        planning.without_backup(self._state, wish)
        event = m.GitHubEvent(
            delivery=wish.id, event="command", action="back_up_service", sender=wish.by
        )
        reason = planning.told_of_backup(wish, found)
        self._publisher.decide(self._state.pull_request, [event], "back up", reason)
