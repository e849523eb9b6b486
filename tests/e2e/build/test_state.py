"""What one build has fetched and made, the next one of its component finds: on the real volume, with the real BuildKit."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.build import BuildConfig
from activities.build.state import STATE_LABEL
from tests.e2e.build import repositories
from tests.e2e.build.conftest import Builds, with_limits
from tests.e2e.conftest import unique
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(400)]

FETCHED = "extracting sha256"
"""BuildKit says so of each layer of a base image that it has not yet."""
DOCKERFILE = """FROM busybox:1.37
COPY notes.txt /
RUN --mount=type=cache,target=/cache wc -l < /cache/notes || true; cat /notes.txt >> /cache/notes
"""

COMPILED = """FROM golang:1.24 AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build \\
    CGO_ENABLED=0 go build -v -o /hello . 2>&1 | sed 's/^/compiled /'
FROM busybox:1.37
COPY --from=build /hello /hello
CMD ["/hello"]
"""


@pytest.fixture
def builds(builds: Builds, config: BuildConfig) -> Builds:
    return with_limits(builds, config, state_size="2Gi", deadline=360)


async def push(builds: Builds, line: str) -> str:
    return await builds.source.push({"Dockerfile": DOCKERFILE, "notes.txt": f"{line}\n"})


async def labels_of_jobs(builds: Builds) -> dict[str, str]:
    """Revision -> the claim that its build was given; empty for none."""
    jobs = await builds.cluster.items(f"/apis/batch/v1/namespaces/{builds.namespace}/jobs")
    found = [job["metadata"]["labels"] for job in jobs]
    return {each[naming.REVISION_LABEL]: each.get(STATE_LABEL, "") for each in found}


async def given(builds: Builds, revision: str) -> str:
    return (await labels_of_jobs(builds))[naming.short_hash(revision)]


async def claims(builds: Builds) -> list[str]:
    """Those that are to stay."""
    path = f"/api/v1/namespaces/{builds.namespace}/persistentvolumeclaims"
    found = [claim["metadata"] for claim in await builds.cluster.items(path)]
    return [each["name"] for each in found if "deletionTimestamp" not in each]


@pytest.mark.spec("FR-002", "ENV-031")
async def test_the_next_build_has_base_image_and_cache_mounts_and_the_volume_goes_with_the_last_image(
    builds: Builds,
) -> None:
    await builds.build(await push(builds, "one"), revision="rev:1")
    await builds.build(await push(builds, "two"), revision="rev:2")
    first, second = await builds.log_of("rev:1"), await builds.log_of("rev:2")
    assert FETCHED in first
    assert FETCHED not in second
    assert " 1\n" in second, "the line that the first build had put into the cache mount"
    assert await claims(builds) == [await given(builds, "rev:2")]
    await builds.activities.delete_images(m.RemoveInput(ref=builds.ref))
    assert await claims(builds) == []


@pytest.mark.spec("FR-002", "EC-3")
async def test_two_at_once_both_succeed_and_the_one_that_finds_it_taken_does_without(
    builds: Builds,
) -> None:
    other = replace(builds, ref=builds.ref.model_copy(update={"environment": unique("pr-shop")}))
    one, two = await push(builds, "one"), await push(builds, "two")
    images = await asyncio.gather(
        builds.build(one, revision="rev:1"), other.build(two, revision="rev:2")
    )
    assert len({image.digest for image in images}) == 2
    await other.activities.delete_images(m.RemoveInput(ref=other.ref))


@pytest.mark.variant
async def test_what_is_locked_in_spite_of_all_is_left_alone(builds: Builds) -> None:
    await builds.build(await push(builds, "one"), revision="rev:1")
    await builds.cluster.apply(make_holder(builds, await given(builds, "rev:1")))
    await until_held(builds)
    await builds.build(await push(builds, "two"), revision="rev:2")
    assert await given(builds, "rev:2")
    assert FETCHED in await builds.log_of("rev:2")


@pytest.mark.invariant(7)
async def test_code_that_nobody_answers_for_gets_none_nor_does_a_second_attempt(
    builds: Builds,
) -> None:
    commit = await push(builds, "one")
    forked = builds.request(commit, revision="rev:fork").model_copy(update={"is_trusted": False})
    await builds.activities.build_image(forked)
    runner = ActivityEnvironment()
    runner.info = replace(runner.info, attempt=2)
    again = builds.request(await push(builds, "two"), revision="rev:again")
    await runner.run(builds.activities.build_image, again)
    assert set((await labels_of_jobs(builds)).values()) == {""}
    assert await claims(builds) == []


@pytest.mark.variant
async def test_more_than_half_full_it_is_emptied(builds: Builds, config: BuildConfig) -> None:
    small = with_limits(builds, config, state_size="1Mi")
    await small.build(await push(builds, "one"), revision="rev:1")
    await small.build(await push(builds, "two"), revision="rev:2")
    assert await given(small, "rev:2")
    assert FETCHED in await small.log_of("rev:2")


@pytest.mark.variant
@pytest.mark.spec("FR-002", "ENV-031")
async def test_a_program_that_is_compiled_compiles_only_what_has_changed(builds: Builds) -> None:
    files = {**repositories.GO, "Dockerfile": COMPILED}
    await builds.build(await builds.source.push({**files}), revision="rev:1")
    files["main.go"] = files["main.go"].replace(repositories.GREETING, "another greeting")
    await builds.build(await builds.source.push({**files}), revision="rev:2")
    assert "compiled net/http" in await builds.log_of("rev:1")
    second = await builds.log_of("rev:2")
    assert "compiled example.test/hello" in second
    assert "compiled net/http" not in second


def make_holder(builds: Builds, claim: str) -> dict[str, Any]:
    """A pod that holds the lock, as another build on another node's clock might."""
    script = "exec 9> /kept/lock; flock 9; echo held; sleep 300"
    container = {
        "name": "holder",
        "image": builds.cluster.connection.builder_image,
        "command": ["sh", "-c", script],
        "securityContext": {"runAsUser": 1000},
        "volumeMounts": [{"name": "kept", "mountPath": "/kept"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "holder", "namespace": builds.namespace},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [container],
            "volumes": [{"name": "kept", "persistentVolumeClaim": {"claimName": claim}}],
        },
    }


async def until_held(builds: Builds) -> None:
    async def holds() -> bool:
        pod = await builds.cluster.get(f"/api/v1/namespaces/{builds.namespace}/pods/holder")
        if not pod or pod["status"].get("phase") != "Running":
            return False
        return "held" in await builds.cluster.logs(builds.namespace, "holder", "holder")

    await eventually(holds, within=60, what="the lock is held")
