"""Processes beside the application: workers, and commands by the clock, each a component in an image of the very commit."""

from typing import Final

from workflows.models import ProcessSettings
from workflows.planning.detection.files import shorten
from workflows.planning.plans.beside.asked import origin_of
from workflows.planning.plans.beside.services import Values
from workflows.planning.plans.beside.surroundings import Surroundings, in_an_image
from workflows.planning.plans.case import Case

RUN_SECONDS: Final = 3600
"""What one run by the clock may take: one that hangs would keep every later one from running."""


def make_process(case: Case, name: str, asked: ProcessSettings, known: Surroundings) -> Values:
    """The process's component; an image that there is not is noted."""
    values = in_an_image(case, ("processes", name), asked.component, asked.command, known)
    if asked.schedule is None:
        return {"kind": "worker", **values}
    return {
        "kind": "cron",
        **values,
        "schedule": asked.schedule,
        "activeDeadlineSeconds": RUN_SECONDS,
    }


def tell_process(case: Case, name: str, asked: ProcessSettings) -> None:
    when = f"by the clock (`{asked.schedule}`, in UTC)" if asked.schedule else "beside it"
    case.story.because(
        f"Process `{name}` runs `{shorten(asked.command)}` in the image of `{asked.component}`, {when}, because "
        f"{origin_of(case, 'processes', name)} asks for it."
    )
