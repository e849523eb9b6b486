"""A stranger's code does not run: a fork's pull request is refused where people see it."""

import pytest

from tests.e2e.support.preview import BRANCH
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows.models import Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

STRANGER = "mallory"


@pytest.mark.spec("FR-001")
@pytest.mark.invariant(7)
async def test_a_forks_pull_request_says_that_it_needs_approval_and_nothing_runs(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    fork, commit = await preview.open_from_fork(STRANGER)
    await preview.until_comment(f"needs approval of {commit}")
    newer = await stack.github.push(fork, BRANCH, {"README.md": "mine now\n"}, by=STRANGER)
    comment = await preview.until_comment(f"needs approval of {newer}")
    assert preview.url not in comment
    assert len(await preview.comments()) == 1
    refused = await preview.snapshot()
    assert refused.phase is Phase.PENDING
    assert not refused.revisions
    assert not await preview.leftovers()
    for name in ("build_image", "ensure_namespace", "deploy_release"):
        assert not (await stack.run_of(preview.workflow_id)).of(name)
    await preview.close()
    await preview.until_comment("cleaned up")
    assert not await preview.leftovers()
