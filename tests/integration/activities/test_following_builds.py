"""A build goes on while the Kubernetes API does not answer, and so does whoever follows or stops it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.build.config import BuildConfig
from activities.build.jobs import BuildJobs
from activities.build.manifests import BuildJob
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from workflows.errors import BuildFailedError, ClusterError
from workflows.models import BuildPlan, EnvironmentRef, PullRequestRef
from workflows.models import messages as m

CONFIG = BuildConfig(registry="r.test", builder_image="b", patience=20.0, stop_timeout=20.0)
JOB = BuildJob(
    name="build-0123",
    request=m.BuildImageInput(
        ref=EnvironmentRef(team="team", project="team-shop", environment="pr-7"),
        pull_request=PullRequestRef(
            installation=1, repository_id=2, repository="acme/shop", number=7
        ),
        commit="0123456789abcdef0123456789abcdef01234567",
        revision="rev:team-shop:pr-7:abcdefgh:1",
        build=BuildPlan(component="web", context=".", dockerfile="Dockerfile"),
        branch="feature",
    ),
    url="https://git.test/acme/shop.git",
    ref="refs/pull/7/head",
    repository="team-shop/pr-7/web",
    tag="c-0123",
)
UNAVAILABLE: Answer = (503, {"kind": "Status", "message": "etcdserver: leader changed"})
NOT_READABLE: Answer = (404, {"kind": "Status", "message": "not found"})
NOTHING: Answer = (200, {"items": []})


def pods(phase: str) -> Answer:
    pod = {"metadata": {"name": "build-0123-x", "uid": "u"}, "status": {"phase": phase}}
    return 200, {"items": [pod]}


def named(*names: str) -> Answer:
    return 200, {"items": [{"metadata": {"name": name}} for name in names]}


def one_after_another(*answers: Answer) -> KubernetesAPI:
    left: Iterator[Answer] = iter(answers)
    return KubernetesAPI(lambda _: next(left))


@pytest.mark.spec("FR-011")
async def test_a_build_is_followed_through_an_outage_and_the_outage_is_told(tmp_path: Path) -> None:
    api = one_after_another(
        pods("Running"), UNAVAILABLE, (429, {}), UNAVAILABLE, pods("Running"), pods("Succeeded")
    )
    told: list[str] = []
    async with serving(api, tmp_path) as client:
        await BuildJobs(client, CONFIG).follow(JOB, told.append)
    assert told[0] == "build-0123: Running"
    assert told[1].startswith("build-0123: the Kubernetes API answered 503")
    assert told[-1] == "build-0123: Succeeded"


@pytest.mark.spec("FR-011", "FR-018")
async def test_an_outage_that_does_not_end_ends_the_attempt(tmp_path: Path) -> None:
    api = KubernetesAPI(lambda _: UNAVAILABLE)
    async with serving(api, tmp_path) as client:
        impatient = BuildConfig(registry="r.test", builder_image="b", patience=0.5)
        with pytest.raises(ClusterError, match="503"):
            await BuildJobs(client, impatient).follow(JOB, lambda _: None)
    assert len(api.asked) > 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_no_is_an_answer(tmp_path: Path, status: int) -> None:
    api = KubernetesAPI(lambda _: (status, {"message": "no"}))
    async with serving(api, tmp_path) as client:
        with pytest.raises(ClusterError):
            await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)
    assert len(api.asked) == 1


async def test_a_job_that_vanished_is_told_at_once(tmp_path: Path) -> None:
    api = one_after_another(NOTHING, (404, {"message": "not found"}))
    async with serving(api, tmp_path) as client:
        with pytest.raises(ClusterError, match="was deleted while it ran"):
            await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)


def job(condition: str = "", reason: str = "", **status: int) -> Answer:
    conditions = [{"type": condition, "status": "True", "reason": reason}] if condition else []
    return 200, {"metadata": {"name": "build-0123"}, "status": {**status, "conditions": conditions}}


@pytest.mark.spec("FR-011", "FR-018")
@pytest.mark.parametrize(
    "ended",
    [
        job("Failed", "BackoffLimitExceeded", failed=1),
        job("FailureTarget", "BackoffLimitExceeded"),
        job(failed=1),
    ],
)
async def test_a_pod_that_somebody_removed_is_told_at_once_and_tried_again(
    tmp_path: Path, ended: Answer
) -> None:
    api = one_after_another(pods("Running"), NOTHING, ended, NOTHING)
    async with serving(api, tmp_path) as client:
        with pytest.raises(ClusterError, match="pod was removed before it ended") as caught:
            await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)
    assert caught.value.is_retryable


async def test_a_job_out_of_time_is_called_that_though_its_pod_is_gone(tmp_path: Path) -> None:
    api = one_after_another(NOTHING, job("Failed", "DeadlineExceeded"), NOTHING)
    async with serving(api, tmp_path) as client:
        with pytest.raises(BuildFailedError, match="took longer than"):
            await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)


async def test_a_completed_job_has_succeeded_though_its_pod_is_gone(tmp_path: Path) -> None:
    api = one_after_another(NOTHING, job("Complete", succeeded=1), NOTHING)
    async with serving(api, tmp_path) as client:
        await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)


async def test_a_job_without_a_pod_yet_is_waited_for(tmp_path: Path) -> None:
    api = one_after_another(NOTHING, job(), NOTHING, job(active=1), pods("Succeeded"))
    async with serving(api, tmp_path) as client:
        await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)


async def test_a_job_that_ended_between_two_questions_is_told_by_its_pod(tmp_path: Path) -> None:
    failed = job("Failed", "BackoffLimitExceeded", failed=1)
    api = one_after_another(NOTHING, failed, pods("Failed"), failed, NOT_READABLE, NOT_READABLE)
    async with serving(api, tmp_path) as client:
        with pytest.raises(ClusterError, match="failed without a word"):
            await BuildJobs(client, CONFIG).follow(JOB, lambda _: None)


@pytest.mark.spec("ENV-020")
@pytest.mark.invariant(4)
async def test_stopping_deletes_a_token_that_was_left_without_a_job(tmp_path: Path) -> None:
    def answer(asked: str) -> Answer:
        return named("build-0123") if asked.startswith("GET") and "/secrets?" in asked else NOTHING

    api = KubernetesAPI(answer)
    async with serving(api, tmp_path) as client:
        await BuildJobs(client, CONFIG).stop("catalyst.dev/project=team-shop")
    path = "/api/v1/namespaces/catalyst-builds/secrets"
    assert f"GET {path}?labelSelector=catalyst.dev/project%3Dteam-shop" in api.asked
    assert f"DELETE {path}/build-0123" in api.asked


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_stopping_goes_on_through_an_outage(tmp_path: Path) -> None:
    refused: set[str] = set()
    deleted: set[str] = set()

    def answer(asked: str) -> Answer:
        if asked not in refused:  # everything fails once
            refused.add(asked)
            return UNAVAILABLE
        if asked.startswith("DELETE"):
            deleted.add(asked.partition("?")[0].rpartition("/")[2])
            return 200, {}
        if "/pods" in asked:
            return NOTHING if "build-0123-x" in deleted else pods("Running")
        return named("build-0123")

    async with serving(KubernetesAPI(answer), tmp_path) as client:
        await BuildJobs(client, CONFIG).stop("catalyst.dev/project=team-shop")
    assert deleted == {"build-0123", "build-0123-x"}


@pytest.mark.invariant(6)
async def test_what_cannot_be_stopped_is_not_called_stopped(tmp_path: Path) -> None:
    async with serving(KubernetesAPI(lambda _: UNAVAILABLE), tmp_path) as client:
        impatient = BuildConfig(registry="r.test", builder_image="b", stop_timeout=0.5)
        with pytest.raises(ClusterError, match="503"):
            await BuildJobs(client, impatient).stop("a=b", names=["build-0123"])
