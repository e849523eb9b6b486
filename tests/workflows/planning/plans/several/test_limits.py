"""What several sources may use together: shared by all of their components, refused where it is not enough (FR-010)."""

from typing import Any

import pytest

from tests.workflows.planning.plans.cases import Files, mapping, plan_of
from tests.workflows.planning.plans.several.cases import PAGE, joined, problems_of, project_with
from workflows.models import Quota, RevisionPlan, Template
from workflows.repo_config.quantities import quantity

pytestmark = pytest.mark.spec("ENV-012", "ENV-016", "FR-010")


def composed(number: int, start: str, said: str = "image: busybox, expose: [80]") -> Files:
    """A compose file with so many services, each with a name of its own."""
    lines = "".join(f"  {start}{at:02}: {{{said}}}\n" for at in range(number))
    return {"compose.yaml": f"services:\n{lines}"}


def both(front: int, back: int, **quota: Any) -> RevisionPlan:
    files = {"frontend": composed(front, "f"), "backend": composed(back, "b")}
    return joined(project_with(quota=Quota(**quota)), files=files)


def limits(plan: RevisionPlan, resource: str) -> list[str]:
    components = mapping(plan.release.values["components"])
    resources = (mapping(mapping(each).get("resources", {})) for each in components.values())
    return [str(mapping(each.get("limits", {})).get(resource, "")) for each in resources]


def test_a_few_services_of_each_have_the_usual_limits() -> None:
    assert set(limits(both(2, 2), "memory")) == {""}


def test_two_files_that_fit_by_themselves_share_what_there_is() -> None:
    alone = plan_of(composed(6, "f"), Template(type="auto"))
    plan = both(6, 6)
    told = limits(plan, "memory")
    assert len(told) == 12
    assert set(told) == {"336Mi"} != set(limits(alone, "memory"))
    said = [each for each in plan.reasons if "names no limit" in each]
    assert len(said) == 2, "of CPU and of memory, and of nothing that was divided before"
    assert all("so all 12 fit" in each for each in said)
    assert plan.room is None


def test_what_was_divided_for_one_file_is_divided_anew() -> None:
    plan = both(20, 5)
    total = sum(quantity(each) for each in limits(plan, "memory"))
    assert len(limits(plan, "memory")) == 25
    assert total <= quantity(Quota().memory)
    assert len({*limits(plan, "memory")}) == 1, "no file has a larger part than the other"


def test_an_image_beside_a_compose_file_is_counted_too() -> None:
    plan = joined(files={"frontend": PAGE, "backend": composed(12, "b")})
    told = limits(plan, "memory")
    assert len(told) == 13
    assert len(set(told)) == 1
    assert told[0] != ""


def test_sources_without_a_compose_file_stay_as_they_are() -> None:
    assert set(limits(joined(), "memory")) == {""}


def test_together_they_may_be_too_many() -> None:
    project = project_with(quota=Quota(pods=10))
    files = {"frontend": composed(6, "f"), "backend": composed(6, "b")}
    problems = problems_of(project=project, files=files)
    (problem,) = [each for each in problems if "`quota.pods`" in each]
    assert problem.startswith("All sources together: it needs 12 pods")


def test_what_they_say_themselves_may_be_too_much() -> None:
    large = "image: busybox, expose: [80], mem_limit: 5g"
    files = {"frontend": composed(1, "f", large), "backend": composed(1, "b", large)}
    problems = problems_of(project=project_with(quota=Quota(memory="8Gi")), files=files)
    (problem,) = [each for each in problems if "`quota.memory`" in each]
    assert "(limits: `frontend/f00` 5Gi, `backend/b00` 5Gi)" in problem
