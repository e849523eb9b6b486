"""Images that others build: waited for as long as the template says, then used as if they were built here."""

import re

import pytest

from tests.workflows.stage import Preview, Stage, commit
from workflows import policies
from workflows.errors import ImageError, RegistryError, WaitError
from workflows.models import BuildPlan, FailureKind, Phase, PrebuiltImage, RevisionState
from workflows.models import messages as m

IMAGE = "registry.example/acme/shop:1"
DIGEST = f"sha256:{'1' * 64}"
LINK = "https://github.example/acme/shop/runs/1"

pytestmark = pytest.mark.spec("ENV-013")


def wait_for(stage: Stage, *images: PrebuiltImage, **plan: object) -> None:
    """The next plans wait for these instead of building."""
    stage.cluster.plan = {"builds": (), "images": images, **plan}


def prebuilt(**changes: object) -> PrebuiltImage:
    return PrebuiltImage(image=IMAGE, timeout_seconds=300).model_copy(update=changes)


async def test_an_image_is_deployed_by_the_digest_it_was_found_with(
    stage: Stage, preview: Preview
) -> None:
    wait_for(
        stage,
        prebuilt(component="db"),
        builds=(BuildPlan(component="web", context=".", dockerfile="Dockerfile"),),
    )
    stage.cluster.images[IMAGE] = DIGEST
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    (deployed,) = stage.cluster.deployed
    assert [each.component for each in deployed.images] == ["web", "db"]
    assert deployed.images[1].image == f"registry.example/acme/shop@{DIGEST}"
    (found,) = (each for each in snapshot.revisions[0].timings if each.phase == "image")
    assert found.finished_at is not None


async def test_an_image_that_is_not_there_yet_is_waited_for_and_people_are_told(
    stage: Stage, preview: Preview
) -> None:
    wait_for(stage, prebuilt())
    stage.controls.hold("ensure_namespace")
    await preview.open()
    await preview.says(f"waiting for image `{IMAGE}`")
    stage.controls.release("ensure_namespace")
    await stage.until(lambda: [each for each in preview.steps("copy_secrets") if each.ended])
    assert (await preview.snapshot()).reason == f"waiting for image `{IMAGE}`"
    assert (await preview.snapshot()).phase is Phase.BUILDING
    stage.cluster.images[IMAGE] = DIGEST
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.reason == ""


async def test_an_image_is_looked_for_once_its_check_has_succeeded(
    stage: Stage, preview: Preview
) -> None:
    wait_for(stage, prebuilt(check="docker"))
    stage.cluster.images[IMAGE] = DIGEST
    await preview.open()
    await preview.says(f"waiting for check `docker` of {commit('a')[:7]}")
    stage.github.checks["docker"] = m.ReadCheckResult(state="pending", word="in_progress")
    looks = len(stage.diary.named("read_check"))
    await stage.until(lambda: len(stage.diary.named("read_check")) > looks + 1)
    assert preview.steps("find_image") == []
    stage.github.checks["docker"] = m.ReadCheckResult(state="succeeded")
    await preview.reaches(Phase.READY)
    assert {each.commit for each in stage.diary.named("read_check")} == {commit("a")}


async def test_a_failed_check_fails_the_revision_with_its_name_and_link(
    stage: Stage, preview: Preview
) -> None:
    wait_for(stage, prebuilt(check="docker"))
    stage.github.checks["docker"] = m.ReadCheckResult(state="failed", word="timed_out", url=LINK)
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    failure = snapshot.failure
    assert failure is not None
    assert failure.message == f"check `docker` of {commit('a')[:7]} ended with timed_out: {LINK}"
    assert (failure.kind, failure.type, failure.phase) == (FailureKind.USER, "ImageError", "image")
    assert preview.steps("find_image", "deploy_release") == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (m.ReadCheckResult(state="missing"), r"check `docker` of a{7} was not there after 5 min"),
        (
            m.ReadCheckResult(state="pending", word="queued", url=LINK),
            rf"check `docker` of a{{7}} was still queued after 5 min: {LINK}",
        ),
    ],
)
async def test_a_check_that_does_not_end_in_time_is_the_users(
    skipping: Stage, found: m.ReadCheckResult, said: str
) -> None:
    preview = Preview(skipping)
    wait_for(skipping, prebuilt(check="docker"))
    skipping.github.checks["docker"] = found
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=5)
    assert snapshot.failure is not None
    assert re.fullmatch(said, snapshot.failure.message)
    assert "timeout_seconds" in snapshot.failure.hint
    assert snapshot.failure.kind is FailureKind.USER


async def test_an_image_that_never_comes_is_named_with_how_long_was_waited(
    skipping: Stage,
) -> None:
    preview = Preview(skipping)
    wait_for(skipping, prebuilt(timeout_seconds=100))
    began = await skipping.environment.get_current_time()
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.failure is not None
    assert snapshot.failure.message == f"image `{IMAGE}` was not in its registry after 100 s"
    waited = (await skipping.environment.get_current_time() - began).total_seconds()
    assert 100 <= waited < 110
    looks = len(preview.steps("find_image"))
    assert looks >= 100 / policies.MAX_IMAGE_PAUSE.total_seconds()
    assert looks < 10, "pauses do not grow"


async def test_check_and_image_share_one_limit(skipping: Stage) -> None:
    preview = Preview(skipping)
    wait_for(skipping, prebuilt(check="docker", timeout_seconds=100))
    began = await skipping.environment.get_current_time()
    await preview.open()
    await skipping.until(lambda: len(skipping.diary.named("read_check")) > 2, skip=5)
    skipping.github.checks["docker"] = m.ReadCheckResult(state="succeeded")
    snapshot = await preview.reaches(Phase.FAILED, skip=1)
    assert snapshot.failure is not None
    assert "was not in its registry" in snapshot.failure.message
    waited = (await skipping.environment.get_current_time() - began).total_seconds()
    assert waited < 120


async def test_what_the_registry_refuses_is_tried_once(stage: Stage, preview: Preview) -> None:
    wait_for(stage, prebuilt())
    stage.controls.fail("find_image", lambda: ImageError("no access", hint="set the Secret"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    assert snapshot.failure is not None
    assert (snapshot.failure.message, snapshot.failure.hint) == ("no access", "set the Secret")
    assert len(preview.steps("find_image")) == 1


async def test_a_registry_that_is_away_is_asked_again_and_then_the_platforms_failure(
    stage: Stage, preview: Preview
) -> None:
    wait_for(stage, prebuilt())
    stage.cluster.images[IMAGE] = DIGEST
    stage.controls.fail("find_image", lambda: RegistryError("away"), times=2)
    stage.controls.fail("find_image", lambda: WaitError("limit", retry_after=policies.LOSS_PAUSE))
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.controls.fail("find_image", lambda: RegistryError("away"), times=3)
    await preview.push("b")
    snapshot = await preview.reaches(Phase.FAILED, "b")
    assert snapshot.failure is not None
    assert snapshot.failure.kind is FailureKind.PLATFORM


@pytest.mark.invariant(6)
async def test_a_push_ends_the_wait_at_once(stage: Stage, preview: Preview) -> None:
    wait_for(stage, prebuilt())
    await preview.open()
    await preview.says("waiting for image")
    stage.cluster.images[IMAGE] = DIGEST
    wait_for(stage, prebuilt(), builds=())
    await preview.push("b")
    snapshot = await preview.reaches(Phase.READY, "b")
    assert snapshot.revisions[1].state is RevisionState.SUPERSEDED
    preview.assert_one_after_another()
