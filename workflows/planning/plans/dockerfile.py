"""Template type `dockerfile`: images built from the repository's Dockerfiles, in Catalyst's own chart."""

from workflows.models import BuildPlan
from workflows.models.repository import Application
from workflows.planning.detection.dockerfile import port_of_dockerfile
from workflows.planning.detection.files import Files
from workflows.planning.plans.builds import builds_of, told_builds
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.own_chart import front_first, front_of, own_chart, with_front_port
from workflows.planning.plans.values import Component


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
    case: Case, builds: tuple[BuildPlan, ...], application: Application | None = None
) -> Way:
    """The components of these builds; those whose Dockerfile exposes a port get a Service."""
    files = Files(case.tree)
    names = list(dict.fromkeys(each.component for each in builds))
    front = front_of(case, names)
    components = []
    for build in {each.component: each for each in builds}.values():
        port, _ = port_of_dockerfile(files, build.dockerfile)
        component = Component(build.component, port=port)
        if build.component == front:
            component = _front(case, component, build, application)
        components.append(component)
    return own_chart(
        case,
        front_first(front, components),
        "baseline",
        builds=builds,
        detected=application.variables if application else None,
        application=application,
    )


def _front(
    case: Case, component: Component, build: BuildPlan, application: Application | None
) -> Component:
    start = case.overrides.start.strip()
    if start and application is None:
        case.story.because(
            f"`{build.component}` runs `{start}` instead of the image's own command, because it is set."
        )
    command = ("/bin/sh", "-c", start) if start else ()
    found = application.port if application else component.port
    return with_front_port(
        case,
        Component(component.name, port=found, command=command),
        "" if application else build.dockerfile,
    )
