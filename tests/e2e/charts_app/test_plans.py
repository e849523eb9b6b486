"""What planning makes for this chart, the real Helm renders: nothing that only a person's values would fulfil."""

from typing import Any

import pytest

from tests.e2e.charts_app.chart import Chart
from tests.workflows.planning.plans.cases import DOCKERFILE, NODE, plan_of
from workflows.models import BuildSettings, PrebuiltImage, RevisionPlan, Template

pytestmark = [pytest.mark.cluster]

ODD = {**NODE, "a/Dockerfile": DOCKERFILE, "b/Dockerfile": DOCKERFILE}
TWO = Template(
    type="dockerfile",
    builds=tuple(
        BuildSettings(component=name, context=name[0], dockerfile=f"{name[0]}/Dockerfile")
        for name in ("a-" + "x" * 30, "b")
    ),
)
PLANS = {
    "node": (
        NODE,
        Template(type="auto", secrets=("TOKEN",), variables={"A": "{url}"}),
        "pr-shop-7",
    ),
    "nothing": ({"README": ""}, Template(type="auto"), "pr-shop-7"),
    "devcontainer": ({".devcontainer.json": '{"image": "debian:12"}'}, Template(type="auto"), "7"),
    "images": (
        {},
        Template(type="image", images=(PrebuiltImage(image="acme/shop:{sha}"),)),
        "x" * 63,
    ),
    "components": (ODD, TWO, "pr-" + "y" * 40),
    "components of an odd release": (ODD, TWO, "7-" + "y" * 51),
}


def with_images(plan: RevisionPlan) -> dict[str, Any]:
    """The values as they are once everything is built."""
    names = [each.component for each in plan.builds] + [each.component for each in plan.images]
    images = {name: f"registry.example/{name}@sha256:{'0' * 64}" for name in names}
    return {**plan.release.values, "global": {"catalyst": {"images": images}}}


@pytest.mark.spec("ENV-004", "ENV-008", "ENV-013", "ENV-031")
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_renders_and_its_route_leads_to_a_service(chart: Chart, name: str) -> None:
    files, template, environment = PLANS[name]
    plan = plan_of(files, template, environment=environment)
    rendered = chart.render(with_images(plan), plan.release.name)
    components = plan.release.values["components"]
    assert isinstance(components, dict)
    assert set(rendered.templates()) == set(components)
    services = rendered.all("Service")
    if plan.route.service:
        assert plan.route.service in services
    else:
        assert len(services) == 1
