"""The release of an application that has no chart of its own: Catalyst's, filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workflows.models import BuildPlan, HealthCheck, PrebuiltImage, ReleasePlan, RouteSettings
from workflows.models.repository import Application
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import (
    MAX_COMPONENT,
    Component,
    Security,
    app_values,
    is_component_name,
    service_name,
)
from workflows.planning.plans.variables import said_port, variables_of

ASSUMED_PORT = 8080


def own_chart(
    case: Case,
    components: Sequence[Component],
    security: Security,
    *,
    builds: tuple[BuildPlan, ...] = (),
    images: tuple[PrebuiltImage, ...] = (),
    detected: Mapping[str, str] | None = None,
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
    variables = variables_of(case, detected)
    case.story.because(variables.told())
    if case.secrets:
        names = ", ".join(f"`{name}`" for name in case.secrets)
        case.story.because(f"Secrets of the project, as environment variables: {names}.")
    return Way(
        release=ReleasePlan(
            name=case.release,
            chart="",
            source="catalyst",
            values=app_values(
                components, variables.values, security, has_secrets=bool(case.secrets)
            ),
        ),
        builds=builds,
        images=images,
        route=_route(case, components),
        health=health,
        application=application,
        files=tuple(
            dict.fromkeys(
                path
                for build in builds
                for path in (build.context, "" if build.generated else build.dockerfile)
                if path
            )
        ),
    )


def front_of(case: Case, names: Sequence[str]) -> str:
    """The component that the public URL leads to: the one a route names, else `web`, else the first."""
    wanted = _routed(case)
    for name in names:
        if wanted in (name, service_name(case.release, name)):
            return name
    if wanted:
        listed = ", ".join(f"`{name}`" for name in names)
        case.problems.append(
            f"{_route_place(case)} names `{wanted}`, which is no component; there are: {listed}."
        )
    return "web" if "web" in names or not names else names[0]


def front_first(front: str, components: Sequence[Component]) -> list[Component]:
    return sorted(components, key=lambda each: each.name != front)


def with_front_port(case: Case, component: Component, path: str = "") -> Component:
    """The component with the port it is expected to listen on, and the reason for it.

    What people set comes first, then what the component brings (`path` says from which file), then an assumption.
    """
    told, routed = case.overrides.port, _routed_port(case)
    if told and routed and told != routed:
        case.problems.append(
            f"{_route_place(case)} leads to port {routed}, and `port` says {told}; say the same in both."
        )
    variable = said_port(case)
    if told and variable and variable != told:
        case.story.warn(f"The variable `PORT` is {variable}; it is set to {told}, as `port` says.")
    if told:
        case.story.because(f"Port {told}, because it is set.")
    elif routed:
        case.story.because(f"Port {routed}, because the route leads to it.")
    elif variable:
        case.story.because(f"Port {variable}, by the variable `PORT`.")
    elif component.port and path:
        case.story.because(f"Port {component.port}, by `{path}`.")
    elif not component.port:
        case.story.because(
            f"Nothing says where it listens: {ASSUMED_PORT} was assumed and is given as PORT."
        )
    return replace(component, port=told or routed or variable or component.port or ASSUMED_PORT)


def _route(case: Case, components: Sequence[Component]) -> RouteSettings:
    """Empty where the release has one Service; else the first component's."""
    reached = [each for each in components if each.port]
    if len(reached) < 2:
        return RouteSettings()
    return RouteSettings(service=service_name(case.release, components[0].name))


def _routed(case: Case) -> str:
    if case.config.routes:
        return case.config.routes[0].service or ""
    return case.template.route.service


def _routed_port(case: Case) -> int:
    if case.config.routes:
        return case.config.routes[0].port or 0
    return case.template.route.port


def _route_place(case: Case) -> str:
    if case.config.routes:
        return f"{case.place(('routes', 0))}: the route"
    return f"The route of the template `{case.key}`"
