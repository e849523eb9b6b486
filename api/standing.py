"""What to tell of an environment when record, workflow and cluster each say something. Pure (EC-10, invariant 10)."""

from activities.cluster_reader import NamespaceStanding as Namespace
from api.schemas import Action, Standing, StandingState
from api.temporal import WorkflowStanding as Workflow
from workflows.models import EnvironmentSnapshot, Phase
from workflows.planning import CLOSED, MERGED

_COMING = {Phase.PENDING, Phase.QUEUED, Phase.BUILDING, Phase.DEPLOYING}
"""Phases in which the namespace need not be there yet."""


def explain(snapshot: EnvironmentSnapshot, workflow: Workflow, namespace: Namespace) -> Standing:
    """The one standing that a person is told, with its possible causes and what may be done."""
    state, explanation, causes, actions = _explain(snapshot, workflow, namespace)
    return Standing(
        state=state,
        explanation=explanation,
        causes=causes,
        actions=actions,
        workflow=workflow.value,
        cluster=namespace.value,
    )


_Told = tuple[StandingState, str, tuple[str, ...], tuple[Action, ...]]


def _explain(snapshot: EnvironmentSnapshot, workflow: Workflow, namespace: Namespace) -> _Told:
    if workflow is Workflow.UNREACHABLE:
        return (
            "unknown",
            "Temporal does not answer. This is what was last recorded; it may have changed since.",
            ("Temporal is down or restarting", "the network between Catalyst and Temporal is cut"),
            (),
        )
    if snapshot.phase is Phase.DELETED:
        return _explain_removed(snapshot, namespace)
    if workflow in (Workflow.MISSING, Workflow.ENDED):
        return (
            "missing",
            "No workflow looks after this environment any more.",
            (
                "it was terminated by hand",
                "Temporal has lost its data",
                "the last change was not recorded",
            ),
            ("redeploy", "delete"),
        )
    if snapshot.phase is Phase.DELETING:
        return "being removed", "It is being removed.", tuple(snapshot.blockers), ()
    return _explain_namespace(snapshot, namespace)


def _explain_removed(snapshot: EnvironmentSnapshot, namespace: Namespace) -> _Told:
    if namespace in (Namespace.PRESENT, Namespace.TERMINATING):
        return (
            "left over",
            "It counts as removed, yet its namespace is still there.",
            ("somebody created it again by hand", "the removal is about to end"),
            ("redeploy", "delete"),
        )
    if snapshot.reason in (CLOSED, MERGED):
        how = "merged" if snapshot.reason == MERGED else "closed"
        said = f"It was removed when its pull request was {how}; reopening that brings it back."
    elif snapshot.asked is not None:
        said = "It was removed; a redeploy brings it back."
    else:
        said = "It was removed; a push or a redeploy brings it back."
    return "removed", said, (), usual_actions(snapshot)


def _explain_namespace(snapshot: EnvironmentSnapshot, namespace: Namespace) -> _Told:
    actions = usual_actions(snapshot)
    if namespace in (Namespace.MISSING, Namespace.NOT_CHOSEN):
        return _explain_absence(snapshot, actions)
    state, explanation, causes = _NAMESPACE[namespace]
    return state, explanation.format(name=snapshot.ref.namespace), causes, actions


def _explain_absence(snapshot: EnvironmentSnapshot, actions: tuple[Action, ...]) -> _Told:
    if snapshot.serving is not None:
        return (
            "missing",
            f"It should be running, but the cluster has no namespace {snapshot.ref.namespace}.",
            ("somebody deleted it by hand", "the cluster was rebuilt or is another one"),
            actions,
        )
    if snapshot.phase in _COMING:
        return "being created", "Its namespace is being created.", (), actions
    return "fine", "Nothing of it has reached the cluster.", (), actions


_NAMESPACE: dict[Namespace, tuple[StandingState, str, tuple[str, ...]]] = {
    Namespace.PRESENT: ("fine", "", ()),
    Namespace.NOT_CONFIGURED: (
        "unknown",
        "Catalyst's pages are not configured to read the cluster.",
        (),
    ),
    Namespace.UNREACHABLE: (
        "unknown",
        "The cluster cannot be reached, so nobody knows what runs in it; that does not mean it is gone.",
        ("the Kubernetes API is down", "the kubeconfig has expired", "the network is cut"),
    ),
    Namespace.FOREIGN: (
        "missing",
        "The namespace {name} exists and is not this environment's; nothing in it is shown or touched.",
        ("its labels were changed by hand", "somebody created it after this one was deleted"),
    ),
    Namespace.TERMINATING: (
        "missing",
        "The namespace {name} is being deleted, and not by Catalyst.",
        ("somebody deleted it by hand",),
    ),
}


def usual_actions(snapshot: EnvironmentSnapshot) -> tuple[Action, ...]:
    """What may be asked for when nothing is wrong with the environment itself."""
    if snapshot.phase is Phase.DELETING:
        return ()
    if snapshot.phase is Phase.DELETED:
        return () if snapshot.reason in (CLOSED, MERGED) else ("redeploy",)
    if snapshot.reason.startswith("fork") and snapshot.commit:
        return ("approve", "delete")
    if snapshot.phase in (Phase.FAILED, Phase.DEGRADED):
        return ("retry", "redeploy", "delete")
    return ("redeploy", "delete")
