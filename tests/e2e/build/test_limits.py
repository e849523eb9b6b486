"""Each limit of a build ends it with a message that says which, and how much there was."""

import asyncio
from datetime import datetime

import pytest

from activities.build import BuildConfig
from activities.build.scripts import UNFETCHED
from tests.e2e.build.conftest import Builds, with_limits
from tests.e2e.build.test_building import DOCKERFILE, files
from workflows import naming
from workflows.errors import BuildFailedError

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]


@pytest.mark.variant
@pytest.mark.spec("ENV-031", "FR-018")
async def test_a_context_that_is_too_large_is_refused_before_anything_is_built(
    builds: Builds, config: BuildConfig
) -> None:
    small = with_limits(builds, config, context_limit=1 << 20)
    commit = await builds.source.push(files(**{"large.bin": "0123456789abcdef" * (1 << 17)}))
    with pytest.raises(BuildFailedError, match="at most 1 MiB"):
        await small.build(commit)
    (pod,) = await builds.cluster.pods(builds.namespace)
    ended = {each["name"]: each["state"] for each in pod["status"]["containerStatuses"]}
    assert ended[naming.BUILD_CONTAINER]["terminated"]["exitCode"] == UNFETCHED
    await small.build(await builds.source.push({"large.bin": None}))


@pytest.mark.spec("ENV-031", "FR-018")
async def test_a_step_that_takes_too_much_memory_is_told_the_limit(
    builds: Builds, config: BuildConfig
) -> None:
    small = with_limits(builds, config, memory_limit="400Mi")
    doubling = """awk 'BEGIN { text = "x"; while (1) text = text text }'"""
    greedy = DOCKERFILE.replace("echo built", doubling)
    commit = await builds.source.push(files(Dockerfile=greedy))
    with pytest.raises(BuildFailedError, match="400Mi"):
        await small.build(commit)


@pytest.mark.spec("ENV-031", "FR-018")
async def test_an_image_that_takes_too_much_disk_is_told_the_limit(
    builds: Builds, config: BuildConfig
) -> None:
    small = with_limits(builds, config, storage_limit="300Mi", deadline=300)
    writing = "dd if=/dev/zero of=/large bs=1M count=320; sleep 250"
    large = DOCKERFILE.replace("echo built", writing)
    commit = await builds.source.push(files(Dockerfile=large))
    with pytest.raises(BuildFailedError, match="layers take more than 300Mi"):
        await small.build(commit)


@pytest.mark.spec("FR-002", "ENV-031")
async def test_several_images_of_one_commit_are_built_at_the_same_time(builds: Builds) -> None:
    slow = DOCKERFILE.replace("echo built", "sleep 8")
    commit = await builds.source.push(
        files(Dockerfile=slow, **{"worker/Dockerfile": slow, "worker/app.py": "print('work')\n"})
    )
    web, worker = await asyncio.gather(
        builds.build(commit),
        builds.build(commit, component="worker", context="worker", dockerfile="worker/Dockerfile"),
    )
    assert web.repository != worker.repository
    states = [
        pod["status"]["containerStatuses"][0]["state"]["terminated"]
        for pod in await builds.cluster.pods(builds.namespace)
    ]
    begun = max(datetime.fromisoformat(each["startedAt"]) for each in states)
    ended = min(datetime.fromisoformat(each["finishedAt"]) for each in states)
    assert len(states) == 2
    assert begun < ended
