"""The one place for a revision at work: begun, stopped and collected by its entity, never two at a time (invariant 1)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError, is_cancelled_exception

from workflows import naming, planning, policies
from workflows.attempts import PhaseFailedError, confirm_stopped, run_phase
from workflows.models import (
    Commit,
    EnvironmentState,
    Failure,
    FailureKind,
    PullRequest,
    Revision,
    RevisionState,
)
from workflows.models import messages as m
from workflows.planning import Decision
from workflows.ports import ClusterPort
from workflows.revision import RevisionWorkflow

REMOVE_IN_ANY_CASE = "remove-in-any-case"
"""Patch: what cannot be confirmed stopped, such as pods of a node that is gone, keeps no environment from its removal."""

_Handle = workflow.ChildWorkflowHandle[RevisionWorkflow, m.RevisionResult]


class RevisionSlot:
    """Owned by one entity and used by its one loop; `say` shows people why something takes its time."""

    def __init__(self, state: EnvironmentState, say: Callable[[str], None]) -> None:
        self._state = state
        self._say = say
        self._handle: _Handle | None = None
        self._ends_as: RevisionState | None = None

    def in_flight(self) -> Commit | None:
        """Commit of the revision at work."""
        return self._state.revisions[0].commit if self._handle is not None else None

    def is_working(self) -> bool:
        """At work, and not being stopped."""
        return self._handle is not None and self._ends_as is None

    def is_settled(self) -> bool:
        """It has ended and waits to be collected."""
        return self._handle is not None and self._handle.done()

    async def begin(
        self,
        decision: Decision,
        pull: PullRequest,
        *,
        is_outdated: Callable[[], bool],
        is_urgent: Callable[[], bool],
    ) -> bool:
        """Start a revision of the decided commit; False when that was outdated before anything began.

        `is_urgent`: nothing may begin any more, so nothing is waited for either.
        """
        failure = None
        try:
            await self._prepare(is_urgent)
        except PhaseFailedError as error:
            failure = error.found
        if is_outdated():
            return False
        revision = self._enter(decision)
        if failure is not None:
            planning.end_revision(
                self._state, RevisionState.FAILED, now=workflow.now(), failure=failure
            )
            return True
        try:
            self._handle = await workflow.start_child_workflow(
                RevisionWorkflow.run,
                self._input(revision, pull, decision),
                **policies.named(
                    policies.REVISION,
                    revision.id,
                    f"{decision.commit[:7]} ({decision.trigger})",
                ),
            )
        except WorkflowAlreadyStartedError:
            # The count was lost, by a reset of the entity: the next number is free sooner or later.
            self._end(RevisionState.CANCELLED)
            return False
        return True

    async def stop(
        self, reason: str, ends_as: RevisionState, *, within: timedelta | None = None
    ) -> None:
        """Cancel the revision at work and wait until nothing of it runs any more (FR-007).

        After `within` it may still be in flight: then a removal has to come, and `end` after it.
        """
        if self._handle is None or self._ends_as is not None:
            return
        self._ends_as = ends_as
        self._say(f"{reason}; stopping {self._state.revisions[0].commit[:7]}")
        self._handle.cancel(reason)
        # Never `await handle`: a cancel that lands together with its end would be lost.
        if within is not None and not workflow.patched(REMOVE_IN_ANY_CASE):
            within = None
        try:
            await workflow.wait_condition(self._handle.done, timeout=within)
        except TimeoutError:
            return
        self._collect(self._handle)

    async def end(self) -> None:
        """Until a revision that was stopped in vain has ended, since a removal took away what kept it from that."""
        if self._handle is not None:
            await workflow.wait_condition(self._handle.done)
            self._collect(self._handle)

    def collect(self) -> timedelta | None:
        """Note how the revision ended, if it has. A time: its commit had vanished, look again after that."""
        if self._handle is None or not self._handle.done():
            return None
        return self._collect(self._handle)

    def _collect(self, handle: _Handle) -> timedelta | None:
        self._handle = None
        ends_as, self._ends_as = self._ends_as, None
        error = handle.exception()
        if error is None:
            return self._take_result(handle.result())
        if not is_cancelled_exception(error):
            self._end_abnormally(error)
        elif ends_as is not None:
            self._end(ends_as)
        else:
            commit = self._state.commit
            self._end(RevisionState.CANCELLED)
            self._state.commit = commit  # somebody meant it: not again before a push or a redeploy
            planning.rest(self._state, "the revision was cancelled by an operator")
        return None

    def _enter(self, decision: Decision) -> Revision:
        state = self._state
        state.count += 1
        return planning.begin_revision(
            state,
            revision_id=naming.revision_workflow_id(
                state.ref.project, state.ref.environment, state.run8, state.count
            ),
            commit=decision.commit,
            trigger=decision.trigger,
            now=workflow.now(),
        )

    def _input(self, revision: Revision, pull: PullRequest, decision: Decision) -> m.RevisionInput:
        state = self._state
        is_other_data = state.resets or state.restores or state.after_reset or state.after_restore
        is_due = decision.is_renewal or bool(is_other_data)
        return m.RevisionInput(
            ref=state.ref,
            pull_request=pull.ref,
            commit=revision.commit,
            number=revision.number,
            id=revision.id,
            environment_workflow_id=workflow.info().workflow_id,
            branch=pull.head_branch,
            is_trusted=not pull.is_fork,
            serving=None if is_due else planning.unharmed(state),
            resets=tuple(state.resets),
            restores=tuple(state.restores),
            is_development=state.asked is not None,
            is_on_host=state.asked is not None and state.asked.is_on_host,
            heads=tuple(state.begun),
            after_reset=state.after_reset,
            after_restore=state.after_restore,
            begun=planning.first_attempt(state.revisions).created_at,
        )

    async def _prepare(self, is_urgent: Callable[[], bool]) -> None:
        """The namespace is chosen once, and nothing of an earlier revision may run in it. Raises PhaseFailedError."""
        await self._choose_namespace()
        state = self._state
        if state.unconfirmed:
            self._say("waiting until the work of an earlier revision is confirmed stopped")
            release = naming.release_name(state.ref.environment)
            work = asyncio.create_task(confirm_stopped(state.ref, state.unconfirmed, release))
            await workflow.wait_condition(lambda: work.done() or is_urgent())
            if not work.done() and workflow.patched(REMOVE_IN_ANY_CASE):
                work.cancel()
                await workflow.wait_condition(work.done)
                return
            await work
            state.unconfirmed = ""

    async def _choose_namespace(self) -> None:
        state = self._state
        if state.ref.namespace:
            return
        chosen = await run_phase(
            "namespace",
            lambda: workflow.execute_activity_method(
                ClusterPort.choose_namespace,
                m.ChooseNamespaceInput(ref=state.ref),
                **policies.CHOOSE_NAMESPACE,
            ),
            tell=self._say,
            is_limit_final=False,
        )
        state.ref = state.ref.model_copy(update={"namespace": chosen.namespace})

    def _take_result(self, result: m.RevisionResult) -> timedelta | None:
        if not result.is_confirmed:
            self._state.unconfirmed = self._state.revisions[0].id
        if result.state == "succeeded":
            self._end(RevisionState.SUCCEEDED, result)
            return None
        if result.failure is not None and planning.lost_its_name(self._state, result.failure):
            self._state.ref = self._state.ref.model_copy(update={"namespace": ""})
        if result.failure is None or result.failure.type != planning.GONE_TYPE:
            self._end(RevisionState.FAILED, result)
            return None
        self._end(RevisionState.SUPERSEDED, result)
        times = planning.gone_in_a_row(self._state)
        if times >= policies.MAX_GONE:
            self._state.commit = self._state.revisions[0].commit
            self._end(RevisionState.FAILED, result)
            return None
        return planning.backoff(
            times, first=policies.FIRST_GONE_PAUSE, most=policies.MAX_LOOK_PAUSE
        )

    def _end_abnormally(self, error: BaseException) -> None:
        """Its workflow timed out, was terminated or has a mistake: nobody has confirmed that its work has stopped."""
        self._state.unconfirmed = self._state.revisions[0].id
        cause = error.__cause__ or error
        failure = Failure(
            kind=FailureKind.PLATFORM,
            type="RevisionEndedError",
            message=f"The revision ended before it was done: {cause}",
            hint="`retry` starts it again; its workflow tells an operator more.",
        )
        self._end(RevisionState.FAILED, m.RevisionResult(state="failed", failure=failure))

    def _end(self, final: RevisionState, result: m.RevisionResult | None = None) -> None:
        planning.end_revision(
            self._state,
            final,
            now=workflow.now(),
            result=result,
            failure=result.failure if result else None,
        )
