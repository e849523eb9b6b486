"""Values that tests of store and API are made of."""

from datetime import UTC, datetime, timedelta

from workflows.models import (
    Commit,
    EnvironmentRef,
    EnvironmentSnapshot,
    Phase,
    Project,
    PullRequestRef,
    Revision,
    RevisionState,
    Source,
)

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
COMMIT: Commit = "4f2a9c0d1e7b6835a2c4d9e0f1b3a5c7d8e6f402"
OLDER_COMMIT: Commit = "b81f00d5aa19c3e24d5f6a7b8c9d0e1f2a3b4c5d"


def make_project(
    team: str = "web",
    name: str = "shop",
    *,
    repository_id: int = 1001,
    repository: str = "acme/shop",
    source: str = "shop",
) -> Project:
    return Project(
        key=f"{team}-{name}",
        team=team,
        name=name,
        sources=(
            Source(name=source, repository_id=repository_id, repository=repository, installation=7),
        ),
    )


def make_snapshot(
    number: int = 12, *, sequence: int = 1, phase: Phase = Phase.READY, **changes: object
) -> EnvironmentSnapshot:
    environment = f"pr-shop-{number}"
    snapshot = EnvironmentSnapshot(
        ref=EnvironmentRef(
            team="web",
            project="web-shop",
            environment=environment,
            namespace=f"web-shop-{environment}",
        ),
        workflow_id=f"env:web-shop:{environment}",
        pull_request=PullRequestRef(
            installation=7, repository_id=1001, repository="acme/shop", number=number
        ),
        sequence=sequence,
        phase=phase,
        commit=COMMIT,
        branch="larger-basket",
        title="Make the basket larger",
        author="ada",
        is_fork=False,
        created_at=NOW + timedelta(minutes=number),
        updated_at=NOW + timedelta(minutes=number),
    )
    return snapshot.model_copy(update=changes)


def make_revision(
    number: int = 1, *, state: RevisionState = RevisionState.SUCCEEDED, **changes: object
) -> Revision:
    revision = Revision(
        number=number,
        id=f"rev:web-shop:pr-shop-12:0a1b2c3d:{number}",
        commit=COMMIT,
        state=state,
        created_at=NOW + timedelta(minutes=number),
        trigger="push by ada",
    )
    return revision.model_copy(update=changes)
