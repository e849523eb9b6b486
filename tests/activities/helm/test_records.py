"""Helm's own records: what was installed, and whose work the newest version is."""

from typing import Any

import pytest

from activities.helm.records import Record, find_deployed, values_of
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
