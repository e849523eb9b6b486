"""An opened pull request becomes a preview."""

import pytest

from tests.workflows.stage import Preview, Stage, commit
from workflows.models import Phase, RevisionState


@pytest.mark.spec("FR-001", "FR-002", "FR-003", "US1")
async def test_an_opened_pull_request_is_built_deployed_and_shown(
    stage: Stage, preview: Preview
) -> None:
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.serving is not None
    assert snapshot.serving.commit == commit("a")
    assert snapshot.serving.url == stage.cluster.url
    assert snapshot.revisions[0].state is RevisionState.SUCCEEDED
    names = [step.name for step in preview.steps()]
    assert [set(names[:1]), set(names[1:5]), set(names[5:6]), set(names[6:8]), set(names[8:])] == [
        {"plan_revision"},
        {"ensure_namespace", "copy_secrets", "ensure_credentials", "build_image"},
        {"deploy_release"},
        {"wait_for_rollout", "ensure_route"},
        {"check_health"},
    ]
