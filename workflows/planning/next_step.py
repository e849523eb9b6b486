"""State and pull request -> what to do next. Level-triggered: how an event arrived plays no part (EC-9)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from workflows.models import Commit, EnvironmentState, PullRequest, Wanted

CLOSED, MERGED = "pull request closed", "pull request merged"
"""Reasons of a removal that only a reopening takes back."""
RECOVERY = "next try after a failure of the platform"


class Step(StrEnum):
    """What an environment can do about its pull request."""

    DEPLOY = "deploy"
    WAIT = "wait"
    """Wanted and begun are the same; whatever is at work goes on."""
    SKIP = "skip"
    """By policy (draft): what serves stays."""
    REFUSE = "refuse"
    """A fork's commit that nobody approved (invariant 7): what serves stays, nothing new runs."""
    STAY = "stay"
    """A person removed it; it stays away until a push, a reopening or a `redeploy`."""
    TEAR_DOWN = "tear down"


class Decision(BaseModel):
    """One step and, in words for people, why."""

    model_config = ConfigDict(frozen=True)

    step: Step
    reason: str
    commit: Commit
    is_superseding: bool = False
    """The revision at work has to be stopped first, and confirmed stopped (FR-007)."""
    trigger: str = ""
    """What asked for the revision; for DEPLOY only."""
    is_renewal: bool = False
    """A person wants it deployed once more, whether or not anything has changed."""


def next_step(  # noqa: PLR0911  (each return is one row of the table)
    state: EnvironmentState,
    pull: PullRequest,
    *,
    in_flight: Commit | None = None,
    wanted: Wanted | None = None,
    is_recovering: bool = False,
) -> Decision:
    """The decision for a pull request just read; `in_flight` is the commit of the revision at work."""
    head = pull.head_commit
    is_superseding = in_flight is not None and in_flight != head
    if not pull.is_open:
        reason = MERGED if pull.is_merged else CLOSED
        return Decision(step=Step.TEAR_DOWN, reason=reason, commit=head)
    if is_stopped(state, pull) and wanted is None:
        return Decision(step=Step.STAY, reason=f"stopped by {state.stopped_by}", commit=head)
    if needs_approval(state, pull):
        return Decision(
            step=Step.REFUSE,
            reason=f"fork: needs approval of {head}",
            commit=head,
            is_superseding=is_superseding,
        )
    if wanted is not None and (wanted.kind != "retry" or in_flight is None):
        of = f" of {wanted.what}" if wanted.what else ""
        trigger = f"{wanted.kind}{of} by {wanted.by}"
        return Decision(
            step=Step.DEPLOY,
            reason=trigger,
            commit=head,
            is_superseding=in_flight is not None,
            trigger=trigger,
            is_renewal=True,
        )
    if head == state.commit and is_recovering and in_flight is None:
        return Decision(step=Step.DEPLOY, reason=RECOVERY, commit=head, trigger=RECOVERY)
    if head == state.commit:
        return Decision(step=Step.WAIT, reason="nothing new: this commit is known", commit=head)
    if pull.is_draft and not state.deploy_drafts:
        return Decision(
            step=Step.SKIP, reason="skipped: draft", commit=head, is_superseding=is_superseding
        )
    trigger = _trigger(state, pull)
    return Decision(
        step=Step.DEPLOY,
        reason=f"deploying {head[:7]}: {trigger}",
        commit=head,
        is_superseding=in_flight is not None,
        trigger=trigger,
    )


def is_stopped(state: EnvironmentState, pull: PullRequest) -> bool:
    """A person stopped it and nothing was pushed since."""
    return state.is_stopped and state.stopped_commit in (None, pull.head_commit)


def needs_approval(state: EnvironmentState, pull: PullRequest) -> bool:
    """An approval counts for exactly one commit; a new head revokes it."""
    is_approved = state.approval is not None and state.approval.commit == pull.head_commit
    return pull.is_fork and not is_approved


def _trigger(state: EnvironmentState, pull: PullRequest) -> str:
    if pull.is_fork and state.approval is not None:
        return f"approved by {state.approval.by}"
    if state.moved:
        return state.moved
    if state.asked is not None and state.serving is None:
        return f"asked for by {state.asked.by}"
    return "push" if state.count else "opened"
