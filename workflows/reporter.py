"""The one writer to GitHub for an installation: newest report wins, one write at a time, paused as a whole by a limit."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows import planning, policies
from workflows.attempts import Trouble, judge
from workflows.models import Failure, FailureKind
from workflows.models import messages as m
from workflows.models.messages import ReporterEntry, ReporterState
from workflows.planning import NextWrite
from workflows.ports import GitHubPort

__all__ = ["ReporterState", "ReporterWorkflow"]

PACED_FAILURES = "paced-failures"
"""Patch: failed writes are followed by the same pause as others; histories from before it know no such timer."""


@workflow.defn
class ReporterWorkflow:
    """Runs for ever. Environments hand reports in and go on; only a final one is answered."""

    @workflow.init
    def __init__(self, state: ReporterState) -> None:
        self._state = state
        self._entries = dict(state.entries)
        self._paused_until = state.paused_until
        self._has_news = False

    @workflow.signal
    def report(self, report: m.Report) -> None:
        key = planning.pull_request_key(report.snapshot.pull_request)
        entry = self._entries.get(key, ReporterEntry())
        self._entries[key] = planning.newer_report(entry, planning.without_past(report))
        self._has_news = True

    @workflow.run
    async def run(self, _state: ReporterState) -> None:
        while True:
            self._has_news = False
            await self._settle()
            following = planning.next_write(self._now_state(), workflow.now())
            if following is not None:
                await self._write(following)
            else:
                await self._wait()
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(planning.bounded(self._now_state()))

    def _now_state(self) -> ReporterState:
        return ReporterState(entries=self._entries, paused_until=self._paused_until)

    async def _wait(self) -> None:
        """Until a report comes, or the time of something that waits for one; one that came already starts no timer."""
        now = workflow.now()
        until = None if self._has_news else planning.next_time(self._now_state(), now)
        try:
            await workflow.wait_condition(
                lambda: self._has_news, timeout=None if until is None else until - now
            )
        except TimeoutError:
            return

    async def _settle(self) -> None:
        """Forget reports that are written, and tell environments that wait to hear it."""
        awaited = []
        for key, entry in list(self._entries.items()):
            if entry.report is not None and planning.may_acknowledge(entry, workflow.now()):
                awaited.append(entry.report)
                self._entries[key] = planning.acknowledged(entry)
            if planning.is_finished(entry):
                # At the end of the order: whoever waits longest comes first.
                del self._entries[key]
                self._entries[key] = planning.settle_entry(entry)
        self._entries = planning.trim(self._entries)
        for report in awaited:
            await self._acknowledge(report)

    async def _acknowledge(self, report: m.Report) -> None:
        handle = workflow.get_external_workflow_handle(report.snapshot.workflow_id)
        written = m.ReportWritten(sequence=report.snapshot.sequence)
        try:
            await handle.signal("report_written", written)
        except ApplicationError as error:
            workflow.logger.info("nobody waits for this report any more: %s", error)

    async def _write(self, following: NextWrite) -> None:
        report = following.report
        try:
            result = await workflow.execute_activity_method(
                GitHubPort.write_surface,
                m.WriteSurfaceInput(
                    report=report, write=following.write, surfaces=following.surfaces
                ),
                **policies.WRITE_SURFACE,
            )
        except ActivityError as error:
            self._note(following, judge(error, is_limit_final=False))
            if workflow.patched(PACED_FAILURES):
                await workflow.sleep(policies.WRITE_PAUSE)
            return
        surfaces = planning.after_write(
            result.surfaces, following.write, report.snapshot.sequence, before=following.surfaces
        )
        self._entries[following.key] = planning.allow(self._entries[following.key], following.write)
        self._change(following.key, surfaces=surfaces, failures=0, not_before=None)
        if result.was_written:
            await workflow.sleep(policies.WRITE_PAUSE)

    def _note(self, following: NextWrite, trouble: Trouble) -> None:
        """A limit stops everything, an outage this pull request for a while, a refusal one kind of its surfaces."""
        workflow.logger.warning("GitHub: %s", trouble.failure.message)
        now, entry = workflow.now(), self._entries[following.key]
        if trouble.failure.kind is FailureKind.GONE:
            self._change(following.key, surfaces=_without_subject(following, trouble.failure))
        elif trouble.nature == "wait":
            self._paused_until = now + (trouble.failure.retry_after or policies.DEFAULT_WAIT)
        elif trouble.nature == "final":
            self._entries[following.key] = planning.refuse(
                entry,
                following.write,
                now,
                first=policies.REFUSED_PAUSE,
                most=policies.MAX_REFUSED_PAUSE,
            )
        else:
            pause = planning.backoff(
                entry.failures + 1,
                first=policies.FIRST_WRITE_BACKOFF,
                most=policies.MAX_WRITE_BACKOFF,
            )
            self._change(following.key, failures=entry.failures + 1, not_before=now + pause)

    def _change(self, key: str, **changes: object) -> None:
        """The newest report may have come while a write was going on, so only what the write is about changes."""
        self._entries[key] = self._entries[key].model_copy(update=changes)


def _without_subject(following: NextWrite, failure: Failure) -> m.Surfaces:
    """A commit does not come back, a repository may (the App was removed): then the next change is written again."""
    surfaces, write = following.surfaces, following.write
    sequence = following.report.snapshot.sequence
    if failure.type == planning.GONE_TYPE:
        return planning.give_up(surfaces, write, sequence)
    return planning.after_write(surfaces, write, sequence)
