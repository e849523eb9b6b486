"""Jobs around a deployment (ENV-018): each a component that runs in an image of the very commit."""

from collections.abc import Mapping

from workflows.models import JobMoment, JobSettings
from workflows.planning.detection.files import shorten
from workflows.planning.plans.beside.asked import origin_of
from workflows.planning.plans.beside.services import Values
from workflows.planning.plans.beside.surroundings import Surroundings, in_an_image
from workflows.planning.plans.case import Case

MOMENTS: Mapping[JobMoment, str] = {
    "post-build": "once images are there",
    "pre-deploy": "before the application is deployed",
    "post-deploy": "once the URL answers",
}


def make_job(case: Case, name: str, asked: JobSettings, known: Surroundings) -> Values:
    """The job's component; an image that there is not is noted."""
    values: Values = {
        "kind": "job",
        **in_an_image(case, ("jobs", name), asked.component, asked.command, known),
        "activeDeadlineSeconds": asked.timeout_seconds,
    }
    if asked.run == "once":
        values["once"] = True
    if known.waits and asked.when != "post-build":  # when services need not be there yet
        values["waitFor"] = dict(known.waits)
    return values


def tell_job(case: Case, name: str, asked: JobSettings) -> None:
    often = "until it has succeeded once" if asked.run == "once" else "with each revision"
    case.story.because(
        f"Job `{name}` runs `{shorten(asked.command)}` in the image of `{asked.component}`, {MOMENTS[asked.when]}, {often}, "
        f"because {origin_of(case, 'jobs', name)} asks for it."
    )
