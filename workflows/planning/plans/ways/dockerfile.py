"""Template type `dockerfile`: images built from the repository's Dockerfiles, in Catalyst's own chart."""

from collections.abc import Sequence

from workflows.models import BuildPlan
from workflows.models.repository import Application
from workflows.planning.detection.dockerfile import port_of_dockerfile
from workflows.planning.detection.files import Files, shorten
from workflows.planning.plans.builds import builds_of, told_builds
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import Component
from workflows.planning.plans.variables import Layer
from workflows.planning.plans.ways.own_chart import (
    front_first,
    front_of,
    own_chart,
    with_front_port,
)


def dockerfile(case: Case) -> Way:
    """Each build as a component."""
    builds = builds_of(case)
    if not builds:
        case.problems.append(
            f"The template `{case.key}` is of type `dockerfile` and names no build; add one to its `builds`."
        )
    told_builds(case, builds)
    return from_builds(case, builds)


def from_builds(
    case: Case,
    builds: tuple[BuildPlan, ...],
    application: Application | None = None,
    found: Sequence[Layer] = (),
) -> Way:
    """The components of these builds; those whose Dockerfile exposes a port get a Service."""
    files = Files(case.tree)
    by_name = {each.component: each for each in builds}
    front = front_of(case, list(by_name))
    components = []
    for build in by_name.values():
        port, reason = port_of_dockerfile(files, build.dockerfile, build.target)
        if application and application.port:
            port, reason = application.port, ""  # told already
        component = Component(build.component, port=port)
        if build.component == front:
            command = started(case, front)
            component = Component(front, port=port, command=command)
            component = with_front_port(case, component, reason)
        components.append(component)
    return own_chart(
        case,
        front_first(front, components),
        builds=builds,
        found=found,
        application=application,
    )


def started(case: Case, component: str) -> tuple[str, ...]:
    """What is run instead of the image's own command; empty when nobody says so."""
    start = case.overrides.start.strip()
    if not start:
        return ()
    case.story.because(
        f"`{component}` runs `{shorten(start)}` instead of the image's own command, because it is set."
    )
    return ("/bin/sh", "-c", start)
