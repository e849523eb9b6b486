"""What others say to an environment: signals, updates and the query. They leave notes; the loop acts."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import planning
from workflows.backups import Backups
from workflows.members import Members
from workflows.models import (
    Approval,
    EnvironmentSnapshot,
    EnvironmentState,
    Phase,
    Reset,
    Restore,
    SiblingMoved,
    Wanted,
)
from workflows.models import messages as m
from workflows.planning import Refusal
from workflows.publisher import Publisher, upsert_attributes
from workflows.siblings import Siblings
from workflows.slot import RevisionSlot
from workflows.watch import Watch


class EnvironmentInbox:
    """The half of `EnvironmentWorkflow` that hears; handlers are plain functions, so none can be interrupted."""

    def __init__(self, state: EnvironmentState) -> None:
        self._state = state
        self._watch = Watch()
        self._members = Members(state, self._watch, self._changed)
        self._publisher = Publisher(state, self.snapshot)
        self._siblings = Siblings(state)
        self._slot = RevisionSlot(state, self._say)
        self._backups = Backups(state, self._publisher)
        self._events: list[m.GitHubEvent] = []
        self._wanted = state.wanted
        self._must_halt = False
        self._must_remove = False
        self._written = 0
        state.created_at = state.created_at or workflow.now()
        state.run8 = state.run8 or workflow.info().first_execution_run_id[:8]

    @workflow.signal
    def github_event(self, event: m.GitHubEvent) -> None:
        """Look again. Only `closed` acts before the look: nothing is created after it (invariant 2)."""
        if planning.remember_delivery(self._state, event.delivery):
            self._events.append(event)
            is_close = planning.hear(self._state, event, now=workflow.now())
            self._must_halt = self._must_halt or is_close
            if event.action == "reopened":
                planning.forget_stop(self._state)
            if (event.event, event.action) == ("reconcile", "restore"):
                self._restore()
            self._watch.look_again()

    @workflow.signal
    def sibling_moved(self, moved: SiblingMoved) -> None:
        """Another source of the project has a new head; whether that matters here is decided and recorded."""
        event = m.GitHubEvent(delivery=str(workflow.uuid4()), event="sibling", action="moved")
        following = planning.follow_sibling(self._state, moved)
        if not following.is_followed:
            self._publisher.decide(self._state.pull_request, [event], "keep", following.reason)
            return
        self._events.append(event)
        planning.follow(self._state, following)
        self._watch.look_again()

    @workflow.signal
    def revision_progress(self, progress: m.RevisionProgress) -> None:
        is_told = self._slot.is_working()
        if is_told and planning.note_progress(self._state, progress, now=workflow.now()):
            self._changed()

    @workflow.signal
    def serving_seen(self, told: m.ServingSeen) -> None:
        """Also while it is being stopped: it says what that left behind."""
        if planning.note_seen(self._state, told, now=workflow.now()):
            self._changed()

    @workflow.signal
    def services_reset(self, done: m.ServicesReset) -> None:
        planning.note_resets(self._state, done.ids)

    @workflow.signal
    def backups_restored(self, done: m.BackupsRestored) -> None:
        planning.without_restores(self._state, done.ids)

    @workflow.signal
    def teardown_progress(self, progress: m.TeardownProgress) -> None:
        self._state.blockers = list(progress.blockers)
        self._changed()

    @workflow.signal
    def report_written(self, written: m.ReportWritten) -> None:
        self._written = max(self._written, written.sequence)

    @workflow.query
    def snapshot(self) -> EnvironmentSnapshot:
        return planning.make_snapshot(
            self._state,
            workflow_id=workflow.info().workflow_id,
            now=workflow.now(),
            trouble=self._watch.trouble,
        )

    @workflow.update
    def retry(self, command: m.PersonCommand) -> m.CommandResult:
        self._note_command("retry", command)
        return self._want(Wanted(kind="retry", by=command.actor))

    @retry.validator
    def _check_retry(self, command: m.PersonCommand) -> None:  # noqa: ARG002  (the update's own signature)
        _raise(planning.why_not_retry(self._state, in_flight=self._slot.in_flight()))

    @workflow.update
    def redeploy(self, command: m.PersonCommand) -> m.CommandResult:
        self._note_command("redeploy", command)
        return self._want(Wanted(kind="redeploy", by=command.actor))

    @redeploy.validator
    def _check_redeploy(self, command: m.PersonCommand) -> None:  # noqa: ARG002  (the update's own signature)
        _raise(planning.why_not_redeploy(self._state))

    @workflow.update
    def reset_service(self, command: m.ResetServiceCommand) -> m.CommandResult:
        self._note_command("reset_service", command)
        reset = Reset(id=str(workflow.uuid4()), service=command.service)
        planning.ask_for_reset(self._state, reset)
        return self._want(Wanted(kind="reset", by=command.actor, what=f"`{command.service}`"))

    @reset_service.validator
    def _check_reset_service(self, command: m.ResetServiceCommand) -> None:
        _raise(planning.why_not_reset(self._state, command.service))

    @workflow.update
    def back_up_service(self, command: m.BackUpServiceCommand) -> m.CommandResult:
        """Beside whatever is at work: it changes nothing of the environment."""
        wish = str(workflow.uuid4())
        planning.ask_for_backup(self._state, wish, command.service, by=command.actor)
        return self._answer(
            f"`{command.service}` is being backed up; how it ends stands among the decisions"
        )

    @back_up_service.validator
    def _check_back_up_service(self, command: m.BackUpServiceCommand) -> None:
        _raise(planning.why_not_back_up(self._state, command.service))

    @workflow.update
    def restore_backup(self, command: m.RestoreBackupCommand) -> m.CommandResult:
        self._note_command("restore_backup", command)
        wish = str(workflow.uuid4())
        restore = Restore(id=wish, service=command.service, backup=command.backup)
        planning.ask_for_restore(self._state, restore)
        what = f"`{command.service}` from `{command.backup}`"
        return self._want(Wanted(kind="restore", by=command.actor, what=what))

    @restore_backup.validator
    def _check_restore_backup(self, command: m.RestoreBackupCommand) -> None:
        _raise(planning.why_not_restore(self._state, command.service))

    @workflow.update
    def approve(self, command: m.ApproveCommand) -> m.CommandResult:
        self._note_command("approve", command)
        now = workflow.now()
        self._state.approval = Approval(commit=command.commit, by=command.actor, at=now)
        self._watch.look_again()
        return self._answer(f"{command.commit[:7]} may run")

    @approve.validator
    def _check_approve(self, command: m.ApproveCommand) -> None:
        _raise(planning.why_not_approve(self._state, command.commit))

    @workflow.update
    def delete(self, command: m.PersonCommand) -> m.CommandResult:
        """Needs no look at GitHub, so that it works while GitHub is away."""
        self._note_command("delete", command)
        self._wanted = None
        planning.stop(self._state, by=command.actor)
        self._must_remove = True
        until = "" if self._state.asked is not None else " until the next push or redeploy"
        return self._answer(f"the environment is removed{until}")

    def _restore(self) -> None:
        """Its namespace was deleted behind it: the head is deployed again, unless something is under way."""
        if self._state.phase in (Phase.READY, Phase.DEGRADED) and self._slot.in_flight() is None:
            self._state.serving = None
            self._wanted = self._wanted or Wanted(
                kind="redeploy", by="the reconcile, as its namespace was gone"
            )

    def _note_command(self, name: str, command: m.PersonCommand) -> None:
        """Commands are decided upon and recorded as events are."""
        event = m.GitHubEvent(
            delivery=str(workflow.uuid4()), event="command", action=name, sender=command.actor
        )
        self._events.append(event)

    def _want(self, wanted: Wanted) -> m.CommandResult:
        self._wanted = wanted
        self._watch.look_again()
        return self._answer(f"{wanted.kind} accepted")

    def _answer(self, message: str) -> m.CommandResult:
        return m.CommandResult(message=message, phase=self._state.phase)

    def _say(self, reason: str) -> None:
        self._state.reason = reason
        self._changed()

    def _changed(self) -> None:
        now = workflow.now()
        self._state.sequence = planning.next_sequence(self._state.sequence, now)
        self._state.updated_at = now
        upsert_attributes(self._state)
        self._publisher.announce()


def _raise(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise ApplicationError(refusal.message, type=refusal.type, non_retryable=True)
