"""What the environment shows, and that no failing face holds up the real work."""

import pytest
from temporalio.common import SearchAttributeKey

from tests.support.wait import eventually
from tests.workflows.stage import Preview, Stage, commit
from workflows import wire
from workflows.errors import PlatformError, StoreError
from workflows.models import Application, ApplicationKind, Phase


@pytest.mark.spec("FR-004", "FR-009")
async def test_a_failing_face_never_fails_or_delays_a_deployment(skipping: Stage) -> None:
    preview = Preview(skipping)
    skipping.controls.fail("submit_report", lambda: PlatformError("Temporal is busy"), times=8)
    await preview.open()
    await preview.reaches(Phase.READY)
    assert skipping.control.reports == []
    await skipping.until(lambda: skipping.control.reports, skip=5)
    assert skipping.control.reports[0].snapshot.phase is Phase.READY


async def test_pictures_and_decisions_of_an_outage_of_the_store_are_made_up_for(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    for name in ("record_environment", "record_decision"):
        skipping.controls.fail(name, lambda: StoreError("away"), times=9)
    await preview.open()
    await skipping.until(
        lambda: any(each.snapshot.phase is Phase.READY for each in skipping.control.reports)
    )
    snapshot = await preview.reaches(Phase.READY, skip=30)
    await skipping.until(lambda: skipping.control.decisions, skip=30)
    assert snapshot.commit == commit("a")
    assert skipping.control.decisions[0].decision == "deploy"


async def test_phase_and_commit_can_be_searched_for(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)

    async def attribute(key: SearchAttributeKey[str]) -> str | None:
        description = await preview.handle.describe()
        return description.typed_search_attributes.get(key)

    async def is_ready() -> bool:
        return await attribute(wire.PHASE_ATTRIBUTE) == "ready"

    await eventually(is_ready)
    assert await attribute(wire.COMMIT_ATTRIBUTE) == commit("a")
    assert await attribute(wire.PROJECT_ATTRIBUTE) == preview.ref.project
    number = preview.pull_request
    assert await attribute(wire.PULL_REQUEST_ATTRIBUTE) == f"{number.repository_id}/{number.number}"


@pytest.mark.spec("FR-004")
async def test_a_snapshot_tells_phases_times_and_reasons(stage: Stage, preview: Preview) -> None:
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    revision = snapshot.revisions[0]
    assert [each.phase for each in revision.timings] == [
        "plan",
        "namespace",
        "build",
        "secrets",
        "credentials",
        "deploy",
        "rollout",
        "route",
        "health",
    ]
    assert all(each.finished_at is not None for each in revision.timings)
    assert revision.reasons == ("Chart shop in `chart`", "network policies are not enforced")
    assert snapshot.branch == "feature/cart"
    phases = [each.snapshot.phase for each in stage.control.snapshots]
    assert phases.index(Phase.DEPLOYING) < phases.index(Phase.READY)
    sequences = [each.snapshot.sequence for each in stage.control.snapshots]
    assert sequences == sorted(sequences)


@pytest.mark.spec("ENV-006")
async def test_what_was_detected_is_told_while_it_is_built_and_after(
    stage: Stage, preview: Preview
) -> None:
    found = Application(kind=ApplicationKind.NODE, dev="npm run dev", start="npm start", port=3000)
    stage.cluster.plan = {"application": found}
    stage.controls.hold("build_image")
    await preview.open()
    await preview.begins("build_image")

    async def is_told() -> bool:
        return (await preview.snapshot()).revisions[0].application == found

    await eventually(is_told)
    stage.controls.release("build_image")
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].application == found
