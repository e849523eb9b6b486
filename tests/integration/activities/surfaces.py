"""What a report asks of GitHub's surfaces, and what may go wrong on the way."""

import asyncio
from datetime import UTC, datetime, timedelta

from activities.github import GitHubActivities
from tests.integration.activities.conftest import Shop
from tests.support.github.faults import Fault, FaultKind
from workflows.models import (
    EnvironmentRef,
    EnvironmentSnapshot,
    Phase,
    Revision,
    RevisionState,
    Serving,
)
from workflows.models import messages as m
from workflows.rendering import Links

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REVISION = "rev:acme-shop:pr-shop-1:0123abcd:1"
URL = "http://acme-shop-pr-shop-1.localhost/"
LOST = [
    Fault(kind=FaultKind.ERROR_AFTER),
    Fault(kind=FaultKind.HANG_AFTER, seconds=30),
    Fault(kind=FaultKind.DROP_AFTER),
]
"""The write is done, and its answer never arrives."""


def snapshot_of(
    shop: Shop,
    *,
    sequence: int = 1,
    phase: Phase = Phase.BUILDING,
    state: RevisionState = RevisionState.BUILDING,
    commit: str = "",
) -> EnvironmentSnapshot:
    sha = commit or shop.pull.head_sha
    is_ready = phase is Phase.READY
    return EnvironmentSnapshot(
        ref=EnvironmentRef(team="acme", project="acme-shop", environment="pr-shop-1"),
        workflow_id="env:acme-shop:pr-shop-1",
        pull_request=shop.ref,
        sequence=sequence,
        phase=phase,
        commit=sha,
        branch="feature",
        serving=Serving(commit=sha, url=URL, since=NOW) if is_ready else None,
        revisions=(Revision(number=1, id=REVISION, commit=sha, state=state, created_at=NOW),),
        created_at=NOW,
        updated_at=NOW + timedelta(seconds=sequence),
    )


async def write(
    shop: Shop,
    write: m.SurfaceWrite,
    surfaces: m.Surfaces | None = None,
    snapshot: EnvironmentSnapshot | None = None,
) -> m.WriteSurfaceResult:
    activities = GitHubActivities(shop.clients, Links())
    request = m.WriteSurfaceInput(
        report=m.Report(snapshot=snapshot or snapshot_of(shop)),
        write=write,
        surfaces=surfaces or m.Surfaces(),
    )
    return await asyncio.to_thread(activities.write_surface, request)


COMMENT = m.SurfaceWrite(surface="comment")
DEPLOYMENT = m.SurfaceWrite(surface="deployment", revision=REVISION)


def status(state: str) -> m.SurfaceWrite:
    return m.SurfaceWrite(surface="deployment_status", revision=REVISION, state=state)


def check(state: str) -> m.SurfaceWrite:
    return m.SurfaceWrite(surface="check_run", revision=REVISION, state=state)
