"""Values that tables of the pure modules begin with."""

from datetime import UTC, datetime, timedelta

from temporalio.exceptions import ApplicationError

from workflows.models import (
    EnvironmentRef,
    EnvironmentSnapshot,
    EnvironmentState,
    Failure,
    FailureKind,
    Phase,
    PullRequest,
    PullRequestRef,
    Revision,
    RevisionState,
    Serving,
    SourceCommit,
)
from workflows.models.messages import RevisionResult
from workflows.planning import begin_revision

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
A, B, C = "a" * 40, "b" * 40, "c" * 40
REF = EnvironmentRef(
    team="acme", project="acme-shop", environment="pr-shop-7", namespace="acme-shop-pr-shop-7"
)
PULL_REF = PullRequestRef(installation=1, repository_id=42, repository="acme/shop", number=7)
URL = "http://acme-shop-pr-shop-7.localhost:8080/"
SUCCEEDED = RevisionResult(state="succeeded", url=URL, reasons=("Chart shop",))


def pull(head: str = A, **changes: object) -> PullRequest:
    made = PullRequest(
        ref=PULL_REF,
        is_open=True,
        head_commit=head,
        head_branch="feature/cart",
        base_branch="main",
        title="A cart",
        author="octocat",
    )
    return made.model_copy(update=changes)


def state(**changes: object) -> EnvironmentState:
    made = EnvironmentState(ref=REF, pull_request=PULL_REF, run8="12345678")
    return made.model_copy(update=changes)


def begin(known: EnvironmentState, commit: str = A) -> None:
    """Write down one more revision."""
    known.count += 1
    begin_revision(known, revision_id=f"rev:{known.count}", commit=commit, trigger="push", now=NOW)


def serving(commit: str = A) -> Serving:
    return Serving(commit=commit, url=URL, since=NOW)


def failure(**changes: object) -> Failure:
    made = Failure(
        kind=FailureKind.USER,
        type="BuildFailedError",
        message="npm ci failed",
        excerpt=("npm error code E404",),
        hint="Correct package.json.",
        phase="build",
    )
    return made.model_copy(update=changes)


def worker_stopped() -> ApplicationError:
    """How an activity ends whose worker is told to stop."""
    return ApplicationError("stopped", type="WorkerShutdown")


def revision(
    number: int = 1,
    commit: str = A,
    result: RevisionState = RevisionState.SUCCEEDED,
    **changes: object,
) -> Revision:
    is_over = result in (
        RevisionState.SUCCEEDED,
        RevisionState.FAILED,
        RevisionState.SUPERSEDED,
        RevisionState.CANCELLED,
    )
    made = Revision(
        number=number,
        id=f"rev:acme-shop:pr-shop-7:12345678:{number}",
        commit=commit,
        state=result,
        created_at=NOW,
        finished_at=NOW + timedelta(seconds=83) if is_over else None,
        failure=failure() if result is RevisionState.FAILED else None,
        trigger="push",
    )
    return made.model_copy(update=changes)


def backend(commit: str = B, **changes: object) -> SourceCommit:
    """Another source of the project, which came along."""
    made = SourceCommit(
        name="backend",
        repository_id=43,
        repository="acme/backend",
        installation=1,
        branch="main",
        commit=commit,
    )
    return made.model_copy(update=changes)


def snapshot(phase: Phase = Phase.READY, **changes: object) -> EnvironmentSnapshot:
    made = EnvironmentSnapshot(
        ref=REF,
        workflow_id="env:acme-shop:pr-shop-7",
        pull_request=PULL_REF,
        sequence=5,
        phase=phase,
        commit=A,
        branch="feature/cart",
        created_at=NOW,
        updated_at=NOW,
    )
    return made.model_copy(update=changes)
