"""Where the public URL leads: its root, and the paths below that lead elsewhere."""

from collections.abc import Iterator

from workflows.models import PathRoute, ReleasePlan, RouteSettings
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import service_name
from workflows.repo_config.model import Route

ROOT = "/"


def root_route(case: Case) -> tuple[int, Route] | None:
    """The configuration file's route of the root, with its place in the list."""
    return next(
        ((at, each) for at, each in enumerate(case.config.routes) if each.path == ROOT), None
    )


def route_of(case: Case) -> RouteSettings:
    """Of a release that is not of Catalyst's own chart: the configuration file's route of the root, else the template's."""
    found = root_route(case)
    if found is None:
        return case.template.route
    _, root = found
    return RouteSettings(
        service=root.service or case.template.route.service,
        port=root.port or (0 if root.service else case.template.route.port),
    )


def deeper_routes(case: Case, way: Way) -> tuple[PathRoute, ...]:
    """Routes of other paths. One that names no Service leads to that of the root, perhaps to another port of it."""
    return tuple(
        PathRoute(path=each.path, service=_service(case, way, at, each), port=each.port or 0)
        for at, each in enumerate(case.config.routes)
        if each.path != ROOT
    )


def _service(case: Case, way: Way, at: int, route: Route) -> str:
    """In Catalyst's own chart a component is named, or its Service; in others a Service. Mistakes are noted."""
    if not route.service:
        return way.route.service
    if way.release.source != "catalyst":
        return route.service
    reached = dict(_reached(way.release))
    if route.service in reached.values():
        return route.service
    if route.service not in reached:
        listed = ", ".join(f"`{name}`" for name in reached) or "none"
        case.problems.append(
            f"{case.place(('routes', at))}: the route names `{route.service}`, which is no component that is reached "
            f"by a port; there are: {listed}."
        )
    return reached.get(route.service, "")


def _reached(release: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Components with ports, and their Services."""
    components = release.values.get("components")
    for name, values in components.items() if isinstance(components, dict) else ():
        if isinstance(values, dict) and values.get("ports"):
            yield name, service_name(release.name, name)
