"""Jobs around a deployment (ENV-018): each a component that runs in an image of the very commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from workflows.models import JobMoment, JobSettings
from workflows.planning.detection.files import shorten
from workflows.planning.plans.beside.asked import origin_of, place_of
from workflows.planning.plans.beside.services import Values
from workflows.planning.plans.case import Case

MOMENTS: Mapping[JobMoment, str] = {
    "post-build": "once images are there",
    "pre-deploy": "before the application is deployed",
    "post-deploy": "once the URL answers",
}
_SHARED = ("env", "envFrom", "secretEnv", "security", "imagePullPolicy")
"""What a job has in common with the component whose image it runs."""


@dataclass(frozen=True)
class Surroundings:
    """Which images there are for jobs, and what goes with them."""

    components: Mapping[str, JsonValue]
    """Of the application, by name, in the values of Catalyst's chart; empty for a chart of the project's own."""
    built: Sequence[str]
    """Components that an image is built or awaited for."""
    common: Mapping[str, JsonValue]
    """Values of jobs whose image belongs to no component."""
    waits: Mapping[str, JsonValue]
    """What ends once a service is reached, by service."""


def make_job(case: Case, name: str, asked: JobSettings, known: Surroundings) -> Values:
    """The job's component; an image that there is not is noted."""
    component = known.components.get(asked.component)
    shared = component if isinstance(component, dict) else known.common
    values: Values = {
        "kind": "job",
        **{key: shared[key] for key in _SHARED if key in shared},
        "command": ["/bin/sh", "-c", asked.command],
        "activeDeadlineSeconds": asked.timeout_seconds,
    }
    if asked.run == "once":
        values["once"] = True
    if known.waits and asked.when != "post-build":  # when services need not be there yet
        values["waitFor"] = dict(known.waits)
    if not isinstance(component, dict):
        if asked.component not in known.built:
            _note_no_image(case, name, asked.component, known)
        return {**values, "imageFrom": asked.component}
    image = {key: component[key] for key in ("image", "imageFrom") if component.get(key)}
    return {**values, **(image or {"imageFrom": asked.component})}


def tell_job(case: Case, name: str, asked: JobSettings) -> None:
    often = "until it has succeeded once" if asked.run == "once" else "with each revision"
    case.story.because(
        f"Job `{name}` runs `{shorten(asked.command)}` in the image of `{asked.component}`, {MOMENTS[asked.when]}, {often}, "
        f"because {origin_of(case, 'jobs', name)} asks for it."
    )


def _note_no_image(case: Case, name: str, wanted: str, known: Surroundings) -> None:
    where = place_of(case, "jobs", name)
    listed = ", ".join(f"`{each}`" for each in known.built)
    if not known.built:
        case.problems.append(
            f"{where} needs an image to run in, and none is built; add a build, or remove the job."
        )
    else:
        case.problems.append(
            f"{where} names the component `{wanted}`, which no image is built for; there are: {listed}."
        )
