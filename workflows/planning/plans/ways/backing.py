"""Backing services of a compose file that come along with an application found beside it (ENV-012, ENV-024)."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import JsonValue

from workflows.models import RouteSettings, Stage, Understanding
from workflows.planning.compose import Composed, Piece, compose
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.connections import connections
from workflows.planning.plans.values import Component, app_values, service_name
from workflows.planning.plans.ways.compose import stages_of, take_over, wishes_of


def with_backing(case: Case, found: Understanding, way: Way) -> Way:
    """The way with the backing services of a compose file beside what was detected, brought up before it."""
    path = found.backing_compose
    if not path:
        return way
    if way.release.source != "catalyst":
        listed = ", ".join(found.backing_services[:8])
        case.story.warn(
            f"`{path}` is not used ({listed}): the chart says itself what is there beside the application."
        )
        return way
    composed = _composed(case, path, found)
    if composed is None:
        return way
    components = _values(way.release.values.get("components"))
    for piece in composed.pieces:
        if piece.name in components:
            case.problems.append(
                f"`{path}`: the service `{piece.service}` has the name of the application's own component; rename it."
            )
    if composed.problems or not components:
        return way
    return _beside(case, way, composed, components)


def _composed(case: Case, path: str, found: Understanding) -> Composed | None:
    """The services, translated; None where those of a development container cannot be had, which is told."""
    container = found.devcontainer
    files = [each for each in (container.compose if container else ()) if each in case.tree.paths]
    of_container = files if path in files[:1] else []
    composed = _translated(case, path, found.backing_services, of_container)
    if container and of_container and composed.problems:
        case.story.warn(
            f"What runs beside the container of `{container.path}` is left out: {composed.problems[0]}"
        )
        return None
    take_over(case, composed)
    case.problems.extend(composed.problems)
    return composed


def _translated(case: Case, path: str, services: Sequence[str], files: Sequence[str]) -> Composed:
    """`files` are all that a development container names, where it does."""
    wishes = replace(
        wishes_of(case, path, is_chosen=bool(files)),
        over=tuple(files[1:]),
        only=tuple(services),
        with_front=False,
    )
    return compose(case.tree, wishes)


def _beside(case: Case, way: Way, composed: Composed, own: dict[str, JsonValue]) -> Way:
    front = next(iter(own))
    backing = app_values([_backing(each) for each in composed.pieces], {}, has_secrets=False)
    names = tuple(each.name for each in composed.pieces)
    before = stages_of(case, composed) or (
        Stage(title=", ".join(names), release=case.release, components=names),
    )
    listed = ", ".join(f"`{each.service}`" for each in composed.pieces)
    case.story.because(
        f"Reached under their names, and brought up before the application: {listed}."
    )
    told = {front: _connected(case, _values(own[front]), composed)}
    components = {**own, **told, **_values(backing.get("components"))}
    return replace(
        way,
        release=way.release.model_copy(
            update={"values": {**way.release.values, "components": components}}
        ),
        route=RouteSettings(
            service=way.route.service or service_name(case.release, front), port=way.route.port
        ),
        stages=(
            *before,
            Stage(title="application", release=case.release, components=tuple(own)),
        ),
    )


def _backing(piece: Piece) -> Component:
    """An image of others, whoever the application runs as."""
    security: dict[str, JsonValue] = {
        "profile": "baseline",
        **_values(piece.values.get("security")),
    }
    return Component(
        piece.name, env=piece.env, own={**piece.values, "security": security}, is_given=False
    )


def _connected(
    case: Case, component: dict[str, JsonValue], composed: Composed
) -> dict[str, JsonValue]:
    """The application, told where its databases are, unless people have told it themselves."""
    env = _values(component.get("env"))
    found = {
        name: value
        for name, value in connections(composed.pieces).items()
        if name not in env and name not in case.secrets
    }
    if not found:
        return component
    listed = ", ".join(f"`{name}`" for name in found)
    case.story.because(f"The application is told where they are: {listed}.")
    return {**component, "env": dict(sorted({**env, **found}.items()))}


def _values(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
