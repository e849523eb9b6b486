"""The release of an application that has no chart of its own: Catalyst's, filled in."""

from collections.abc import Sequence
from dataclasses import replace

from workflows.models import BuildPlan, HealthCheck, PrebuiltImage, ReleasePlan, RouteSettings
from workflows.models.repository import Application
from workflows.planning.plans.builds import described
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.routes import root_route
from workflows.planning.plans.values import (
    MAX_COMPONENT,
    Component,
    app_values,
    is_component_name,
    service_name,
)
from workflows.planning.plans.variables import Layer, Variables, said_port, variables_of

ASSUMED_PORT = 8080


def own_chart(
    case: Case,
    components: Sequence[Component],
    *,
    builds: tuple[BuildPlan, ...] = (),
    images: tuple[PrebuiltImage, ...] = (),
    found: Sequence[Layer] = (),
    application: Application | None = None,
    health: HealthCheck | None = None,
) -> Way:
    """The way to deploy these components. The first is what the public URL leads to, unless a route names another."""
    case.problems.extend(
        f"The component `{each.name}` needs another name: at most {MAX_COMPONENT} lower-case letters, digits and "
        "single hyphens, a letter first."
        for each in components
        if not is_component_name(each.name)
    )
    if health is None:  # a page of Catalyst's own is shown wherever the application would have been
        front_of(case, [each.name for each in components])
    variables = variables_of(case, found)
    case.story.because(variables.told())
    tell_secrets(case, variables)
    return Way(
        release=ReleasePlan(
            name=case.release,
            chart="",
            source="catalyst",
            values=app_values(components, variables.values, has_secrets=bool(case.secrets)),
        ),
        builds=builds,
        images=images,
        route=_route(case, components),
        health=health,
        application=application,
        files=described(builds),
    )


def tell_secrets(case: Case, variables: Variables) -> None:
    if not case.secrets:
        return
    names = ", ".join(f"`{name}`" for name in case.secrets)
    case.story.because(f"Secrets of the project, as environment variables: {names}.")
    hidden = [name for name in case.secrets if name in variables.values]
    case.story.warn(
        *(
            f"`{name}` is both a secret and a variable from {variables.origins[name]}; the variable is used."
            for name in hidden
        )
    )


def front_of(case: Case, names: Sequence[str]) -> str:
    """The component that the public URL leads to: the one a route names, else `web`, else the first."""
    wanted = routed(case)
    for name in names:
        if wanted in (name, service_name(case.release, name)):
            return name
    if wanted:
        listed = ", ".join(f"`{name}`" for name in names)
        case.problems.append(
            f"{route_place(case)} names `{wanted}`, which is no component; there are: {listed}."
        )
    return "web" if "web" in names or not names else names[0]


def front_first(front: str, components: Sequence[Component]) -> list[Component]:
    return sorted(components, key=lambda each: each.name != front)


def said_front_port(case: Case) -> int:
    """The port that people have set, in whichever way; 0 when in none. Contradictions are noted."""
    told, routed = case.overrides.port, _routed_port(case)
    if told and routed and told != routed:
        case.problems.append(
            f"{route_place(case)} leads to port {routed}, and `port` says {told}; say the same in both."
        )
    variable = said_port(case)
    if told and variable and variable != told:
        case.story.warn(f"The variable `PORT` is {variable}; it is set to {told}, as `port` says.")
    return told or routed or variable


def with_front_port(case: Case, component: Component, reason: str = "") -> Component:
    """The component with the port it is expected to listen on.

    What people set comes first, then what the component brings, for that `reason`, then an assumption.
    """
    said = said_front_port(case)
    if said:
        case.story.because(f"Port {said}, because it is set.")
    elif component.port:
        case.story.because(reason)
    else:
        case.story.because(
            f"Nothing says where it listens: {ASSUMED_PORT} was assumed and is given as PORT."
        )
    return replace(component, port=said or component.port or ASSUMED_PORT)


def _route(case: Case, components: Sequence[Component]) -> RouteSettings:
    """Empty where the release has one Service; else the first component's."""
    reached = [each for each in components if each.port]
    if len(reached) < 2:
        return RouteSettings()
    return RouteSettings(service=service_name(case.release, components[0].name))


def routed(case: Case) -> str:
    """What the route of the root names; empty where it names nothing."""
    found = root_route(case)
    return found[1].service or "" if found else case.template.route.service


def _routed_port(case: Case) -> int:
    found = root_route(case)
    return found[1].port or 0 if found else case.template.route.port


def route_place(case: Case) -> str:
    """The beginning of a problem with that route."""
    if found := root_route(case):
        return f"{case.place(('routes', found[0]))}: the route"
    return f"The route of the template `{case.key}`"
