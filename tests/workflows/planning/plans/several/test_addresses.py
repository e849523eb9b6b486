"""What nothing listens in is led to by nothing, and that is said."""

import pytest

from tests.workflows.planning.plans.several.cases import joined, project_with
from workflows.models import RouteSettings
from workflows.planning.detection.story import Story
from workflows.planning.plans.several.addresses import (
    root_of,
    routes_of,
    told_of_each_other,
    variable_of,
)
from workflows.planning.plans.several.parts import Part
from workflows.planning.plans.several.settings import source_named

pytestmark = pytest.mark.spec("ENV-016")


def silent(name: str, path: str = "") -> Part:
    """A source that is one worker."""
    part = Part(name, path, joined()).with_components({name: {"kind": "worker"}})
    return part.with_plan(route=RouteSettings(), more_routes=())


def test_a_path_that_leads_to_nothing_is_refused() -> None:
    problems: list[str] = []
    routes_of([silent("jobs", "/jobs")], Story(), problems)
    assert problems == [
        "The template leads `/jobs` to `jobs`, and nothing of that source is reached by a port."
    ]


def test_where_nothing_listens_there_is_no_root_and_nobody_is_told_of_anybody() -> None:
    story, problems, parts = Story(), list[str](), [silent("jobs"), silent("mail")]
    assert root_of(parts) is None
    assert routes_of(parts, story, problems) == (RouteSettings(), ())
    assert told_of_each_other(parts, story)[0].components == parts[0].components
    assert (story.reasons, problems) == ([], [])


def test_the_first_that_listens_is_shown_where_the_pull_requests_own_does_not() -> None:
    shown = Part("page", "", joined())
    assert root_of([silent("jobs"), shown]) is shown


@pytest.mark.parametrize(
    ("source", "variable"),
    [("backend", "BACKEND_URL"), ("price-list", "PRICE_LIST_URL"), ("2048", "_2048_URL")],
)
def test_a_variable_is_called_after_its_source(source: str, variable: str) -> None:
    assert variable_of(source) == variable


def test_a_source_is_found_by_its_name() -> None:
    project = project_with()
    found = source_named(project, "backend")
    assert found is not None
    assert found.repository == "acme/backend"
    assert source_named(project, "nobody") is None
