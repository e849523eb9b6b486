"""The entity: one long-lived workflow per environment; it orders steps and owns the state.

Events and commands only leave a note (see `inbox`). One loop looks at the pull request, lets `planning` choose, and
carries out one step; so nothing interleaves, and duplicates, disorder and lost events do no harm (EC-9).
"""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from workflows import former, planning, policies, removal
from workflows.inbox import EnvironmentInbox
from workflows.models import EnvironmentState, Phase, PullRequest, RevisionState, Wanted
from workflows.planning import Decision, Step
from workflows.publisher import upsert_attributes

CONTINUE_BEFORE_A_LOOK = "continue-before-a-look"
"""Patch: a look that is due no longer keeps an environment in its run; every run begins with one."""
CARRY_A_WISH = "carry-a-wish"
"""Patch: nor does a person's wish, which goes along."""
KEEP_A_NEWER_WISH = "keep-a-newer-wish"
"""Patch: a step that was decided without a wish, or for an older one, leaves it to the next look."""


@workflow.defn
class EnvironmentWorkflow(EnvironmentInbox):
    """Follows one pull request from its first event until nothing of it is left."""

    @workflow.init
    def __init__(self, state: EnvironmentState) -> None:
        super().__init__(state)
        self._is_cancelled = False

    @workflow.run
    async def run(self, _state: EnvironmentState) -> None:
        # A cancel of the workflow never reaches this task; it becomes a flag here, once.
        life = asyncio.create_task(self._live())
        while not life.done():
            try:
                await workflow.wait_condition(life.done)
            except asyncio.CancelledError:
                self._is_cancelled = True
        life.result()

    async def _live(self) -> None:
        upsert_attributes(self._state, is_first=True)
        self._voice = asyncio.create_task(self._publisher.run())
        self._telling = asyncio.create_task(self._siblings.run())
        self._backing_up = asyncio.create_task(self._backups.run())
        if workflow.info().continued_run_id or self._state.ref.namespace:
            self._publisher.open()  # something was shown before, so its end will be too
        await self._wait_for_former_life()
        while True:
            reason = await self._follow()
            if self._state.phase is not Phase.DELETED:
                await self._remove(reason)
            planning.forget_stop(self._state)
            await self._say_goodbye()
            if self._is_cancelled or not self._is_wanted_again():
                return

    def _is_wanted_again(self) -> bool:
        """A look may find a reopened pull request; a branch is always open, so there it takes a person's wish."""
        return self._watch.is_dirty and (self._state.asked is None or self._wanted is not None)

    async def _follow(self) -> str:
        """Until the pull request is closed or the workflow is cancelled; says which."""
        while not self._is_cancelled:
            await self._wait_for_news()
            if self._slot.is_settled():
                self._collect()
            if self._must_halt:
                await self._halt("the pull request was closed")
                if self._slot.in_flight() is not None:
                    return planning.CLOSED  # it ends with what keeps it from stopping
            if self._must_remove:
                reason = f"stopped by {self._state.stopped_by}"
                self._decide("remove", reason)
                await self._remove(reason)
                if self._state.asked is not None:
                    return reason  # nothing is left that could bring it back
            elif self._is_look_due() and not self._is_cancelled:
                closed = await self._look_and_act()
                if closed:
                    return closed
            if self._may_continue_as_new():
                self._state.wanted = self._wanted
                workflow.continue_as_new(self._state)
        return "cancelled by an operator"

    async def _wait_for_news(self) -> None:
        try:
            await workflow.wait_condition(self._has_news, timeout=self._pause())
        except TimeoutError:
            return  # a look is due now

    def _pause(self) -> timedelta | None:
        """How long until time alone makes something due."""
        recovery = self._recovery()
        if self._watch.is_dirty or recovery is None:
            return self._watch.pause()
        return max(recovery - workflow.now(), timedelta(0))

    def _has_news(self) -> bool:
        return (
            self._is_urgent()
            or self._slot.is_settled()
            or self._is_look_due()
            or self._may_continue_as_new()
        )

    def _is_look_due(self) -> bool:
        """A recovery is no reason to look before a pause that GitHub's own trouble asks for is over."""
        return self._watch.is_due() or (self._is_recovering() and not self._watch.is_dirty)

    def _recovery(self) -> datetime | None:
        """When what failed on the platform's side is tried again."""
        return planning.next_recovery(
            self._state,
            first=policies.FIRST_RECOVERY,
            most=policies.MAX_RECOVERY,
            limit=policies.MAX_RECOVERIES,
        )

    def _is_recovering(self) -> bool:
        due = self._recovery()
        return due is not None and workflow.now() >= due

    def _mention_recovery(self) -> None:
        due = self._recovery()
        if due is not None:
            self._state.reason = (
                f"failed on the platform's side; next try at {due:%H:%M} UTC, or with `retry`"
            )

    def _is_urgent(self) -> bool:
        """Nothing may begin before this was dealt with."""
        return self._is_cancelled or self._must_halt or self._must_remove

    def _may_continue_as_new(self) -> bool:
        """Never while a child lives, which the server would terminate, nor while something heard would be lost.

        Neither a look nor what waits to be recorded counts: every run begins with both, and a repository that is
        gone, events that never pause, or a store that is away for months must not fill a history.
        """
        is_busy = (
            self._is_urgent()
            or bool(self._events)
            or self._slot.in_flight() is not None
            or self._backups.is_working()
        )
        if is_busy or not workflow.info().is_continue_as_new_suggested():
            return False
        may_go = self._wanted is None or workflow.patched(CARRY_A_WISH)
        return may_go and (not self._watch.is_due() or workflow.patched(CONTINUE_BEFORE_A_LOOK))

    async def _look_and_act(self) -> str:
        """One look, one step; not empty when the pull request is closed."""
        before = self._watch.trouble
        pull = await self._watch.look(self._state.pull_request, self._is_urgent, self._state.asked)
        others = await self._members.look(self._is_urgent) if pull else None
        if pull is None or others is None:
            if self._watch.is_in_doubt or self._watch.is_lasting:
                self._decide("wait", self._watch.trouble)
            if self._watch.trouble != before:
                self._publisher.open()
                self._changed()
            return ""
        if not self._is_believable(pull) or not self._members.are_believable(others):
            return ""
        pull = self._members.arrange(pull, others)
        planning.take_over(self._state, pull)
        self._siblings.note(pull)
        wanted = self._wanted
        decision = planning.next_step(
            self._state,
            pull,
            in_flight=self._slot.in_flight(),
            wanted=wanted,
            is_recovering=self._is_recovering(),
        )
        self._decide(decision.step, decision.reason)
        if decision.step is Step.TEAR_DOWN:
            return decision.reason
        self._publisher.open()
        if decision.is_superseding:
            await self._slot.stop(decision.reason, RevisionState.SUPERSEDED)
            self._changed()
        await self._carry_out(decision, pull, wanted)
        return ""

    def _is_believable(self, pull: PullRequest) -> bool:
        """False while GitHub may still answer with what was true before the newest event."""
        check = planning.next_check(
            self._state,
            pull,
            self._watch.looked_at or workflow.now(),
            closed=policies.CLOSE_SETTLES,
            head=policies.HEAD_SETTLES,
        )
        if check is not None and not self._watch.is_dirty:
            self._watch.look_at(check)
        return not planning.is_outdated(self._state, pull, is_settled=check is None)

    async def _carry_out(
        self, decision: Decision, pull: PullRequest, wanted: Wanted | None
    ) -> None:
        """`wanted` is the wish that was decided upon; one that comes meanwhile is left to the next look."""
        if decision.step is Step.DEPLOY:
            begun = await self._slot.begin(
                decision, pull, is_outdated=self._is_outdated, is_urgent=self._is_urgent
            )
            if begun:
                self._forget_wish(wanted)
                self._mention_recovery()  # it may have failed already, for want of a namespace
                self._changed()
            else:
                # Nothing is shown meanwhile: "ready" beside the new commit would be wrong.
                self._watch.look_again()
            return
        self._forget_wish(wanted)
        if decision.step in (Step.SKIP, Step.REFUSE):
            is_refused = decision.step is Step.REFUSE
            planning.rest(self._state, decision.reason, is_refused=is_refused)
        elif decision.step is Step.WAIT and self._slot.in_flight() is None:
            planning.settle(self._state, decision.commit)
            self._mention_recovery()
        self._changed()

    def _forget_wish(self, wanted: Wanted | None) -> None:
        is_newer = self._wanted is not None and self._wanted is not wanted
        if not is_newer or not workflow.patched(KEEP_A_NEWER_WISH):
            self._wanted = None

    def _is_outdated(self) -> bool:
        """What was decided may be wrong by now; the next look decides anew."""
        return self._is_urgent() or self._watch.is_due()

    def _collect(self) -> None:
        """A vanished commit means that the pull request's new head is about to be visible."""
        pause = self._slot.collect()
        if pause is not None:
            self._watch.look_after(pause)
        self._mention_recovery()
        self._changed()

    async def _halt(self, reason: str) -> None:
        await self._slot.stop(
            reason, RevisionState.CANCELLED, within=policies.SETTLE_BEFORE_REMOVAL
        )
        await self._backups.stop()
        self._must_halt = False
        self._changed()

    # --- the end ---

    async def _remove(self, reason: str) -> None:
        """Everything goes; returns when it is gone. A wish for a new revision that comes meanwhile is looked at after."""
        await self._halt(reason)
        state = self._state
        state.phase, state.reason, state.failure = Phase.DELETING, reason, None
        self._changed()
        polls = 0
        while not await removal.tear_down(state, reason):
            polls += 1
            await workflow.sleep(policies.removal_poll(polls))
        await self._slot.end()
        self._must_remove = False
        planning.forget_resources(state, reason)
        self._changed()

    async def _wait_for_former_life(self) -> None:
        """What a terminated entity has left at work ends without it; the new life begins after that."""
        if workflow.info().continued_run_id:
            return
        polls = 0
        while not self._is_cancelled and (left := await former.find_at_work(self._state)):
            polls += 1
            self._watch.trouble = f"waiting for {left} of its former life"
            await workflow.sleep(policies.removal_poll(polls))
        self._watch.trouble = ""

    async def _say_goodbye(self) -> None:
        """Until GitHub shows the removal, something new begins, or it has taken too long."""
        self._publisher.is_final = True
        self._changed()
        final = self._state.sequence

        def is_shown() -> bool:
            is_awaited = self._publisher.is_open and self._state.asked is None
            return not is_awaited or self._written >= final

        try:
            await workflow.wait_condition(
                lambda: self._is_wanted_again() or (self._publisher.is_idle() and is_shown()),
                timeout=policies.FINAL_REPORT,
            )
        except TimeoutError:
            workflow.logger.warning("GitHub may still show the removed environment as running")
        self._publisher.is_final = False

    def _decide(self, decision: str, reason: str) -> None:
        """Every event and every command ends in a visible decision (spec section 7, number 2)."""
        events, self._events = self._events, []
        self._publisher.decide(self._state.pull_request, events, decision, reason)
