"""What is brought up after what: jobs, services and the application, in stages."""

from collections.abc import Mapping, Sequence

from workflows.models import JobMoment, JobSettings, Stage


def stages_of(
    release: str,
    services: Sequence[str],
    jobs: Mapping[str, JobSettings],
    application: Sequence[Stage],
    *,
    beside: Sequence[str] = (),
    charts: Sequence[Stage] = (),
) -> tuple[Stage, ...]:
    """Jobs after the builds, services, jobs before the deployment, the application; jobs one by one, as written.

    Where the application comes in stages itself, those with no component that a job before the deployment runs in
    come before that job: they are databases and the like. `beside` are components that come up with the services,
    `charts` bring up one service each.
    """
    first = (*_stages_of(release, jobs, "post-build"), *charts)
    if services:
        what = "service" if len(services) == 1 else "services"
        title = f"{what} {', '.join(services)}"
        first += (Stage(title=title, release=release, components=(*services, *beside)),)
    before = _stages_of(release, jobs, "pre-deploy")
    wanted = {job.component for job in jobs.values() if job.when == "pre-deploy"}
    at = next(
        (at for at, stage in enumerate(application) if wanted & {*stage.components}),
        0,
    )
    return (*first, *application[:at], *before, *application[at:])


def stages_after_health(release: str, jobs: Mapping[str, JobSettings]) -> tuple[Stage, ...]:
    return _stages_of(release, jobs, "post-deploy")


def _stages_of(
    release: str, jobs: Mapping[str, JobSettings], moment: JobMoment
) -> tuple[Stage, ...]:
    return tuple(
        Stage(title=f"job {name}", release=release, components=(name,))
        for name, job in jobs.items()
        if job.when == moment
    )
