"""What a person is told when record, workflow and cluster disagree, as a table."""

from itertools import product

import pytest

from activities.cluster_reader import NamespaceStanding as Namespace
from api.schemas import StandingState
from api.standing import explain
from api.temporal import WorkflowStanding as Workflow
from tests.support.examples import COMMIT, make_snapshot
from workflows.models import Phase, Serving

SERVING = Serving(commit=COMMIT, url="http://x.localhost/", since=make_snapshot().created_at)


@pytest.mark.spec("EC-10")
@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("phase", "is_serving", "workflow", "namespace", "expected"),
    [
        (Phase.READY, True, Workflow.RUNNING, Namespace.PRESENT, "fine"),
        (Phase.READY, True, Workflow.RUNNING, Namespace.MISSING, "missing"),
        (Phase.READY, True, Workflow.RUNNING, Namespace.UNREACHABLE, "unknown"),
        (Phase.READY, True, Workflow.RUNNING, Namespace.NOT_CONFIGURED, "unknown"),
        (Phase.READY, True, Workflow.RUNNING, Namespace.FOREIGN, "missing"),
        (Phase.READY, True, Workflow.RUNNING, Namespace.TERMINATING, "missing"),
        (Phase.READY, True, Workflow.UNREACHABLE, Namespace.PRESENT, "unknown"),
        (Phase.READY, True, Workflow.MISSING, Namespace.PRESENT, "missing"),
        (Phase.READY, True, Workflow.ENDED, Namespace.PRESENT, "missing"),
        (Phase.PENDING, False, Workflow.RUNNING, Namespace.NOT_CHOSEN, "being created"),
        (Phase.BUILDING, False, Workflow.RUNNING, Namespace.MISSING, "being created"),
        (Phase.BUILDING, True, Workflow.RUNNING, Namespace.MISSING, "missing"),
        (Phase.FAILED, False, Workflow.RUNNING, Namespace.NOT_CHOSEN, "fine"),
        (Phase.FAILED, True, Workflow.RUNNING, Namespace.MISSING, "missing"),
        (Phase.DELETING, True, Workflow.RUNNING, Namespace.TERMINATING, "being removed"),
        (Phase.DELETING, True, Workflow.RUNNING, Namespace.MISSING, "being removed"),
        (Phase.DELETED, False, Workflow.ENDED, Namespace.MISSING, "removed"),
        (Phase.DELETED, False, Workflow.MISSING, Namespace.NOT_CONFIGURED, "removed"),
        (Phase.DELETED, False, Workflow.ENDED, Namespace.PRESENT, "left over"),
        (Phase.DELETED, False, Workflow.ENDED, Namespace.FOREIGN, "removed"),
    ],
)
def test_one_word_is_told_for_each_case(
    phase: Phase,
    is_serving: bool,
    workflow: Workflow,
    namespace: Namespace,
    expected: StandingState,
) -> None:
    snapshot = make_snapshot(phase=phase, serving=SERVING if is_serving else None)
    assert explain(snapshot, workflow, namespace).state == expected


@pytest.mark.spec("EC-10")
@pytest.mark.parametrize(
    ("phase", "workflow", "namespace"), list(product(Phase, Workflow, Namespace))
)
def test_whatever_is_wrong_comes_with_an_explanation_and_something_to_do(
    phase: Phase, workflow: Workflow, namespace: Namespace
) -> None:
    told = explain(make_snapshot(phase=phase, serving=SERVING), workflow, namespace)
    if told.state in ("missing", "left over"):
        assert told.explanation
        assert told.causes
        assert told.actions
    if told.state == "unknown":
        assert told.explanation
    if workflow is Workflow.UNREACHABLE:
        assert told.actions == ()  # nobody could carry it out


@pytest.mark.parametrize(
    ("phase", "reason", "actions"),
    [
        (Phase.READY, "", ("redeploy", "delete")),
        (Phase.FAILED, "build failed", ("retry", "redeploy", "delete")),
        (Phase.DEGRADED, "", ("retry", "redeploy", "delete")),
        (Phase.PENDING, f"fork: needs approval of {COMMIT}", ("approve", "delete")),
        (Phase.PENDING, "skipped: draft", ("redeploy", "delete")),
        (Phase.DELETING, "closed", ()),
        (Phase.DELETED, "stopped by alice", ("redeploy",)),
        (Phase.DELETED, "pull request closed", ()),
        (Phase.DELETED, "pull request merged", ()),
    ],
)
def test_only_what_makes_sense_is_offered(
    phase: Phase, reason: str, actions: tuple[str, ...]
) -> None:
    snapshot = make_snapshot(phase=phase, reason=reason)
    namespace = Namespace.MISSING if phase is Phase.DELETED else Namespace.PRESENT
    assert explain(snapshot, Workflow.RUNNING, namespace).actions == actions
