"""A service that is a chart: where it comes from, in which version, and what it is told."""

import pytest
from pydantic import JsonValue

from tests.workflows.repo_config.configs import one_problem, parse
from workflows.repo_config import RepoConfig, parse_config
from workflows.repo_config.problems import ConfigError
from workflows.repo_config.rules import MAX_VALUES

pytestmark = pytest.mark.spec("ENV-017")
ASKED = "services: {a: {chart: %s, repository: 'oci://b.org/c', version: %s}}"


@pytest.mark.parametrize(
    "version", ["2.1.0", "0.0.1", "v1.16.2", "2.1.0-rc.1", "'2.1.0'", "2.1.0-rc.1+b.7"]
)
def test_a_chart_of_a_repository_has_one_whole_version(version: str) -> None:
    config = parse(f"version: 1\n{ASKED % ('x', version)}")
    assert config.services["a"].version == version.strip("'")


@pytest.mark.parametrize(
    "version", ["2", "1.10", "'2'", "2.1", "'~2.1.0'", "2.1.x", "02.1.0", "2.1.0.1", "latest"]
)
def test_a_range_of_versions_is_refused(version: str) -> None:
    found = one_problem(ASKED % ("x", version))
    assert "`services.a.version` must be one whole version such as `2.1.0`" in found


@pytest.mark.parametrize("chart", ["bitnami/redis", "./x", "x/"])
def test_a_path_to_a_chart_belongs_into_its_repository(chart: str) -> None:
    found = one_problem(ASKED % (chart, "1.0.0"))
    assert "`services.a.chart` must be the chart's name" in found
    assert "belongs into `services.a.repository`" in found


def test_the_version_of_a_provided_service_is_a_tag() -> None:
    found = one_problem("services: {a: {type: redis, version: 7.4.0+x}}")
    assert "`services.a.version` must be the tag of an image" in found


def of_size(size: int) -> str:
    """Values that are so many bytes of JSON."""
    return "{a: '" + "x" * (size - len('{"a": ""}')) + "'}"


def test_values_have_a_limit_with_anchors_followed() -> None:
    config = parse(f"version: 1\nservices: {{a: {{chart: x, values: {of_size(200 * 1024)}}}}}")
    assert "a" in config.services
    repeated = "{t: &t '" + "x" * 100 * 1024 + "', l: [*t, *t]}"
    found = one_problem(f"services:\n  a:\n    chart: x\n    values: {repeated}")
    assert found.startswith("5:5: `services.a.values` has more than 256 KiB")


def of_text(text: str) -> RepoConfig:
    values: dict[str, JsonValue] = {"a": text}
    return parse_config({"version": 1, "services": {"a": {"chart": "x", "values": values}}})


def test_values_are_measured_as_they_travel() -> None:
    longest = MAX_VALUES - len('{"a": ""}')
    assert of_text("x" * longest).services["a"].values == {"a": "x" * longest}
    with pytest.raises(ConfigError, match="more than 256 KiB"):
        of_text("x" * (longest + 1))
    with pytest.raises(ConfigError, match="more than 256 KiB"):
        of_text("é" * (MAX_VALUES // 2))


def test_values_of_all_services_have_a_limit_together() -> None:
    text = "services:\n" + "".join(
        f"  s{number}: {{chart: x, values: {{a: {'&t ' + 'x' * 150 * 1024 if not number else '*t'}}}}}\n"
        for number in range(4)
    )
    assert "`services` have `values` of more than 512 KiB together" in one_problem(text)
