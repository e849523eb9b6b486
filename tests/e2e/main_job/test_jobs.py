"""Jobs around a deployment, from a push to the comment: a failed one leaves the old version, a cancelled one nothing."""

import pytest

from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import FailureKind, RevisionState

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-018")]


def config(command: str) -> str:
    return f"version: 1\njobs:\n  migrate:\n    when: pre-deploy\n    command: {command}\n"


@pytest.mark.spec("FR-009")
async def test_a_failed_migration_is_told_and_the_old_version_serves_on(previews: Previews) -> None:
    preview = await previews.create({".catalyst.yaml": config("echo migrated")})
    first = await preview.open()
    snapshot = await preview.until_ready(first)
    assert any("job `migrate` succeeded" in each for each in snapshot.revisions[0].reasons)
    second = await preview.push({".catalyst.yaml": config("echo no such table; exit 3")})
    snapshot = await preview.until_failed(second)
    failure = snapshot.failure
    assert failure is not None
    assert (failure.kind, failure.attempts) == (FailureKind.USER, 1)
    assert "the job `migrate` ended with exit code 3" in failure.message
    assert "no such table" in failure.excerpt
    comment = await preview.until_comment("ended with exit code 3", "no such table")
    assert f"still serves `{first[:7]}`" in comment
    assert first in (await preview.page()).text
    third = await preview.push({".catalyst.yaml": config("echo mended")})
    await preview.until_ready(third)


@pytest.mark.spec("FR-007", "FR-006")
@pytest.mark.invariant(6)
async def test_a_push_during_a_job_ends_it_first_and_a_close_leaves_nothing(
    previews: Previews,
) -> None:
    preview = await previews.create({".catalyst.yaml": config("echo locked; sleep 600")})
    first = await preview.open()
    cluster, namespace = preview.stack.cluster, preview.expected_namespace
    selector = f"{naming.PART_LABEL}=migrate"

    async def runs() -> bool:
        pods = await cluster.pods(namespace, selector=selector)
        return any(pod["status"].get("phase") == "Running" for pod in pods)

    await eventually(runs, within=300, what="the job of the first commit runs")
    second = await preview.push({".catalyst.yaml": config("echo migrated")})
    snapshot = await preview.until_ready(second)
    assert (await preview.revision_of(first)).state is RevisionState.SUPERSEDED
    assert snapshot.serving is not None
    for pod in await cluster.pods(namespace, selector=selector):
        assert pod["status"]["phase"] == "Succeeded"
    await preview.close()
    await preview.until_gone()
    assert await preview.leftovers_in_cluster() == []
