"""Template type `image`: what others have built, in Catalyst's own chart (ENV-013)."""

from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.images import images_of
from workflows.planning.plans.values import Component
from workflows.planning.plans.ways.dockerfile import started
from workflows.planning.plans.ways.own_chart import (
    front_first,
    front_of,
    own_chart,
    with_front_port,
)


def image(case: Case) -> Way:
    """Each prebuilt image as a component; only the front one is known to listen."""
    if case.config.builds:
        case.problems.append(
            f"{case.place(('builds',))}: `builds` asks for images to be built, and the template `{case.key}` deploys "
            "images that others build; remove `builds`, or name another template with `template`."
        )
    images = images_of(case)
    if not images:
        case.problems.append(
            f"The template `{case.key}` is of type `image` and names no image; add one to its `images`."
        )
    names = list(dict.fromkeys(each.component for each in images))
    front = front_of(case, names)
    components = [_component(case, name, front) for name in names]
    return own_chart(case, front_first(front, components), images=images)


def _component(case: Case, name: str, front: str) -> Component:
    if name != front:
        return Component(name)
    return with_front_port(case, Component(name, command=started(case, name)))
