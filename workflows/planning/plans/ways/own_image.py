"""One environment's own image, in place of the one that would be built or that the template names (ENV-030)."""

from dataclasses import replace

from workflows.models import PrebuiltImage, Understanding
from workflows.planning.plans.builds import described
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.images import filled
from workflows.planning.plans.values import Component
from workflows.planning.plans.variables import Layer
from workflows.planning.plans.ways.own_chart import own_chart, with_front_port


def instead_of_first(case: Case, way: Way) -> Way:
    """The way with its first image exchanged: the one that the public URL leads to in Catalyst's own chart."""
    if not case.request.image:
        return way
    names = [each.component for each in way.builds] + [each.component for each in way.images]
    components = way.release.values.get("components")
    if way.release.source == "catalyst" and isinstance(components, dict):
        names = [*components, *names]
    if not names:
        case.story.warn(
            f"This environment's own image `{case.request.image}` has no effect: nothing is built or prebuilt."
        )
        return way
    image = _image(case, names[0])
    builds = tuple(each for each in way.builds if each.component != names[0])
    return replace(
        way,
        builds=builds,
        images=(image, *(each for each in way.images if each.component != names[0])),
        files=described(builds, way.release.value_files),
    )


def instead_of_detected(case: Case, found: Understanding, layers: list[Layer]) -> Way:
    """The image with what was found out about the application, whose sources it is made of."""
    application = found.application
    component = with_front_port(case, Component("web", port=application.port))
    image = _image(case, component.name)
    return own_chart(case, [component], images=(image,), found=layers, application=application)


def _image(case: Case, component: str) -> PrebuiltImage:
    case.story.because(
        f"`{component}` runs this environment's own image instead of the one that belongs to the commit."
    )
    return filled(case, PrebuiltImage(component=component, image=case.request.image))
