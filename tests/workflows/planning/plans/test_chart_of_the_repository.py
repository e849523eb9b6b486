"""A template and what was found in the repository make a plan, or a cause that names everything missing."""

import pytest

from tests.workflows.planning.plans.cases import asked
from tests.workflows.values import A
from workflows.errors import ManifestError, PlanError
from workflows.models import (
    BuildSettings,
    ChartFacts,
    FileFacts,
    RepositoryFacts,
    RepositoryTree,
    RevisionPlan,
    Template,
)
from workflows.planning.plans import make_plan, settle

TEMPLATE = Template(
    chart="deploy/chart",
    builds=(
        BuildSettings(component="web", args={"X": "1"}),
        BuildSettings(component="jobs", context="jobs", dockerfile="jobs/Dockerfile", target="run"),
    ),
    values={"replicas": 2},
)
CHART = ChartFacts(path="deploy/chart", is_present=True, name="shop", version="0.1.0")
FILES = tuple(
    FileFacts(path=path, is_present=True) for path in (".", "Dockerfile", "jobs", "jobs/Dockerfile")
)


def made(chart: ChartFacts = CHART, files: tuple[FileFacts, ...] = FILES) -> RevisionPlan:
    settled = settle(asked(TEMPLATE), RepositoryTree(), None)
    return make_plan(settled, RepositoryFacts(commit=A, charts=(chart,), files=files))


@pytest.mark.spec("FR-002")
def test_a_plan_names_images_release_and_reasons() -> None:
    plan = made()
    assert plan.commit == A
    assert [each.component for each in plan.builds] == ["web", "jobs"]
    assert plan.builds[0].args == {"X": "1"}
    assert plan.builds[1].target == "run"
    assert (plan.release.name, plan.release.chart) == ("pr-shop-7", "deploy/chart")
    assert plan.release.values == {"replicas": 2}
    assert plan.release.source == "repository"
    assert plan.reasons == (
        "Chart shop 0.1.0 in `deploy/chart`",
        "Image `web` from `Dockerfile`, context `.`",
        "Image `jobs` from `jobs/Dockerfile`, context `jobs`",
    )


def test_what_has_to_be_described_is_asked_for_once() -> None:
    settled = settle(asked(TEMPLATE), RepositoryTree(), None)
    assert settled.charts == ("deploy/chart",)
    assert settled.files == (".", "Dockerfile", "jobs", "jobs/Dockerfile")
    assert settled.directories == ()


@pytest.mark.spec("EC-2", "FR-009")
@pytest.mark.parametrize(
    ("chart", "files", "words"),
    [
        (CHART.model_copy(update={"is_present": False}), FILES, "`Chart.yaml` was not found"),
        (CHART.model_copy(update={"is_inside": False}), FILES, "leads out of the repository"),
        (CHART.model_copy(update={"path": "chart"}), FILES, "`Chart.yaml` was not found"),
        (CHART, FILES[:1] + FILES[2:], "The Dockerfile `Dockerfile` of `web` was not found"),
        (
            CHART,
            (*FILES[:2], FileFacts(path="jobs", is_present=True, is_inside=False), FILES[3]),
            "The build context `jobs` of `jobs` leads out",
        ),
    ],
)
def test_what_is_missing_or_outside_is_named(
    chart: ChartFacts, files: tuple[FileFacts, ...], words: str
) -> None:
    with pytest.raises(PlanError) as caught:
        made(chart, files)
    assert words in str(caught.value)
    assert caught.value.hint


def test_everything_that_is_missing_is_named_at_once() -> None:
    settled = settle(asked(TEMPLATE), RepositoryTree(), None)
    with pytest.raises(PlanError) as caught:
        make_plan(settled, RepositoryFacts(commit=A))
    assert len(caught.value.excerpt) == 5


@pytest.mark.spec("EC-2")
def test_a_chart_that_cannot_be_read_is_quoted() -> None:
    broken = CHART.model_copy(update={"error": "Chart.yaml:3: mapping values are not allowed"})
    with pytest.raises(ManifestError) as caught:
        made(broken)
    assert "Chart.yaml:3" in str(caught.value)


def test_a_chart_without_name_and_version_is_still_a_chart() -> None:
    plan = made(ChartFacts(path="deploy/chart", is_present=True))
    assert plan.reasons[0] == "Chart without a name in `deploy/chart`"


def test_a_project_without_the_template_says_what_to_add() -> None:
    with pytest.raises(PlanError) as caught:
        settle(asked(TEMPLATE, key="production"), RepositoryTree(), None)
    assert str(caught.value) == "the project has no template `production`"
    assert "Add the template" in caught.value.hint
