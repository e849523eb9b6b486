"""An attempt that Temporal has given up leaves its work to its successor; one that is cancelled ends it (invariant 6)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from kubernetes.aio.client import ApiClient
from temporalio.activity import ActivityCancellationDetails as Details
from temporalio.testing import ActivityEnvironment

from activities.build import BuildActivities, BuildConfig
from activities.cluster.backups import Backups
from activities.heartbeat import Progress
from activities.helm import HelmActivities, HelmConfig
from activities.manifests import make_namespace
from activities.origin import Origin
from activities.origin import Repository as KnownRepository
from activities.registry import Registry
from tests.integration.activities.kubernetes_api import Answer, KubernetesAPI, serving
from tests.integration.activities.test_following_builds import JOB
from workflows.models import ReleasePlan, Restore
from workflows.models import messages as m

pytestmark = [pytest.mark.invariant(6), pytest.mark.spec("FR-011")]

REF = JOB.request.ref.model_copy(update={"namespace": "ns"})
DEPLOY = m.DeployReleaseInput(
    ref=REF,
    pull_request=JOB.request.pull_request,
    commit=JOB.request.commit,
    revision=JOB.request.revision,
    release=ReleasePlan(name="pr-7", chart="chart"),
    images=(),
)
NOT_FOUND: Answer = (404, {"kind": "Status", "message": "not found"})
CANCELLED = Details(cancel_requested=True)
LOST = (Details(not_found=True), Details(timed_out=True), Details(reset=True))
SHUT_DOWN = Details(worker_shutdown=True)
Begin = Callable[[ApiClient, pytest.MonkeyPatch], Coroutine[None, None, object]]


class NoGitHub:
    """Nothing is asked of it."""

    def repository(self, installation: int, repository_id: int) -> KnownRepository:
        raise AssertionError

    def token(self, installation: int, repository_id: int, permissions: Mapping[str, str]) -> str:
        raise AssertionError

    def drop(self, token: str) -> None:
        raise AssertionError


class Cluster:
    """Whatever is made runs until it is deleted."""

    def __init__(self) -> None:
        self.api = KubernetesAPI(self._answer)
        self.is_working = asyncio.Event()
        self._is_deleted = False

    @property
    def deleted(self) -> list[str]:
        """Last parts of the paths."""
        return [each.rpartition("/")[2] for each in self.api.asked if each.startswith("DELETE")]

    def _answer(self, asked: str) -> Answer:
        method, _, path = asked.partition(" ")
        path = path.partition("?")[0]
        if path.startswith("/v2/") or "/configmaps/egress-" in path:
            return NOT_FOUND
        if path == "/api/v1/namespaces/ns":
            return 200, make_namespace(REF, JOB.request.pull_request, "feature")
        self._is_deleted = self._is_deleted or method == "DELETE"
        if "/jobs/build-" in path and method == "GET":
            return NOT_FOUND
        if path.endswith("/pods") or "/jobs/restore-" in path:
            self.is_working.set()
        return 200, {
            "metadata": {"uid": "u"},
            "status": {"ready": 1},
            "items": self._items(path.rpartition("/")[2]),
        }

    def _items(self, kind: str) -> Sequence[object]:
        running = {"metadata": {"name": "p", "uid": "u"}, "status": {"phase": "Running"}}
        pods = [] if self._is_deleted else [running]
        items: dict[str, Sequence[object]] = {"pods": pods, "cronjobs": [CRON_JOB]}
        return items.get(kind, [])


CRON_JOB: object = {
    "metadata": {"name": "backups", "namespace": "ns", "uid": "u"},
    "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "b"}]}}}}},
}


@asynccontextmanager
async def _origin(_: object, __: object) -> AsyncIterator[Origin]:
    yield Origin(url="https://git.test/acme/shop.git", ref="refs/pull/7/head", token="t")


async def _tag(*_: object) -> str:
    return "c-0123"


async def build(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(BuildActivities, "_origin", _origin)
    monkeypatch.setattr(BuildActivities, "_tag", _tag)
    config = BuildConfig(registry="r.test", builder_image="b")
    async with Registry(api.configuration.host) as registry:
        activities = BuildActivities(api, registry, config, NoGitHub())
        return await activities.build_image(JOB.request.model_copy(update={"is_trusted": False}))


async def restore(api: ApiClient, _: pytest.MonkeyPatch) -> object:
    request = m.RestoreBackupInput(
        ref=REF,
        restore=Restore(id="r-1", service="db", backup="db-20260101T000000Z"),
        component="db-backups",
        release="pr-7",
    )
    return await Backups(api).restore(request, Progress())


async def cancelled(
    begin: Begin, how: Details, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """What the activity deletes when it is cancelled in the middle of its work."""
    cluster, environment = Cluster(), ActivityEnvironment()
    async with serving(cluster.api, tmp_path) as api:
        running = asyncio.create_task(environment.run(begin, api, monkeypatch))
        waiting = asyncio.create_task(cluster.is_working.wait())
        await asyncio.wait({running, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert not running.done(), running.exception()
        environment.cancel(how)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, 20)
    return cluster.deleted


@pytest.mark.parametrize("begin", [build, restore])
@pytest.mark.parametrize("how", [*LOST, SHUT_DOWN])
async def test_the_job_that_a_successor_follows_is_left_alone(
    begin: Begin, how: Details, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await cancelled(begin, how, tmp_path, monkeypatch) == []


@pytest.mark.parametrize("begin", [build, restore])
async def test_the_job_of_cancelled_work_is_deleted(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted = await cancelled(begin, CANCELLED, tmp_path, monkeypatch)
    assert any("build-" in each or each.startswith("restore-") for each in deleted)


async def deploy(api: ApiClient, monkeypatch: pytest.MonkeyPatch, begun: asyncio.Event) -> object:
    async def prepare(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(HelmActivities, "_prepare", prepare)
    config = HelmConfig(executable=Path("helm"))
    return await HelmActivities(api, config, NoGitHub()).deploy_release(DEPLOY)


@pytest.mark.parametrize(
    ("how", "settles"),
    [*((each, False) for each in LOST), (SHUT_DOWN, True), (CANCELLED, True)],
)
async def test_the_release_of_a_lost_attempt_is_its_successors_to_settle(
    how: Details, *, settles: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, environment, begun = Cluster(), ActivityEnvironment(), asyncio.Event()
    cluster.api.answer = lambda _: (200, {"items": []})
    async with serving(cluster.api, tmp_path) as api:
        running = asyncio.create_task(environment.run(deploy, api, monkeypatch, begun))
        await asyncio.wait_for(begun.wait(), 20)
        asked = len(cluster.api.asked)
        environment.cancel(how)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, 20)
    assert (len(cluster.api.asked) > asked) is settles
