"""Jobs of an environment in development mode: they run in the development server's own container, on the code itself."""

from collections.abc import Mapping

from workflows.models import DevelopmentPlan, DevelopmentStep, JobSettings
from workflows.planning.detection.files import shorten
from workflows.planning.plans.beside.asked import origin_of, place_of
from workflows.planning.plans.case import Case


def with_migrations(
    case: Case, plan: DevelopmentPlan, jobs: Mapping[str, JobSettings]
) -> DevelopmentPlan:
    """The plan with the jobs that come before a deployment as steps before its command; the others are told."""
    own = {name: job for name, job in jobs.items() if _is_step(job, plan.component)}
    for name in (each for each in jobs if each not in own):
        case.story.warn(
            f"{place_of(case, 'jobs', name)} is not run in development mode, which runs the jobs `pre-deploy` of the "
            "application itself."
        )
    for name, job in own.items():
        often = "until it has succeeded once" if job.run == "once" else "with each push"
        case.story.because(
            f"Job `{name}` runs `{shorten(job.command)}` on the code before the development server, {often}, because "
            f"{origin_of(case, 'jobs', name)} asks for it."
        )
    steps = tuple(
        DevelopmentStep(title=name, command=job.command, is_once=job.run == "once")
        for name, job in own.items()
    )
    return plan.model_copy(update={"migrations": steps})


def _is_step(job: JobSettings, component: str) -> bool:
    return job.when == "pre-deploy" and job.component in ("", component)
