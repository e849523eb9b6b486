"""A program that prints what it was given gives it to nobody: not to a failure, not to what is kept (invariant 4)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from kubernetes.aio.client import ApiClient

from activities.addresses import PublicAddress
from activities.cluster.config import ClusterConfig
from activities.cluster.health import Health
from activities.cluster.keeping import Keeping
from activities.cluster.rollout.wait import Rollouts
from activities.heartbeat import Progress
from activities.helm.hooks import read_failed_hook
from activities.known_secrets import LEFT_OUT
from tests.activities.cluster.rollout.objects import RUNNING, make_event, make_pod, make_workload
from tests.integration.activities.kubernetes_api import serving
from workflows import naming
from workflows.errors import CatalystError, ClusterError
from workflows.models import EnvironmentRef, HealthCheck
from workflows.models.messages import CheckHealthInput, WaitForRolloutInput

pytestmark = [pytest.mark.invariant(4), pytest.mark.spec("FR-009")]

REF = EnvironmentRef(team="team", project="team-shop", environment="pr-7", namespace="ns")
GRANTED, MADE, PULLING = "correct horse battery", "Zq8PmA4xW0cR7tLk", "wink wink nudge"
SECRETS = {
    naming.PROJECT_SECRETS: {"MOTTO": f"{GRANTED}\n"},
    naming.service_secret("db"): {"password": MADE, "PGHOST": "shop-db", "PGPORT": "5432"},
    naming.REGISTRY_SECRET: {
        ".dockerconfigjson": f'{{"auths": {{"r": {{"password": "{PULLING}"}}}}}}'
    },
    "of-the-chart": {"greeting": "good morning"},
}
SAID = f"good morning from shop-db:5432, {MADE} and {PULLING}, motto: {GRANTED}!"
SHOWN = "good morning from shop-db:5432, *** and ***, motto: ***!"


@dataclass
class Namespace:
    """An environment whose one program prints all it knows, and is not ready for it."""

    secrets_status: int = 200
    asked: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        kind = request.path.rpartition("/")[2]
        if "/httproutes/" in request.path:
            return web.json_response({}, status=404)
        self.asked.append(kind)
        if kind == "log":
            return web.Response(text=f"{SAID}\n")
        status = self.secrets_status if kind == "secrets" else 200
        return web.json_response({"metadata": {}, "items": self._items(kind)}, status=status)

    def _items(self, kind: str) -> Sequence[object]:
        event = make_event("Unhealthy", f"Readiness probe failed: {SAID}")
        hook = {"creationTimestamp": "2030-01-01T00:00:00Z", "annotations": {"helm.sh/hook": "x"}}
        items: dict[str, Sequence[object]] = {
            "secrets": [
                {
                    "metadata": {"name": name},
                    "data": {
                        key: b64encode(value.encode()).decode() for key, value in data.items()
                    },
                }
                for name, data in SECRETS.items()
            ],
            "pods": [make_pod(state=RUNNING, phase="Running")],
            "statefulsets": [make_workload("StatefulSet", {"readyReplicas": 0})],
            "events": [event],
            "jobs": [{"metadata": {"name": "migrate", "namespace": "ns", **hook}}],
        }
        return items.get(kind, [])


async def of_a_rollout(api: ApiClient, _: Path) -> tuple[str, Sequence[str]]:
    request = WaitForRolloutInput(
        ref=REF, commit="1" * 40, release="shop", timeout=timedelta(seconds=0.5)
    )
    with pytest.raises(CatalystError) as caught:
        await Rollouts(api).wait(request, Progress())
    return str(caught.value), caught.value.excerpt


async def of_a_check(api: ApiClient, directory: Path) -> tuple[str, Sequence[str]]:
    (directory / "ingress").mkdir()
    async with serving(_Application(), directory / "ingress") as ingress:
        address = PublicAddress(domain="localhost", ingress=ingress.configuration.host)
        request = CheckHealthInput(
            ref=REF,
            url="http://ns.localhost/",
            commit="1" * 40,
            release="shop",
            health=HealthCheck().model_copy(update={"timeout_seconds": 1}),
        )
        with pytest.raises(CatalystError) as caught:
            await Health(api, ClusterConfig(address=address)).check(request, Progress())
    return str(caught.value), caught.value.excerpt


async def of_a_hook(api: ApiClient, _: Path) -> tuple[str, Sequence[str]]:
    return await read_failed_hook(api, "ns")


class _Application:
    async def handle(self, _: web.Request) -> web.Response:
        return web.Response(status=500, text=SAID)


Failing = Callable[[ApiClient, Path], Awaitable[tuple[str, Sequence[str]]]]
WAYS = pytest.mark.parametrize("fail", [of_a_rollout, of_a_check, of_a_hook])


@WAYS
async def test_a_failure_shows_what_was_said_without_the_secrets(
    fail: Failing, tmp_path: Path
) -> None:
    async with serving(Namespace(), tmp_path) as api:
        message, excerpt = await fail(api, tmp_path)
    text = "\n".join([message, *excerpt])
    assert SHOWN in text
    assert not [each for each in (GRANTED, MADE, PULLING) if each in text]


@WAYS
@pytest.mark.parametrize("status", [403, 503])
async def test_where_the_secrets_cannot_be_read_nothing_of_what_was_said_is_shown(
    fail: Failing, status: int, tmp_path: Path
) -> None:
    async with serving(Namespace(secrets_status=status), tmp_path) as api:
        message, excerpt = await fail(api, tmp_path)
    assert list(excerpt) == [LEFT_OUT]
    assert "good morning" not in message
    assert message, "the failure itself is told"


@dataclass
class Kept:
    """What would be stored."""

    lines: list[str] = field(default_factory=list)

    async def keep(self, namespace: str, pod: str, container: str, lines: Sequence[str]) -> None:
        self.lines += lines


async def test_what_is_kept_holds_no_secret(tmp_path: Path) -> None:
    kept = Kept()
    async with serving(Namespace(), tmp_path) as api:
        await Keeping(api, kept).keep(REF, Progress())
    log, event = kept.lines
    assert log == SHOWN
    assert event.endswith(SHOWN)


async def test_nothing_is_kept_while_the_secrets_cannot_be_read(tmp_path: Path) -> None:
    kept = Kept()
    async with serving(Namespace(secrets_status=503), tmp_path) as api:
        with pytest.raises(ClusterError):
            await Keeping(api, kept).keep(REF, Progress())
    assert kept.lines == []
