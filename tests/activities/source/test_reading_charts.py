"""What a Chart.yaml says about itself, without trusting any of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.documents import MAX_BYTES
from activities.source.chart import read_chart
from workflows.models import ChartFacts

pytestmark = pytest.mark.spec("EC-2", "OPS-5")

GOOD = "apiVersion: v2\nname: shop\nversion: 1.2.3\n"


def chart(text: str | bytes) -> ChartFacts:
    return read_chart(text.encode() if isinstance(text, str) else text, "chart")


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "apiVersion: v1\nname: shop\nversion: v1.2\n",
        GOOD + "type: application\nannotations: {a: b}\n",
        GOOD + "dependencies:\n- name: lib\n  version: 1.0.0\n  repository: file://../lib\n",
        GOOD
        + "dependencies:\n- name: db\n  version: 1.0.0\n  repository: https://example.com/charts\n",
        GOOD.replace("1.2.3", "0.1.0-rc.1+build.5"),
    ],
)
def test_a_good_chart_is_named_with_its_version(text: str) -> None:
    found = chart(text)
    assert (found.error, found.name, found.is_present) == ("", "shop", True)
    assert found.version


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "chart/Chart.yaml:1: is not a mapping of fields"),
        ("- a\n- b\n", "chart/Chart.yaml:1: is not a mapping of fields"),
        ("apiVersion: v2\nversion: 1.2.3\n", "chart/Chart.yaml: `name` is missing"),
        ("apiVersion: v2\nname: shop\n", "chart/Chart.yaml: `version` is missing"),
        (GOOD.replace("v2", "v3"), "chart/Chart.yaml:1: apiVersion is `v3`, not v1 or v2"),
        (
            GOOD.replace("1.2.3", "latest"),
            "chart/Chart.yaml:3: version `latest` is not a semantic version",
        ),
        (GOOD.replace("shop", "../shop"), "chart/Chart.yaml:2: `../shop` is no name for a chart"),
        (GOOD.replace("shop", "[a]"), "chart/Chart.yaml:2: `name` is not a text"),
        (
            GOOD + "type: library\n",
            "chart/Chart.yaml:4: a chart of type `library` cannot be installed",
        ),
        (
            GOOD + "dependencies:\n- name: lib\n  repository: file://../../lib\n",
            "chart/Chart.yaml:6: dependency `file://../../lib` leads out of the repository",
        ),
        (GOOD + "home: [\n", "chart/Chart.yaml:5: "),
        (GOOD + "\tx: 1\n", "chart/Chart.yaml:4: "),
        (GOOD + "a: *nobody\n", "chart/Chart.yaml:4: "),
        (GOOD + "---\nb: 1\n", "chart/Chart.yaml:4: "),
        (b"\xff\xfe\x00broken", "chart/Chart.yaml"),
        (b"name: \x00\n", "chart/Chart.yaml: holds characters that YAML does not allow"),
        ("[" * 5000, "chart/Chart.yaml: is nested too deeply"),
        ("# " + "x" * MAX_BYTES, "chart/Chart.yaml: is larger than 256 KiB"),
    ],
)
def test_a_bad_chart_is_told_with_file_line_and_reason(text: str | bytes, error: str) -> None:
    found = chart(text)
    assert found.is_present
    assert found.error.startswith(error)


@pytest.mark.timeout(10)
def test_a_chart_that_multiplies_itself_costs_nothing() -> None:
    levels = "".join(
        f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}\n" for n in range(1, 60)
    )
    text = f"l0: &l0 {{a: b}}\n{levels}{GOOD}"
    assert chart(text).error == ""


def test_a_tag_in_a_chart_runs_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"{GOOD}x: !!python/object/apply:os.mkdir ['{marker}']\n"
    chart(text)
    assert not marker.exists()


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_described_without_a_crash(data: bytes) -> None:
    found = chart(data)
    assert found.is_present
