"""Whether a release would be deployed as it stands."""

import pytest

from tests.workflows.planning.plans.cases import NODE, plan_of
from tests.workflows.values import B
from workflows.models import BuildPlan, Quota, Template
from workflows.planning.release_mark import release_mark

DEVELOPMENT = Template(type="auto", mode="development")
pytestmark = pytest.mark.spec("ENV-005")


def test_another_commit_and_another_command_make_the_same_release() -> None:
    plan = plan_of(NODE, DEVELOPMENT)
    mark = release_mark(plan)
    assert mark
    assert release_mark(plan_of(NODE, DEVELOPMENT, commit=B)) == mark
    assert release_mark(plan_of(NODE, DEVELOPMENT, config="commands: {dev: node x.js}")) == mark


def test_variables_and_limits_make_another_one() -> None:
    plan = plan_of(NODE, DEVELOPMENT)
    others = {
        release_mark(plan),
        release_mark(plan_of(NODE, DEVELOPMENT.model_copy(update={"quota": Quota(cpu="2")}))),
        release_mark(plan_of(NODE, DEVELOPMENT, config="variables: {A: b}")),
    }
    assert len(others) == 3


def test_a_chart_beside_it_makes_another_one() -> None:
    chart = "services: {search: {chart: a, repository: 'oci://b.org/c', version: 1.0.0, values: {x: %s}}}"
    plans = [plan_of(NODE, DEVELOPMENT, config=config) for config in ("", chart % 1, chart % 2)]
    assert len({release_mark(plan) for plan in plans}) == 3


@pytest.mark.spec("ENV-017")
def test_a_chart_of_the_commit_is_another_release_each_time() -> None:
    files = {**NODE, "deploy/search/Chart.yaml": "name: search\nversion: 1.0.0\n"}
    plan = plan_of(files, DEVELOPMENT, config="services: {search: {chart: deploy/search}}")
    assert plan.service_charts
    assert release_mark(plan) == ""


def test_what_is_built_or_deployed_as_an_image_is_another_release_each_time() -> None:
    plan = plan_of(NODE, DEVELOPMENT)
    build = BuildPlan(component="web", context=".", dockerfile="Dockerfile")
    assert release_mark(plan.model_copy(update={"builds": (build,)})) == ""
    assert release_mark(plan_of(NODE)) == ""
