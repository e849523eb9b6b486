"""A failure ends with a cause that a person understands, at once when it is theirs to fix."""

import pytest

from deploy.local.demo.catalyst import CatalystError
from tests.e2e.support.preview import Files
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows.models import BuildSettings, EnvironmentSnapshot, FailureKind

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("FR-009", "FR-011")]


def assert_users_fault(snapshot: EnvironmentSnapshot, kind: str, *, attempts: int = 1) -> None:
    failure = snapshot.failure
    assert failure
    assert failure.type == kind, failure
    assert failure.kind is FailureKind.USER
    assert failure.attempts == attempts
    assert failure.hint


async def test_a_broken_dockerfile_is_told_with_the_failing_step(previews: Previews) -> None:
    preview = await previews.create()
    broken = "FROM busybox:1.37\nRUN echo preparing && cat nothing_of_that_name\n"
    commit = await preview.open({"Dockerfile": broken})
    assert_users_fault(await preview.until_failed(commit), "BuildFailedError")
    comment = await preview.until_comment("nothing_of_that_name")
    assert commit[:7] in comment
    assert await preview.until_check_conclusion(commit, "failure")
    assert await preview.until_deployment_state(commit, "failure")


@pytest.mark.variant
async def test_correcting_the_dockerfile_makes_it_well(previews: Previews) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": "FROM busybox:1.37\nRUN false\n"})
    await preview.until_failed(commit)
    fixed = await preview.push({"Dockerfile": preview.sample["Dockerfile"]})
    await preview.until_ready(fixed)
    assert fixed in (await preview.page()).text


@pytest.mark.variant
async def test_a_missing_dockerfile_is_told_by_its_path(previews: Previews) -> None:
    preview = await previews.create(builds=(BuildSettings(dockerfile="docker/Dockerfile.web"),))
    commit = await preview.open()
    assert_users_fault(await preview.until_failed(commit), "PlanError")
    await preview.until_comment("docker/Dockerfile.web")


async def test_a_missing_chart_is_told_by_its_path(previews: Previews) -> None:
    preview = await previews.create(chart="deploy/chart")
    commit = await preview.open()
    assert_users_fault(await preview.until_failed(commit), "PlanError")
    await preview.until_comment("deploy/chart")


@pytest.mark.variant
@pytest.mark.spec("OPS-5")
async def test_a_chart_outside_the_repository_is_refused(previews: Previews) -> None:
    with pytest.raises(CatalystError, match="chart: must stay inside the repository"):
        await previews.create(chart="chart/../../../etc")


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("files", "text"),
    [
        pytest.param(
            {"chart/Chart.yaml": "apiVersion: v2\nname: [shop\n"}, "Chart.yaml", id="yaml"
        ),
        pytest.param(
            {"chart/templates/service.yaml": "{{ .Values.missing.key.deeper }}\n"},
            "service.yaml",
            id="template",
            marks=pytest.mark.variant,
        ),
        pytest.param(
            {
                "chart/templates/service.yaml": (
                    "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\n"
                    "spec: {ports: [{port: many}]}\n"
                )
            },
            "port",
            id="object",
        ),
    ],
)
async def test_an_invalid_chart_is_told_with_its_file_or_field(
    previews: Previews, files: Files, text: str
) -> None:
    preview = await previews.create()
    commit = await preview.open(files)
    snapshot = await preview.until_failed(commit)
    assert snapshot.failure
    assert snapshot.failure.kind is FailureKind.USER
    assert snapshot.failure.attempts == 1
    await preview.until_comment(text)


@pytest.mark.spec("FR-016", "EC-8")
async def test_an_application_that_answers_500_is_unhealthy(previews: Previews) -> None:
    preview = await previews.create()
    commit = await preview.open(preview.with_values(fault="error"))
    assert_users_fault(await preview.until_failed(commit), "UnhealthyError")
    comment = await preview.until_comment("500")
    assert "GET / HTTP/1.1" in comment, "the application's own last lines"


async def test_an_update_that_answers_500_is_not_told_as_the_older_version_that_it_has_replaced(
    previews: Previews,
) -> None:
    preview = await previews.create()
    first = await preview.open()
    await preview.until_deployment_state(first, "success")
    second = await preview.push(preview.with_values(fault="error"))
    assert_users_fault(await preview.until_failed(second), "UnhealthyError")
    comment = await preview.until_comment(f"leads to `{second[:7]}`", "nothing older serves")
    assert "still serves" not in comment
    assert (await preview.page()).status == 500
    assert await preview.until_deployment_state(first, "inactive")


@pytest.mark.spec("FR-018")
async def test_an_image_that_never_starts_is_told_with_its_last_lines(previews: Previews) -> None:
    preview = await previews.create()
    commit = await preview.open(preview.with_values(fault="crash"))
    assert_users_fault(await preview.until_failed(commit), "RolloutFailedError")
    await preview.until_comment("cannot start: FAULT=crash was asked for")


@pytest.mark.variant
@pytest.mark.spec("FR-018")
async def test_an_application_that_starts_too_slowly_is_told_with_its_limit(
    previews: Previews,
) -> None:
    preview = await previews.create(rollout_timeout_seconds=10)
    commit = await preview.open(preview.with_values(startSeconds=120))
    snapshot = await preview.until_failed(commit)
    assert_users_fault(snapshot, "RolloutFailedError")
    assert snapshot.failure
    assert "10" in snapshot.failure.message


@pytest.mark.spec("FR-010")
@pytest.mark.variant
async def test_a_pod_over_quota_is_told(previews: Previews) -> None:
    preview = await previews.create(rollout_timeout_seconds=20)
    limits = {"requests": {"memory": "64Gi"}, "limits": {"memory": "64Gi"}}
    commit = await preview.open(preview.with_values(resources=limits))
    assert_users_fault(await preview.until_failed(commit), "RolloutFailedError")
    await preview.until_comment("quota")


async def test_a_failed_update_leaves_the_old_version_serving_and_says_so(
    previews: Previews,
) -> None:
    preview = await previews.create()
    first = await preview.open()
    await preview.until_ready(first)
    second = await preview.push(preview.with_values(fault="crash"))
    snapshot = await preview.until_failed(second)
    assert snapshot.serving
    assert snapshot.serving.commit == first
    assert first in (await preview.page()).text
    await preview.until_comment(second[:7], first[:7], preview.url)


async def test_a_retry_runs_the_same_commit_again(previews: Previews, stack: Stack) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": "FROM busybox:1.37\nRUN false\n"})
    await preview.until_failed(commit)
    await stack.catalyst.command("retry", preview.project, preview.environment)
    again = await preview.until(lambda s: len(s.revisions) == 2, what="a second revision")
    assert {revision.commit for revision in again.revisions} == {commit}
