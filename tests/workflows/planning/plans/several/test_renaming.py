"""A component under another name: whatever of a plan speaks of it says the new one."""

import pytest

from tests.workflows.planning.plans.cases import NODE, plan_of
from workflows.models import Template
from workflows.planning.plans.several.renaming import components_of, renamed

pytestmark = pytest.mark.spec("ENV-016")


@pytest.mark.spec("ENV-005")
@pytest.mark.parametrize(
    ("names", "component"),
    [({"web": "shop-web"}, "shop-web"), ({"db": "shop-db"}, "web"), ({}, "web")],
    ids=["its own", "another one", "none"],
)
def test_a_development_plan_names_the_pod_that_holds_the_code(
    names: dict[str, str], component: str
) -> None:
    plan = renamed(plan_of(NODE, Template(type="auto", mode="development")), names)
    assert plan.development
    assert plan.development.component == component
    assert component in components_of(plan)


def test_a_plan_without_one_has_none_under_another_name_either() -> None:
    plan = renamed(plan_of(NODE, Template(type="auto")), {"web": "shop-web"})
    assert plan.development is None
