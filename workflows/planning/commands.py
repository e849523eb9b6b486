"""Which commands of people make sense right now; the answer is a reason, never a silent nothing."""

from pydantic import BaseModel, ConfigDict

from workflows.models import Commit, EnvironmentState, Phase, RevisionState
from workflows.planning.next_step import needs_approval


class Refusal(BaseModel):
    """`type` is what faces map to a status (Conflict: 409), `message` is for the person."""

    model_config = ConfigDict(frozen=True)

    type: str
    message: str


def why_not_retry(state: EnvironmentState, *, in_flight: Commit | None) -> Refusal | None:
    """A retry is for a failed or degraded revision that nothing has replaced yet."""
    if in_flight is not None:
        return _conflict(f"the revision of {in_flight[:7]} is still at work")
    if (refusal := _why_closed(state)) is not None:
        return refusal
    last = state.revisions[0].state if state.revisions else None
    if last is not RevisionState.FAILED and state.phase is not Phase.DEGRADED:
        found = "there is none" if last is None else f"the last one is {last}"
        return _conflict(f"only a failed revision can be retried; {found}")
    return _why_unapproved(state)


def why_not_redeploy(state: EnvironmentState) -> Refusal | None:
    """A redeploy is possible whatever happened, as long as the pull request is open."""
    return _why_closed(state) or _why_unapproved(state)


def why_not_reset(state: EnvironmentState, service: str) -> Refusal | None:
    """A reset is a redeploy that begins with the data of one service thrown away."""
    if (refusal := why_not_redeploy(state)) is not None or service in state.services:
        return refusal
    if not state.services:
        return _conflict(
            "the environment has no services of its own now (`services` declares them), and no volumes of a compose file"
        )
    listed = ", ".join(f"`{each}`" for each in state.services)
    return _conflict(f"there is no service `{service}`; there are: {listed}")


def why_not_back_up(state: EnvironmentState, service: str) -> Refusal | None:
    """A backup needs a database that is there; what is at work in the environment does not matter."""
    if state.pull is not None and not state.pull.is_open:
        return _conflict("the pull request is closed")
    if state.phase in (Phase.DELETING, Phase.DELETED):
        return _conflict("the environment is removed")
    if any(each.service == service for each in state.backups_wanted):
        return _conflict(f"`{service}` is being backed up already")
    if any(each.service == service for each in state.restores):
        return _conflict(f"a backup of `{service}` is being brought back")
    return _why_no_backups(state, service)


def why_not_restore(state: EnvironmentState, service: str) -> Refusal | None:
    """A restore is a redeploy that begins with the data of one service exchanged."""
    return why_not_redeploy(state) or _why_no_backups(state, service)


def why_not_approve(state: EnvironmentState, commit: Commit) -> Refusal | None:
    """Only for a fork, and only for the commit that is its head now (a push after the look would slip in)."""
    if state.pull is None:
        return _conflict("the pull request has not been read yet; try again in a moment")
    if (refusal := _why_closed(state)) is not None:
        return refusal
    if not state.pull.is_fork:
        return _conflict("only pull requests from forks need an approval")
    if state.pull.head_commit != commit:
        return Refusal(
            type="StaleCommit",
            message=f"the head is {state.pull.head_commit} now; look at it and approve that commit",
        )
    return None


def _why_no_backups(state: EnvironmentState, service: str) -> Refusal | None:
    names = [each.service for each in state.backups]
    if service in names:
        return None
    if not names:
        return _conflict(
            "no service of the environment is backed up now (`backups` of a service of type `postgres` asks for it)"
        )
    listed = ", ".join(f"`{each}`" for each in names)
    return _conflict(f"no service `{service}` is backed up; these are: {listed}")


def _why_closed(state: EnvironmentState) -> Refusal | None:
    if state.pull is not None and not state.pull.is_open:
        return _conflict("the pull request is closed")
    return None


def _why_unapproved(state: EnvironmentState) -> Refusal | None:
    if state.pull is not None and needs_approval(state, state.pull):
        return _conflict(f"fork: needs approval of {state.pull.head_commit} first")
    return None


def _conflict(message: str) -> Refusal:
    return Refusal(type="Conflict", message=message)
