"""Jobs of an environment in development mode: they run in the development server's own container, on the code itself."""

from collections.abc import Mapping

from workflows.models import (
    DevelopmentPlan,
    DevelopmentStep,
    JobMoment,
    JobSettings,
    ProcessSettings,
)
from workflows.planning.detection.files import shorten
from workflows.planning.plans.beside.asked import origin_of, place_of
from workflows.planning.plans.case import Case

_MOMENTS: Mapping[JobMoment, str] = {
    "post-build": "once its dependencies are there",
    "pre-deploy": "before the development server",
    "post-deploy": "once the URL answers",
}
"""Nothing is built, so what would follow a build follows what makes the code ready instead."""


def with_steps(
    case: Case, plan: DevelopmentPlan, jobs: Mapping[str, JobSettings]
) -> DevelopmentPlan:
    """The plan with the application's jobs as steps around its command; those of other components are told."""
    own = {name: job for name, job in jobs.items() if job.component in ("", plan.component)}
    for name in (each for each in jobs if each not in own):
        case.story.warn(
            f"{place_of(case, 'jobs', name)} is not run in development mode, which has no image of `{jobs[name].component}`: "
            "the application's own code runs, and its jobs."
        )
    for name, job in own.items():
        often = "until it has succeeded once" if job.run == "once" else "with each push"
        case.story.because(
            f"Job `{name}` runs `{shorten(job.command)}` on the code {_MOMENTS[job.when]}, {often}, because "
            f"{origin_of(case, 'jobs', name)} asks for it."
        )
    return plan.model_copy(
        update={
            "after_install": _steps(own, "post-build"),
            "migrations": _steps(own, "pre-deploy"),
            "after_health": _steps(own, "post-deploy"),
        }
    )


def note_without_image(case: Case, processes: Mapping[str, ProcessSettings]) -> None:
    """Further processes, which have no image to run in: they would need the code too, and one pod at a time has it."""
    for name in processes:
        case.story.warn(
            f"{place_of(case, 'processes', name)} is not run in development mode, in which one container has the code; "
            "start it from `commands.dev`, or in a shell."
        )


def _steps(jobs: Mapping[str, JobSettings], when: JobMoment) -> tuple[DevelopmentStep, ...]:
    return tuple(
        DevelopmentStep(
            title=name,
            command=job.command,
            is_once=job.run == "once",
            timeout_seconds=job.timeout_seconds,
        )
        for name, job in jobs.items()
        if job.when == when
    )
