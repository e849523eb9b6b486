"""A service that is a chart: where it comes from, in which version, and what it is told."""

import pytest

from tests.workflows.repo_config.configs import one_problem, parse

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
