"""Helm's own records: what was installed, and whose work the newest version is."""

import base64
import gzip
import json
from typing import Any

import pytest
from kubernetes.aio.client import ApiClient

from activities.helm.records import Record, ReleaseRecords, find_deployed, releases_in, values_of
from tests.activities.objects import use
from workflows import naming


def record(version: int, status: str = "deployed", **labels: str) -> Record:
    names = {"revision": naming.REVISION_LABEL, "stage": naming.STAGE_LABEL}
    found = {names[key]: value for key, value in labels.items()}
    return Record(name=f"r{version}", version=version, status=status, labels=found)


MINE = naming.short_hash("rev:1")


@pytest.mark.spec("ENV-018")
@pytest.mark.parametrize(
    ("records", "stage", "version"),
    [
        ([], 0, None),
        ([record(1, revision=MINE)], 0, 1),  # made before there were stages
        ([record(1, revision=MINE, stage="0")], 0, 1),
        ([record(1, revision=MINE, stage="1"), record(2, revision=MINE, stage="2")], 2, 2),
        ([record(1, revision=MINE, stage="1")], 2, None),
        ([record(1, revision=MINE, stage="2")], 0, None),
        ([record(1, revision="other", stage="2")], 2, None),
        ([record(1, revision=MINE, stage="1"), record(2, "failed", revision=MINE)], 1, None),
    ],
)
def test_an_attempt_finds_the_work_of_its_own_stage_alone(
    records: list[Record], stage: int, version: int | None
) -> None:
    found = find_deployed(tuple(records), "rev:1", stage)
    assert (found.version if found else None) == version


def release(**changes: Any) -> dict[str, Any]:
    chart = {
        "metadata": {"name": "app"},
        "values": {"image": {"tag": "", "pullPolicy": "Always"}, "security": {"runAsUser": 1}},
    }
    config = {"image": {"tag": "2"}, "components": {"web": {"kind": "web"}}}
    return {"chart": chart, "config": config, **changes}


def test_values_of_a_version_are_those_given_over_the_charts_own() -> None:
    assert values_of(release(), "app") == {
        "image": {"tag": "2", "pullPolicy": "Always"},
        "security": {"runAsUser": 1},
        "components": {"web": {"kind": "web"}},
    }


def test_a_null_takes_a_default_away_as_it_does_for_helm() -> None:
    found = values_of(release(config={"security": None, "image": {"tag": None}}), "app")
    assert found == {"image": {"pullPolicy": "Always"}}


def test_a_version_of_another_chart_says_nothing() -> None:
    assert values_of(release(), "shop") == {}
    assert values_of({"config": None, "chart": None}, "app") == {}
    assert values_of(release(config=None), "app").keys() == {"image", "security"}
    assert values_of({"chart": ["app"]}, "app") == {}
    assert values_of(release(config="x"), "app").keys() == {"image", "security"}


API: ApiClient = object()  # type: ignore[assignment]
OURS = {naming.REVISION_LABEL: MINE}


def secret(
    name: str = "shop", version: str = "1", status: str = "deployed", **more: Any
) -> dict[str, Any]:
    """A record as Helm keeps it."""
    found = {"owner": "helm", "name": name, "version": version, "status": status, **OURS}
    metadata = {
        "name": f"sh.helm.release.v1.{name}.v{version}",
        "labels": found,
        "resourceVersion": "1",
    }
    content = release(info={"status": status}, manifest=f"# {version}")
    return {"kind": "Secret", "metadata": metadata, "data": {"release": packed(content)}, **more}


def packed(content: object) -> str:
    made = gzip.compress(json.dumps(content).encode())
    return base64.b64encode(base64.b64encode(made)).decode()


@pytest.mark.spec("ENV-017")
async def test_what_people_have_installed_by_hand_is_none_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs, nameless = secret("debug-tools"), secret("")
    del theirs["metadata"]["labels"][naming.REVISION_LABEL]
    use(monkeypatch, secret(version="2"), secret(), secret("chart-search"), theirs, nameless)
    assert await releases_in(API, "web-shop") == ("chart-search", "shop")


async def test_what_was_cut_off_is_marked_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = secret(version="2", status="pending-upgrade")
    objects = use(monkeypatch, secret(), cut)
    assert await ReleaseRecords(API, "web-shop", "shop").settle() == 1
    assert cut["metadata"]["labels"]["status"] == "failed"
    assert objects.calls == [f"PATCH {cut['metadata']['name']}"]


MALFORMED = [
    {},
    {"release": ""},
    {"release": "?"},
    {"release": "ä"},
    {"release": base64.b64encode(b"AAAA").decode()},
    {"release": packed([])},
    {"release": packed(release())[:40]},
    {"release": base64.b64encode(base64.b64encode(gzip.compress(b"[" * 200_000))).decode()},
]


@pytest.mark.invariant(6)
@pytest.mark.parametrize("data", MALFORMED, ids=range(len(MALFORMED)))
async def test_what_only_looks_like_a_record_stops_nobody(
    data: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = secret(version="2", status="pending-upgrade")
    others = [
        secret(version=version, status=status, data=data)
        for version, status in (("3", "pending-install"), ("x", "deployed"), ("4", "deployed"))
    ]
    use(monkeypatch, secret(), cut, *others)
    records = ReleaseRecords(API, "web-shop", "shop")
    await records.settle()
    assert cut["metadata"]["labels"]["status"] == "failed"
    assert await records.newest_manifest() == "# 2"
    assert (await records.deployed_values("app"))["components"] == {"web": {"kind": "web"}}


async def test_a_record_that_nobody_may_change_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, secret(status="pending-install", immutable=True))
    await ReleaseRecords(API, "web-shop", "shop").settle()


async def test_where_nothing_can_be_read_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, secret(data={}))
    records = ReleaseRecords(API, "web-shop", "shop")
    assert await records.newest_manifest() == ""
    assert await records.deployed_values("app") == {}
