"""Releases that a plan does not have any more go with what they keep, and nothing else does."""

import pytest
from kubernetes.aio.client import ApiClient

from activities.helm.former import drop_former
from tests.activities.objects import Objects, make_item, use
from tests.support.examples import COMMIT, make_snapshot
from workflows import naming
from workflows.models import ReleasePlan
from workflows.models.messages import DeployReleaseInput

pytestmark = pytest.mark.spec("ENV-017")
SNAPSHOT = make_snapshot()
MAIN, EXTRAS = naming.release_names(SNAPSHOT.ref.environment)
SEARCH, MAIL = "chart-search", "chart-mail"
API: ApiClient = object()  # type: ignore[assignment]


def request_of(**changes: object) -> DeployReleaseInput:
    made = DeployReleaseInput(
        ref=SNAPSHOT.ref,
        pull_request=SNAPSHOT.pull_request,
        commit=COMMIT,
        revision="rev:1",
        release=ReleasePlan(name=MAIN, chart="", source="catalyst"),
        images=(),
        service_charts=(),
    )
    return made.model_copy(update=changes)


def make_record(release: str, **labels: str) -> dict[str, object]:
    ours = {naming.REVISION_LABEL: naming.short_hash("rev:0")}
    name = f"sh.helm.release.v1.{release}.v1"
    found = {"owner": "helm", "name": release, **(labels or ours)}
    return {"kind": "Secret", "metadata": {"name": name, "labels": found}}


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Objects:
    kept = make_item("PersistentVolumeClaim", "copies", EXTRAS)
    template = [{"metadata": {"name": "data"}}]
    sets = [
        make_item("StatefulSet", name, release, volumeClaimTemplates=template)
        for name, release in (("search", SEARCH), ("mail", MAIL))
    ]
    claims = [make_item("PersistentVolumeClaim", f"data-{name}-0") for name in ("search", "mail")]
    records = [make_record(each) for each in (MAIN, EXTRAS, SEARCH, MAIL)]
    return use(monkeypatch, *records, *sets, *claims, kept)


async def dropped(objects: Objects, request: DeployReleaseInput) -> list[str]:
    found = []

    async def uninstall(release: str) -> None:
        found.append(release)
        gone = [each for each in objects.objects if each["kind"] == "StatefulSet"]
        gone = [each for each in gone if release in each["metadata"]["annotations"].values()]
        objects.objects = [each for each in objects.objects if each not in gone]

    await drop_former(API, request, uninstall)
    return sorted(found)


async def test_what_no_plan_has_any_more_goes(objects: Objects) -> None:
    assert await dropped(objects, request_of()) == sorted((EXTRAS, SEARCH, MAIL))


async def test_what_the_plan_has_stays_with_its_volumes(objects: Objects) -> None:
    request = request_of(has_extras=True, service_charts=(MAIL,))
    assert await dropped(objects, request) == [SEARCH]
    assert objects.names("PersistentVolumeClaim", is_going=False) == ["data-mail-0", "copies"]


async def test_volumes_are_gone_for_though_an_attempt_is_lost_with_the_uninstall(
    objects: Objects,
) -> None:
    async def lost(release: str) -> None:
        raise ConnectionError(release)

    with pytest.raises(ConnectionError):
        await drop_former(API, request_of(service_charts=(MAIL,)), lost)
    assert "data-search-0" in objects.names("PersistentVolumeClaim", is_going=True)


async def test_copies_of_a_database_outlive_its_entry(objects: Objects) -> None:
    assert EXTRAS in await dropped(objects, request_of())
    assert "copies" in objects.names("PersistentVolumeClaim", is_going=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"release": ReleasePlan(name=SEARCH, chart="search", source="remote")},
        {"components": ("web",)},
    ],
)
async def test_nothing_goes_before_the_main_release_is_up_as_a_whole(
    objects: Objects, changes: dict[str, object]
) -> None:
    assert await dropped(objects, request_of(**changes)) == []


async def test_an_older_worker_that_names_no_services_drops_none(objects: Objects) -> None:
    assert await dropped(objects, request_of(service_charts=None)) == [EXTRAS]
