"""Images are built from exactly the commit, once per content, and a stopped build has stopped."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from activities.build import BuildActivities, BuildConfig
from activities.log_masking import mask_log
from tests.e2e.build.conftest import Builds, repository_of, with_limits
from tests.e2e.conftest import unique
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.errors import BuildFailedError, CommitGoneError
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

DOCKERFILE = """FROM busybox:1.37
WORKDIR /app
COPY app.py .
RUN echo built
CMD ["cat", "app.py"]
"""
APP = "print('hello')\n"
SLOW = DOCKERFILE.replace("echo built", "sleep 200")


def files(**more: str) -> dict[str, str | bytes | None]:
    return {"Dockerfile": DOCKERFILE, "app.py": APP, **more}


@pytest.mark.spec("FR-002", "ENV-031")
@pytest.mark.invariant(5)
async def test_the_same_content_is_built_once(builds: Builds) -> None:
    commit = await builds.source.push(files())
    first = await builds.build(commit)
    assert not first.was_present
    assert first.image.endswith(first.digest)

    again = await builds.build(commit, revision="rev:again")
    assert again.was_present
    assert again.digest == first.digest

    other = await builds.source.push({"README.md": "nothing that the image reads\n", "app.py": APP})
    with_other_context = await builds.build(other)
    assert not with_other_context.was_present  # the context holds the README too


@pytest.mark.variant
@pytest.mark.spec("FR-002")
async def test_a_dockerfile_that_names_its_syntax_is_built_with_what_that_syntax_has(
    builds: Builds,
) -> None:
    heredoc = "RUN <<END\n  set -e\n  test -s app.py\n  echo of several lines > told\nEND"
    text = f"# syntax=docker/dockerfile:1\n{DOCKERFILE.replace('RUN echo built', heredoc)}"
    assert "<<END" in text
    commit = await builds.source.push({**files(), "Dockerfile": text})
    built = await builds.build(commit)
    assert not built.was_present
    assert await builds.registry.find_digest(repository_of(builds), built.digest) == built.digest


@pytest.mark.spec("FR-002", "ENV-031", "FR-008")
@pytest.mark.invariant(7)
async def test_another_pull_request_with_the_same_content_builds_nothing_unless_it_is_a_forks(
    builds: Builds,
) -> None:
    commit = await builds.source.push(files())
    first = await builds.build(commit)
    other = replace(builds, ref=builds.ref.model_copy(update={"environment": unique("pr-shop")}))
    second = await other.build(commit, revision="rev:other")
    assert second.was_present
    assert second.digest == first.digest
    assert second.repository != first.repository
    assert await builds.jobs() == [naming.build_job_name(f"rev:{commit}", "web")]

    forked = replace(builds, ref=builds.ref.model_copy(update={"environment": unique("pr-fork")}))
    asked = forked.request(commit, revision="rev:fork").model_copy(update={"is_trusted": False})
    assert not (await forked.activities.build_image(asked)).was_present
    await forked.activities.delete_images(m.RemoveInput(ref=forked.ref))

    # The first pull request closes: the second keeps its image, and the last one leaves none.
    await builds.activities.delete_images(m.RemoveInput(ref=builds.ref))
    assert await builds.registry.find_digest(repository_of(other), first_tag(await tags(other)))
    await other.activities.delete_images(m.RemoveInput(ref=other.ref))
    shared = naming.cache_repository("", builds.ref.project, "web").removeprefix("/")
    left = await builds.registry.list_tags(shared)
    assert [tag for tag in left if tag.startswith("c-")] == []


async def tags(builds: Builds) -> tuple[str, ...]:
    return await builds.registry.list_tags(repository_of(builds))


def first_tag(found: tuple[str, ...]) -> str:
    (tag,) = found
    return tag


@pytest.mark.spec("FR-009", "FR-011")
async def test_a_failing_step_is_named_with_its_line_and_its_last_lines(builds: Builds) -> None:
    broken = DOCKERFILE.replace("echo built", "echo 'no such module: shop'; exit 1")
    commit = await builds.source.push(files(Dockerfile=broken))
    with pytest.raises(BuildFailedError) as caught:
        await builds.build(commit)
    assert "Dockerfile, line 4" in str(caught.value)
    assert any("no such module: shop" in line for line in caught.value.excerpt)
    assert not caught.value.is_retryable


class Shelf:
    """Keeps logs in memory, masked as the store masks them; its own keeping is shown in its tests."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Sequence[str]] = {}

    async def keep(self, namespace: str, pod: str, container: str, lines: Sequence[str]) -> None:
        self.kept[namespace, pod, container] = await mask_log(lines)


@pytest.mark.variant
@pytest.mark.spec("FR-006", "FR-009")
async def test_the_whole_log_of_a_build_is_kept_however_it_ends(
    builds: Builds, config: BuildConfig
) -> None:
    shelf = Shelf()
    ref = builds.ref.model_copy(update={"namespace": "preview"})
    activities = BuildActivities(
        builds.cluster.api, builds.registry, config, builds.source.clients, shelf
    )
    keeping = replace(builds, activities=activities, ref=ref)
    many = "echo token=abcdefgh12345678; seq 0 299"
    for end, is_good in (("", True), ("; exit 3", False)):
        dockerfile = DOCKERFILE.replace("echo built", many + end)
        commit = await builds.source.push(files(Dockerfile=dockerfile))
        with contextlib.nullcontext() if is_good else pytest.raises(BuildFailedError):
            await keeping.build(commit)
        job = naming.build_job_name(f"rev:{commit}", "web")
        text = "\n".join(shelf.kept["preview", job, "build"])
        assert " 299\n" in text
        assert text.count("\n") > 300
        assert "abcdefgh12345678" not in text


@pytest.mark.spec("FR-009")
async def test_a_dockerfile_that_does_not_parse_is_the_users(builds: Builds) -> None:
    commit = await builds.source.push(files(Dockerfile="FROM busybox:1.37\nCOPPY app.py .\n"))
    with pytest.raises(BuildFailedError, match="COPPY"):
        await builds.build(commit)


@pytest.mark.spec("FR-009")
async def test_a_base_image_that_does_not_exist_is_the_users(builds: Builds) -> None:
    commit = await builds.source.push(files(Dockerfile="FROM nowhere/nothing:1\n"))
    with pytest.raises(BuildFailedError, match="nowhere/nothing"):
        await builds.build(commit)


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_cancelled_build_is_gone_when_the_cancel_returns(builds: Builds) -> None:
    commit = await builds.source.push(files(Dockerfile=SLOW))
    async with builds.under_way(commit) as task:
        began = time.monotonic()
        task.cancel()
        await asyncio.wait({task})
        elapsed = time.monotonic() - began
        assert task.cancelled()
        assert await builds.pods() == []
        assert await builds.jobs() == []
        assert await builds.secrets() == []
    # One second is the pod's grace; the goal of two seconds does not count it.
    assert elapsed < 5


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_build_outlives_a_worker_that_stops_unless_it_is_cancelled(
    builds: Builds, is_cancelled: bool
) -> None:
    commit = await builds.source.push(files(Dockerfile=SLOW))
    worker = ActivityEnvironment()
    task = asyncio.create_task(worker.run(builds.activities.build_image, builds.request(commit)))
    await builds.until_building()
    begun = await builds.jobs()
    worker.worker_shutdown()
    worker.cancel(ActivityCancellationDetails(worker_shutdown=True, cancel_requested=is_cancelled))
    await asyncio.wait({task})
    assert await builds.jobs() == ([] if is_cancelled else begun)
    await builds.stop()


@pytest.mark.spec("FR-008")
@pytest.mark.invariant(6)
async def test_stopping_ends_whatever_an_earlier_worker_left(builds: Builds) -> None:
    commit = await builds.source.push(files(Dockerfile=SLOW))
    async with builds.under_way(commit):
        await builds.stop(f"rev:{'0' * 40}")
        assert await builds.jobs() != []
        await builds.stop()
        assert await builds.pods() == []
        assert await builds.jobs() == []


@pytest.mark.variant
@pytest.mark.invariant(5)
async def test_a_second_attempt_takes_over_the_running_job(builds: Builds) -> None:
    slow = DOCKERFILE.replace("echo built", "sleep 6")
    commit = await builds.source.push(files(Dockerfile=slow))
    first = asyncio.create_task(builds.build(commit))
    await builds.until_building()
    second = asyncio.create_task(builds.build(commit))
    results = await asyncio.gather(first, second)
    assert results[0].digest == results[1].digest
    assert await builds.jobs() == [naming.build_job_name(f"rev:{commit}", "web")]


@pytest.mark.spec("FR-018")
async def test_a_build_over_its_time_is_stopped_and_says_so(
    builds: Builds, config: BuildConfig
) -> None:
    impatient = with_limits(builds, config, deadline=8)
    commit = await builds.source.push(files(Dockerfile=SLOW))
    with pytest.raises(BuildFailedError, match="longer than 8 s"):
        await impatient.build(commit)

    async def no_pods() -> bool:
        return await builds.pods() == []

    await builds.stop()
    assert await eventually(no_pods, within=20, what="the late build's pod is gone")


@pytest.mark.spec("EC-4")
async def test_a_commit_that_vanished_is_no_failure_of_the_user(builds: Builds) -> None:
    await builds.source.push(files())
    with pytest.raises(CommitGoneError):
        await builds.build("0" * 39 + "1")


@pytest.mark.spec("FR-008")
async def test_removal_leaves_no_image(builds: Builds) -> None:
    commit = await builds.source.push(files())
    await builds.build(commit)
    assert await builds.registry.list_tags(repository_of(builds))
    await builds.activities.delete_images(m.RemoveInput(ref=builds.ref))
    await builds.activities.delete_images(m.RemoveInput(ref=builds.ref))
    assert await builds.registry.list_tags(repository_of(builds)) == ()


@pytest.mark.invariant(4)
@pytest.mark.spec("ENV-020")
async def test_the_clone_token_is_in_no_log_argument_or_image(builds: Builds) -> None:
    show_all = DOCKERFILE.replace(
        "RUN ", "RUN ls -la / /git /build 2>&1; env; grep -r Authorization /app; "
    )
    commit = await builds.source.push(files(Dockerfile=show_all, **{"show.txt": "x"}))
    token = builds.source.clients.token(
        builds.source.pull_request.installation,
        builds.source.pull_request.repository_id,
        {"contents": "read"},
    )
    await builds.build(commit)
    for pod in await builds.cluster.pods(builds.namespace):
        assert token not in str(pod)
        assert "uthorization: Basic" not in str(pod)
        log = await builds.cluster.logs(builds.namespace, pod["metadata"]["name"], "build")
        assert token not in log
        assert "Authorization" not in log.replace("grep -r Authorization", "")
