"""Whatever two sources call their components: none is lost, none is mixed up, and every route leads somewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.planning.plans.several.cases import joined, project_with
from workflows.models import PrebuiltImage, SourceSettings
from workflows.planning.plans.several.renaming import components_of
from workflows.planning.plans.values import service_name

pytestmark = pytest.mark.spec("ENV-016")

NAMES = st.lists(
    st.sampled_from(["web", "api", "db", "backend-web", "frontend-web", "x" * 40]),
    min_size=1,
    max_size=4,
    unique=True,
)


def images_of(source: str, names: list[str]) -> SourceSettings:
    images = tuple(
        PrebuiltImage(component=name, image=f"registry.example.com/{source}/{name}:1")
        for name in names
    )
    return SourceSettings(source=source, type="image", images=images, path=f"/{source}")


@settings(max_examples=40, deadline=None)
@given(frontend=NAMES, backend=NAMES)
def test_every_component_has_its_own_image_and_every_route_a_service(
    frontend: list[str], backend: list[str]
) -> None:
    plan = joined(project_with(images_of("frontend", frontend), images_of("backend", backend)))
    components = components_of(plan)
    assert len(components) == len(frontend) + len(backend)
    images = {each.component: each.image for each in plan.images}
    assert set(images) == set(components)
    for name, image in images.items():
        assert name.endswith(image.rpartition("/")[2].removesuffix(":1")) or name.startswith("x-")
    reached = {service_name(plan.release.name, name) for name in components}
    assert {plan.route.service, *(each.service for each in plan.more_routes)} <= reached
