"""Docker Compose files as releases of Catalyst's own chart (ENV-012)."""

import json
import re

from pydantic import JsonValue

from workflows.models import (
    Application,
    ApplicationKind,
    HealthCheck,
    ReleasePlan,
    RouteSettings,
    Stage,
)
from workflows.planning.compose import Composed, Piece, Wishes, compose
from workflows.planning.detection import NO_PORT
from workflows.planning.detection.compose import compose_file_of
from workflows.planning.detection.files import ROOT, Files, folder_of
from workflows.planning.plans.builds import described, told_builds
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import Component, app_values, service_name, volume_name
from workflows.planning.plans.variables import variables_of
from workflows.planning.plans.ways.own_chart import (
    route_place,
    routed,
    said_front_port,
    tell_secrets,
)
from workflows.planning.plans.ways.room import changed, fitted
from workflows.repo_config.quantities import quantity

MAX_VALUES = 900_000
"""Characters of a release's values: Helm keeps them in a Secret, which ends at 1 MiB."""


def compose_file(case: Case) -> Way:
    """Template type `compose`: the file that the template names, else the one that Compose itself takes."""
    files = Files(case.tree)
    folder = case.overrides.workdir or ROOT
    path = case.template.compose or compose_file_of(files, folder)
    if not files.has(path):
        what = f"`{path}` is not in the repository" if path else "none was found at the root"
        case.problems.append(
            f"The template `{case.key}` is of type `compose`, and {what}; name the file with `compose`."
        )
        return Way(release=ReleasePlan(name=case.release, chart="", source="catalyst"))
    case.story.because(f"`{path}` runs the application, because the template says so.")
    application = Application(kind=ApplicationKind.COMPOSE, workdir=folder_of(path), compose=path)
    return of_compose(case, application, is_chosen=bool(case.template.compose))


def of_compose(case: Case, application: Application, *, is_chosen: bool = False) -> Way:
    """All services of the application's compose file, each a component."""
    composed = compose(case.tree, wishes_of(case, application.compose, is_chosen=is_chosen))
    take_over(case, composed)
    if composed.problems:
        case.problems.extend(composed.problems)
        return Way(release=ReleasePlan(name=case.release, chart="", source="catalyst"))
    _forget_port(case, composed)
    _note_route(case, composed)
    _note_too_large(case, composed)
    builds = tuple(composed.builds)
    told_builds(case, tuple(each for each in builds if not each.generated))
    case.story.because(
        *(
            f"Image `{each.component}` from the Dockerfile inside of `{application.compose}`, context `{each.context}`"
            for each in builds
            if each.generated
        )
    )
    tell_secrets(case, variables_of(case))
    room = fitted(application.compose, composed.pieces, case.granted.quota)
    case.story.because(*room.reasons)
    case.problems.extend(room.problems)
    components = [_component(case, piece, composed) for piece in room.pieces]
    values = app_values(components, {}, has_secrets=bool(case.secrets))
    _note_too_long(case, application.compose, values)
    return Way(
        release=ReleasePlan(name=case.release, chart="", source="catalyst", values=values),
        builds=builds,
        route=_route(case, composed),
        health=_health(case, composed),
        application=application.model_copy(update={"port": composed.port}),
        files=described(builds),
        stages=stages_of(case, composed),
        room=changed(composed.pieces, room),
    )


def stages_of(case: Case, composed: Composed) -> tuple[Stage, ...]:
    return tuple(
        Stage(title=title, release=case.release, components=names)
        for title, names in composed.stages
    )


def wishes_of(case: Case, path: str, *, is_chosen: bool = False) -> Wishes:
    project, template = case.request.project.variables, case.template.variables
    file, own = case.config.variables, case.request.variables
    return Wishes(
        path=path,
        claim_name=lambda component, volume: volume_name(case.release, component, volume),
        is_chosen=is_chosen,
        variables=variables_of(case).values,
        below={**project, **template},
        above={**file, **own},
        secrets=case.secrets,
        front=routed(case),
        port=said_front_port(case),
    )


def take_over(case: Case, composed: Composed) -> None:
    case.story.because(*composed.reasons)
    case.story.warn(*composed.warnings)


def _component(case: Case, piece: Piece, composed: Composed) -> Component:
    values = dict(piece.values)
    if case.request.image and piece.name == composed.front:  # the environment's own image instead
        values = {key: each for key, each in values.items() if key not in ("image", "imageFrom")}
        values = _unfilled(values)
    return Component(piece.name, env=piece.env, is_given=False, own=values)


def _unfilled(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """With volumes that begin empty: nobody knows whether an image of others has a shell."""
    volumes: dict[str, JsonValue] = {
        name: {key: each for key, each in volume.items() if key != "fromImage"}
        for name, volume in _mappings(values.get("volumes"))
    }
    return {**values, "volumes": volumes} if volumes else values


def _route(case: Case, composed: Composed) -> RouteSettings:
    """Always by name: every service of the file has a Service, some of them several."""
    return RouteSettings(service=service_name(case.release, composed.front))


def _health(case: Case, composed: Composed) -> HealthCheck | None:
    if not composed.health or case.says("health"):
        return None
    return case.template.health.model_copy(update={"path": composed.health})


def _forget_port(case: Case, composed: Composed) -> None:
    """What detection saw of the port without all files and variables gives way to what came of them."""
    other = re.compile(rf"Port (?!{composed.port}[ ,.])")
    story = case.story
    story.reasons[:] = [each for each in story.reasons if not other.match(each)]
    story.warnings[:] = [each for each in story.warnings if each != NO_PORT]


def _note_route(case: Case, composed: Composed) -> None:
    wanted = routed(case)
    known = {name for piece in composed.pieces for name in (piece.name, piece.service)}
    known |= {service_name(case.release, piece.name) for piece in composed.pieces}
    if wanted and wanted not in known:
        listed = ", ".join(f"`{piece.service}`" for piece in composed.pieces)
        case.problems.append(
            f"{route_place(case)} names `{wanted}`, which is no service of the compose file; there are: {listed}."
        )


def _note_too_large(case: Case, composed: Composed) -> None:
    """A problem where the volumes together are more than the environment may have."""
    sizes = {
        f"{piece.name}/{name}": str(volume["size"])
        for piece in composed.pieces
        for name, volume in _mappings(piece.values.get("volumes"))
        if volume["type"] == "persistent" and "existingClaim" not in volume
    }
    granted = case.granted.quota.storage
    if sum(quantity(size) for size in sizes.values()) > quantity(granted):
        listed = ", ".join(f"`{name}` {size}" for name, size in list(sizes.items())[:8])
        case.problems.append(
            f"The volumes of the compose file ask for more than the {granted} of storage that the environment may have "
            f"({listed}); make them smaller with `x-catalyst: {{size: …}}`, or raise the template's `quota.storage`."
        )


def _note_too_long(case: Case, path: str, values: dict[str, JsonValue]) -> None:
    if len(json.dumps(values)) > MAX_VALUES:
        case.problems.append(
            f"What `{path}` and the files that it names say is too much for one release "
            f"(more than {MAX_VALUES // 1000} kB); put files into images instead of mounting them."
        )


def _mappings(value: JsonValue) -> list[tuple[str, dict[str, JsonValue]]]:
    found = value if isinstance(value, dict) else {}
    return [(name, each) for name, each in found.items() if isinstance(each, dict)]
