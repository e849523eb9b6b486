"""Services that are charts, of several repositories in one environment."""

import pytest

from tests.workflows.planning.plans.cases import NODE, component, mapping
from tests.workflows.planning.plans.several.cases import (
    BACKEND,
    joined,
    problems_of,
    project_with,
)
from workflows.models import (
    ServiceSettings,
    SourceSettings,
)

pytestmark = pytest.mark.spec("ENV-016")


def searching(repository: str = "oci://registry.example.com/charts") -> dict[str, ServiceSettings]:
    version = "1.0.0" if repository else ""
    asked = ServiceSettings(chart="search", repository=repository, version=version, port=9200)
    return {"search": asked}


@pytest.mark.spec("ENV-017")
def test_services_that_are_charts_come_along_before_what_they_are_for() -> None:
    along = SourceSettings(source="backend", path="/api", services=searching())
    plan = joined(project_with(along))
    assert [each.release.name for each in plan.service_charts] == ["chart-pr-frontend-7-search"]
    assert [each.title for each in plan.stages] == [
        "backend: service search",
        "backend: application",
        "frontend: application",
    ]
    env = mapping(component(plan, "backend-web")["env"])
    assert env["SEARCH_HOST"] == "chart-pr-frontend-7-search"


@pytest.mark.spec("ENV-017")
def test_charts_that_cannot_come_along_are_refused() -> None:
    own = SourceSettings(source="backend", path="/api", services=searching())
    (problem,) = problems_of(project=project_with(own, services=searching()))
    assert "`frontend` and `backend` both have a chart as the service `search`" in problem
    files = {"backend": {**NODE, "search/Chart.yaml": "name: search\nversion: 1.0.0\n"}}
    local = SourceSettings(source="backend", path="/api", services=searching(""))
    (problem,) = problems_of(project=project_with(local), files=files)
    assert "is a chart in its repository, which is not fetched" in problem


@pytest.mark.spec("ENV-017")
def test_a_chart_and_something_else_of_one_name_are_refused() -> None:
    image = {"search": ServiceSettings(image="acme/search:1", port=9200)}
    one = (
        "`backend` has a chart as the service `search`, and `frontend` something else of that name"
    )
    other = "`frontend` has a chart as the service `search`, and `backend` something else"
    for own, along, told in ((image, searching(), one), (searching(), image, other)):
        source = SourceSettings(source="backend", path="/api", services=along)
        (problem,) = problems_of(project=project_with(source, services=own))
        assert told in problem
    builds = SourceSettings.model_validate(
        {"source": "backend", "type": "dockerfile", "builds": [{"component": "search"}]}
    )
    files = {"backend": {"Dockerfile": "FROM scratch\nEXPOSE 90\n"}}
    (problem,) = problems_of(project=project_with(builds, services=searching()), files=files)
    assert other in problem


@pytest.mark.spec("ENV-017")
def test_no_component_gets_the_name_of_a_chart() -> None:
    services = {"backend-web": searching()["search"]}
    plan = joined(project_with(BACKEND, services=services))
    names = list(mapping(plan.release.values["components"]))
    assert names[0] == "frontend-web"
    assert names[1].startswith("x-backend-web-")


@pytest.mark.spec("ENV-017")
def test_values_of_charts_of_all_sources_have_a_limit_together() -> None:
    def asked(name: str) -> dict[str, ServiceSettings]:
        large = searching()["search"].model_copy(update={"values": {"a": "x" * 2**17}})
        return {f"{name}{number}": large for number in range(2)}

    source = SourceSettings(source="backend", path="/api", services=asked("there"))
    assert len(joined(project_with(source, services=searching())).service_charts) == 3
    (problem,) = problems_of(project=project_with(source, services=asked("here")))
    assert "have `values` of more than 512 KiB together" in problem
