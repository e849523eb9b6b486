"""How far a revision is: its phases, how long each took, why it waits; told to its environment at every step."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.attempts import run_phase
from workflows.models import Application, BackupPlan, JobOutcome, Phase, PhaseTiming, SourceCommit
from workflows.models import messages as m

T = TypeVar("T")


class Progress:
    """Of one revision; it is told without waiting, and whether or not the environment still lives."""

    def __init__(self, request: m.RevisionInput) -> None:
        self._request = request
        self._phase = Phase.PENDING
        self._timings: dict[str, PhaseTiming] = {}
        self._words: dict[int, str] = {}
        """Of each block that has not ended, in the order in which they began."""
        self._blocks = 0
        self._sequence = 0
        self.reasons: tuple[str, ...] = ()
        """Why it is deployed as it is, in the words shown to people."""
        self.application: Application | None = None
        self.services: tuple[str, ...] | None = None
        """Of the plan, once there is one."""
        self.backups: tuple[BackupPlan, ...] = ()
        self.settings = ""
        """Mark of the settings it was planned with."""
        self.jobs: tuple[JobOutcome, ...] = ()
        self.sources: tuple[SourceCommit, ...] = ()
        """What comes along, once that is known."""
        self.url = ""
        """Public URL, once what it shows is this commit's."""
        self.is_healthy = False
        """Whether the commit was seen to answer there."""
        self.has_changed = False
        """Whether anything that serves may be another one by now."""
        self.has_begun_anew = False
        """Whether programs know of the data that was thrown away or brought back."""

    @property
    def timings(self) -> tuple[PhaseTiming, ...]:
        """In the order in which the phases began."""
        return tuple(self._timings.values())

    async def run(
        self,
        name: str,
        phase: Phase,
        call: Callable[[], Awaitable[T]],
        *,
        is_limit_final: bool = True,
        words: str = "",
    ) -> T:
        """Carry out a phase of one activity; see `run_phase`. `words` say which, where its name is not enough."""
        with self.timed(name, phase, words) as tell:
            return await run_phase(name, call, tell=tell, is_limit_final=is_limit_final)

    @contextmanager
    def timed(self, name: str, phase: Phase, words: str = "") -> Iterator[Callable[[str], None]]:
        """The phase lasts as long as the block, which is given a way to say why it is not over; one that fails has no end.

        Several blocks of one name are one phase: from the first one's begin to the last one's end.
        """
        timing = self._timings.get(name, PhaseTiming(phase=name, started_at=workflow.now()))
        self._timings[name] = timing.model_copy(update={"finished_at": None})
        self._phase = phase
        self._blocks += 1
        block = self._blocks
        self._tell(block, words)
        yield partial(self._tell, block)
        del self._words[block]
        timing = self._timings[name]
        self._timings[name] = timing.model_copy(update={"finished_at": workflow.now()})

    def _tell(self, block: int, reason: str) -> None:
        self._words[block] = reason
        self._sequence += 1
        progress = m.RevisionProgress(
            number=self._request.number,
            sequence=self._sequence,
            phase=self._phase,
            reason="; ".join(text for text in self._words.values() if text),
            reasons=self.reasons,
            timings=self.timings,
            application=self.application,
            services=self.services,
            backups=self.backups,
            sources=self.sources,
            jobs=self.jobs,
            url=self.url,
            is_healthy=self.is_healthy,
            has_begun_anew=self.has_begun_anew,
        )
        self._telling = asyncio.create_task(self._send(progress))

    async def _send(self, progress: m.RevisionProgress) -> None:
        parent = workflow.get_external_workflow_handle(self._request.environment_workflow_id)
        try:
            await parent.signal("revision_progress", progress)
        except ApplicationError as error:
            workflow.logger.info("nobody follows this revision: %s", error)
