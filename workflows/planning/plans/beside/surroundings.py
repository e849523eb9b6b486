"""Images of the application in which something else is run as well: jobs, and further processes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from workflows.planning.plans.beside.asked import place_of
from workflows.planning.plans.beside.services import Values
from workflows.planning.plans.case import Case

_SHARED = ("env", "envFrom", "secretEnv", "security", "imagePullPolicy")
"""What it has in common with the component whose image it runs in."""


@dataclass(frozen=True)
class Surroundings:
    """Which images there are, and what goes with them."""

    components: Mapping[str, JsonValue]
    """Of the application, by name, in the values of Catalyst's chart; empty for a chart of the project's own."""
    built: Sequence[str]
    """Components that an image is built or awaited for."""
    common: Mapping[str, JsonValue]
    """Values of what runs in an image that belongs to no component."""
    waits: Mapping[str, JsonValue]
    """What ends once a service is reached, by service."""


def in_an_image(
    case: Case, place: tuple[str, str], wanted: str, command: str, known: Surroundings
) -> Values:
    """Values of a component that runs a shell command in the image of the component `wanted`; that there is none is noted.

    `place` is where it is asked for: `jobs` or `processes`, and its name.
    """
    component = known.components.get(wanted)
    shared = component if isinstance(component, dict) else known.common
    values: Values = {
        **{key: shared[key] for key in _SHARED if key in shared},
        "command": ["/bin/sh", "-c", command],
    }
    if not isinstance(component, dict):
        if wanted not in known.built:
            _note_no_image(case, place, wanted, known)
        return {**values, "imageFrom": wanted}
    image = {key: component[key] for key in ("image", "imageFrom") if component.get(key)}
    return {**values, **(image or {"imageFrom": wanted})}


def _note_no_image(case: Case, place: tuple[str, str], wanted: str, known: Surroundings) -> None:
    where = place_of(case, *place)
    listed = ", ".join(f"`{each}`" for each in known.built)
    if not known.built:
        what = place[0].removesuffix("es" if place[0] == "processes" else "s")
        case.problems.append(
            f"{where} needs an image to run in, and none is built; add a build, or remove the {what}."
        )
    else:
        case.problems.append(
            f"{where} names the component `{wanted}`, which no image is built for; there are: {listed}."
        )
