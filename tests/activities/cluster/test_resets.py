"""What a service that is a chart keeps is gone after a reset, wherever an attempt was lost before."""

import pytest
from kubernetes.aio.client import ApiClient

from activities.cluster import resets
from activities.cluster.resets import Resets
from activities.heartbeat import Progress
from tests.activities.objects import Objects, make_item, use
from tests.support.examples import make_snapshot
from workflows.errors import ClusterError
from workflows.models.messages import ResetServicesInput

pytestmark = [pytest.mark.spec("ENV-017"), pytest.mark.invariant(5)]
REQUEST = ResetServicesInput(
    ref=make_snapshot().ref, release="shop", services=(), charts=("chart-search",)
)
DATA = "data-search-0"


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Objects:
    async def owned(*_: object) -> None:
        pass

    monkeypatch.setattr(resets, "check_owner", owned)
    return use(
        monkeypatch,
        make_item(
            "StatefulSet",
            "search",
            "chart-search",
            volumeClaimTemplates=[{"metadata": {"name": "data"}}],
        ),
        make_item("Deployment", "page", "chart-search"),
        make_item("CronJob", "tidy", "chart-search"),
        make_item("Job", "tidy-1"),
        make_item("PersistentVolumeClaim", DATA),
        make_item("PersistentVolumeClaim", "page", "chart-search"),
        make_item("PersistentVolumeClaim", "data-other-0"),
    )


async def reset() -> None:
    api: ApiClient = object()  # type: ignore[assignment]
    await Resets(api).reset(REQUEST, Progress())


async def test_programs_and_volumes_of_the_chart_go_and_nothing_else(objects: Objects) -> None:
    await reset()
    assert objects.names("StatefulSet") == objects.names("Deployment") == []
    assert objects.names("PersistentVolumeClaim") == ["data-other-0"]
    assert objects.names("CronJob") == [], "what it has begun ends with it"


@pytest.mark.parametrize("answered", range(5))
async def test_an_attempt_that_is_lost_leaves_no_volume_to_be_forgotten(
    objects: Objects, answered: int
) -> None:
    objects.left = answered
    with pytest.raises(ClusterError, match="lost"):
        await reset()
    objects.left = None
    await reset()
    assert objects.names("PersistentVolumeClaim") == ["data-other-0"]


async def test_a_volume_that_kubernetes_made_anew_meanwhile_goes_too(objects: Objects) -> None:
    objects.made_anew = (DATA,)
    await reset()
    assert objects.names("PersistentVolumeClaim") == ["data-other-0"]
