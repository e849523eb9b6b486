"""Where the public URL leads in a release that is not of Catalyst's own chart."""

from workflows.models import RouteSettings
from workflows.planning.plans.case import Case


def route_of(case: Case) -> RouteSettings:
    """The configuration file's first route, else the template's."""
    if not case.config.routes:
        return case.template.route
    first = case.config.routes[0]
    return RouteSettings(
        service=first.service or case.template.route.service,
        port=first.port or (0 if first.service else case.template.route.port),
    )


def note_more_routes(case: Case) -> None:
    """A warning for what is written and has no effect."""
    routes = case.config.routes
    if not routes:
        return
    if len(routes) > 1:
        case.story.warn(
            f"{case.place(('routes', 1))}: only the first of the {len(routes)} routes is used; the others have no "
            "effect yet."
        )
    if routes[0].path != "/":
        case.story.warn(
            f"{case.place(('routes', 0, 'path'))}: the public URL leads to the first route as a whole; "
            f"`path: {routes[0].path}` has no effect yet."
        )
