"""Jobs around a deployment, from a push to the comment: a failed one leaves the old version, a cancelled one nothing."""

import re

import httpx
import pytest

from tests.e2e.main_job.test_build_logs import printed, read
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
    assert [each.name for each in snapshot.revisions[0].jobs][:1] == ["migrate"]
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


MOMENTS = """\
version: 1
jobs:
  check: {when: post-build, command: CHECK}
  migrate: {when: pre-deploy, command: echo migrated}
  greet:
    when: post-deploy
    command: python -c "import os; from urllib.request import urlopen; urlopen(os.environ['CATALYST_INNER_URL'], timeout=9)"; GREET
"""


def moments(check: str = "echo checked", greet: str = "echo greeted") -> dict[str, str]:
    return {".catalyst.yaml": MOMENTS.replace("CHECK", check).replace("GREET", greet)}


async def page_of(url: str) -> str:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        answer = await http.get(url, headers={"accept": "text/html"})
        return answer.raise_for_status().text


@pytest.mark.spec("FR-009")
async def test_jobs_of_every_moment_run_in_their_order_and_say_how_they_went(
    previews: Previews,
) -> None:
    preview = await previews.create(dict(moments()))
    first = await preview.open()
    snapshot = await preview.until_ready(first)
    names = ("check", "migrate", "greet")
    assert tuple(each.name for each in snapshot.revisions[0].jobs) == names
    comment = await preview.until_comment("Preview ready", "succeeded in")
    for name, line in zip(names, ("checked", "migrated", "greeted"), strict=True):
        [row] = [each for each in comment.splitlines() if each.startswith(f"| `{name}` | ✅")]
        [log] = re.findall(r"\[log\]\((.+)\)", row)
        assert line in await page_of(log)

    second = await preview.push(dict(moments(check="echo it is not as it should be; exit 5")))
    snapshot = await preview.until_failed(second)
    assert snapshot.failure is not None
    assert "the job `check` ended with exit code 5" in snapshot.failure.message
    assert "it is not as it should be" in snapshot.failure.excerpt
    assert snapshot.serving is not None
    assert snapshot.serving.commit == first
    assert first in (await preview.page()).text

    third = await preview.push(dict(moments(greet="echo nobody is at home; exit 6")))
    snapshot = await preview.until_failed(third)
    assert snapshot.failure is not None
    assert "the job `greet` ended with exit code 6" in snapshot.failure.message
    assert snapshot.serving is not None
    assert snapshot.serving.commit == third, "it had answered before"
    assert third in (await preview.page()).text

    fourth = await preview.push({".catalyst.yaml": "version: 1\n"})
    await preview.until_ready(fourth)
    for job, line in (("check", "it is not as it should be"), ("greet", "nobody is at home")):
        logs = await read(preview, container=job)
        assert logs["source"] == "kept", "the job is not there any more"
        assert line in printed(logs)
