"""A report + what was written before -> the writes that are missing. Nothing is written twice."""

from workflows.models import EnvironmentSnapshot, Phase, Revision, RevisionState
from workflows.models.messages import Report, Surfaces, SurfaceWrite

_GONE = "gone"
"""State of a revision's surface that can never be made: its commit is not in the repository any more."""
_REMOVAL = (Phase.DELETING, Phase.DELETED)
_OVER = (_GONE, "inactive", "failure")
_DEPLOYMENT_STATES = {
    RevisionState.PENDING: "queued",
    RevisionState.BUILDING: "in_progress",
    RevisionState.DEPLOYING: "in_progress",
    RevisionState.CHECKING: "in_progress",
    RevisionState.FAILED: "failure",
}
"""Others are `success` while they serve and `inactive` otherwise (GitHub does not do that for transient ones)."""
_CHECK_STATES = {
    RevisionState.PENDING: "queued",
    RevisionState.BUILDING: "in_progress",
    RevisionState.DEPLOYING: "in_progress",
    RevisionState.CHECKING: "in_progress",
    RevisionState.SUCCEEDED: "success",
    RevisionState.FAILED: "failure",
    RevisionState.SUPERSEDED: "cancelled",
    RevisionState.CANCELLED: "cancelled",
}


def surface_writes(report: Report, surfaces: Surfaces) -> list[SurfaceWrite]:
    """All writes that are missing, most useful first: the comment (it has the URL), deployments, checks."""
    snapshot = report.snapshot
    writes = []
    if surfaces.comment_sequence < snapshot.sequence:
        writes.append(SurfaceWrite(surface="comment"))
    for revision in snapshot.revisions:
        writes += _deployment_writes(snapshot, revision, surfaces)
    for revision in snapshot.revisions:
        writes += _check_writes(snapshot, revision, surfaces)
    if report.ends_others and snapshot.phase in _REMOVAL:
        writes += _writes_of_others(snapshot, surfaces)
    return writes


def after_write(
    surfaces: Surfaces, write: SurfaceWrite, sequence: int, before: Surfaces | None = None
) -> Surfaces:
    """What is written now. Also when the activity noted less: a write that never counts would be repeated for ever.

    `before` are the surfaces when the write began: where the deployment had to be made anew in place of a status,
    the status comes next.
    """
    if before is not None and _is_made_anew(surfaces, write, before):
        return surfaces
    if write.surface == "comment":
        return surfaces.model_copy(update={"comment_sequence": sequence})
    if write.surface == "check_run":
        states = {**surfaces.check_states, write.revision: write.state}
        return surfaces.model_copy(update={"check_states": states})
    states = {**surfaces.deployment_states, write.revision: write.state}
    return surfaces.model_copy(update={"deployment_states": states})


def give_up(surfaces: Surfaces, write: SurfaceWrite, sequence: int) -> Surfaces:
    """As after a write, for a surface that cannot exist: it is never asked for again for that revision."""
    return after_write(surfaces, write.model_copy(update={"state": _GONE}), sequence)


def surface_kind(write: SurfaceWrite) -> str:
    """What one permission of the App covers."""
    return "deployment" if write.surface == "deployment_status" else write.surface


def live_revisions(snapshot: EnvironmentSnapshot) -> list[Revision]:
    """Those whose surfaces may still change: the newest and the one that serves."""
    serving = _serving_id(snapshot)
    return [
        each
        for position, each in enumerate(snapshot.revisions)
        if position == 0 or each.id == serving
    ]


def rank(report: Report, write: SurfaceWrite) -> int:
    """How soon it is due, the lowest first: URLs, then results, then progress."""
    phase = report.snapshot.phase
    if write.surface == "comment" and phase is Phase.READY:
        return 0
    return 1 if phase in (Phase.READY, Phase.FAILED, Phase.DEGRADED, Phase.DELETED) else 2


def _deployment_writes(
    snapshot: EnvironmentSnapshot, revision: Revision, surfaces: Surfaces
) -> list[SurfaceWrite]:
    wanted = _deployment_state(snapshot, revision)
    has_one = revision.id in surfaces.deployments or revision.id in surfaces.deployment_states
    if not has_one:
        # Never for what is over: GitHub's list would fill with deployments nobody saw. What serves is not over, also
        # when a push that changes nothing came before anything was written of it.
        is_over = revision.id not in (snapshot.revisions[0].id, _serving_id(snapshot))
        if is_over or wanted == "inactive":
            return []
        return [SurfaceWrite(surface="deployment", revision=revision.id, state="")]
    if surfaces.deployment_states.get(revision.id) in (wanted, _GONE):
        return []
    return [SurfaceWrite(surface="deployment_status", revision=revision.id, state=wanted)]


def _writes_of_others(snapshot: EnvironmentSnapshot, surfaces: Surfaces) -> list[SurfaceWrite]:
    """Ends of deployments that GitHub shows as up or under way, and no revision of the snapshot has made."""
    known = {each.id for each in snapshot.revisions}
    return [
        SurfaceWrite(surface="deployment_status", revision=each, state="inactive")
        for each in surfaces.deployments
        if each not in known and surfaces.deployment_states.get(each) not in _OVER
    ]


def _is_made_anew(surfaces: Surfaces, write: SurfaceWrite, before: Surfaces) -> bool:
    """A person had deleted the deployment, and a new one stands in its place without the wanted status."""
    made = surfaces.deployments.get(write.revision)
    return (
        write.surface == "deployment_status"
        and made != before.deployments.get(write.revision)
        and surfaces.deployment_states.get(write.revision) != write.state
    )


def _check_writes(
    snapshot: EnvironmentSnapshot, revision: Revision, surfaces: Surfaces
) -> list[SurfaceWrite]:
    wanted = _CHECK_STATES[revision.state]
    has_one = revision.id in surfaces.check_runs or revision.id in surfaces.check_states
    is_unseen = not has_one and (
        revision.id != snapshot.revisions[0].id or snapshot.phase in _REMOVAL
    )
    if is_unseen or surfaces.check_states.get(revision.id) in (wanted, _GONE):
        return []
    return [SurfaceWrite(surface="check_run", revision=revision.id, state=wanted)]


def _deployment_state(snapshot: EnvironmentSnapshot, revision: Revision) -> str:
    if snapshot.phase in _REMOVAL:
        return "inactive"
    if revision.state is RevisionState.SUCCEEDED:
        return "success" if revision.id == _serving_id(snapshot) else "inactive"
    return _DEPLOYMENT_STATES.get(revision.state, "inactive")


def _serving_id(snapshot: EnvironmentSnapshot) -> str:
    """The newest revision that brought up what serves; one that found nothing changed only counts for the same commit."""
    if snapshot.serving is None or not snapshot.serving.is_well:
        return ""
    good = [
        each.id
        for each in snapshot.revisions
        if each.state is RevisionState.SUCCEEDED and each.commit == snapshot.serving.commit
    ]
    return good[0] if good else ""
