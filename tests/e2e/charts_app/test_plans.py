"""What planning makes for this chart, the real Helm renders: nothing that only a person's values would fulfil."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from activities import kube
from tests.e2e.charts_app.chart import Chart
from tests.e2e.helm.conftest import Release
from tests.e2e.stacks import ROOT
from tests.e2e.support.waiting import eventually
from tests.workflows.planning.plans.cases import DOCKERFILE, NODE, plan_of
from workflows.errors import PlanError
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
COMPOSE = sorted((ROOT / "tests/corpus").glob("compose-*.yaml"))


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


@pytest.mark.spec("ENV-008", "EC-1")
async def test_the_container_that_says_what_is_missing_runs_and_answers(release: Release) -> None:
    plan = plan_of({"README.md": "Notes"}, environment=release.ref.environment)
    commit = await release.source.push({"README.md": "Notes"})
    request = release.request(commit)
    await release.activities.deploy_release(
        request.model_copy(update={"release": plan.release, "images": ()})
    )
    namespace, name = release.ref.namespace, f"{release.ref.environment}-web"

    async def is_ready() -> bool:
        found = await release.named("apps/v1", "deployments", name)
        return bool(found["status"].get("readyReplicas"))

    await eventually(is_ready, within=60, what="the base container is ready")
    path = f"/api/v1/namespaces/{namespace}/services/{name}:8080/proxy/"
    page = await kube.read_text(release.cluster.api, path)
    assert "<h1>Nothing to run was found</h1>" in page
    assert "<code>commands.start</code>" in page


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.stem)
def test_a_compose_file_of_the_corpus_renders_with_every_claim_that_its_pods_name(
    chart: Chart, path: Path
) -> None:
    try:
        plan = plan_of(yaml.safe_load(path.read_text())["files"])
    except PlanError:
        return  # refusals have expectations of their own
    rendered = chart.render(with_images(plan), plan.release.name)
    assert not plan.route.service or plan.route.service in rendered.all("Service")
    claims = rendered.all("PersistentVolumeClaim")
    for template in rendered.templates().values():
        for volume in template["spec"].get("volumes", ()):
            claim = volume.get("persistentVolumeClaim")
            assert claim is None or claim["claimName"] in claims
