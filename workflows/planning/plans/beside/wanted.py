"""All that is wanted beside the application, made ready to be put into releases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from workflows.models import JobSettings, ProcessSettings, ServiceSettings
from workflows.planning.plans.beside.asked import (
    jobs_of,
    note_own_secrets,
    note_too_large,
    place_of,
    processes_of,
    services_of,
)
from workflows.planning.plans.beside.backups import Backup, backups_of
from workflows.planning.plans.beside.charts import ChartService, make_chart
from workflows.planning.plans.beside.on_code import note_without_image, with_steps
from workflows.planning.plans.beside.services import Service, make_service
from workflows.planning.plans.case import Case, Way


@dataclass(frozen=True)
class Beside:
    """What is there beside the application, and the release that its components belong to."""

    release: str
    services: Sequence[Service]
    """Components of that release."""
    charts: Sequence[ChartService]
    jobs: Mapping[str, JobSettings]
    processes: Mapping[str, ProcessSettings]
    backups: Sequence[Backup] = ()

    @property
    def reached(self) -> Sequence[Service]:
        """All that the application is told of."""
        return (*self.services, *(each.service for each in self.charts))

    @property
    def has_components(self) -> bool:
        return bool(self.services or self.jobs or self.processes)


def wanted_beside(case: Case, way: Way, release: str, front: str) -> tuple[Way, Beside]:
    """What can be run of it; in development mode jobs are the development server's own.

    `front` is the component in whose image runs what names no other. What cannot be is noted.
    """
    asked = services_of(case)
    made = [
        (_service(case, release, name, each), each)
        for name, each in asked.items()
        if not each.chart
    ]
    charts = [make_chart(case, name, each) for name, each in asked.items() if each.chart]
    backups = backups_of(case, made)
    jobs = {
        name: each.model_copy(update={"component": each.component or front})
        for name, each in jobs_of(case).items()
    }
    processes = {
        name: each.model_copy(update={"component": each.component or front})
        for name, each in processes_of(case).items()
    }
    if way.application is not None and way.application.is_base_container and (jobs or processes):
        listed = ", ".join(f"`{name}`" for name in (*jobs, *processes))
        case.story.warn(f"Not run, because nothing was found that they could run in: {listed}.")
        jobs, processes = {}, {}
    if way.development is not None:
        way = replace(way, development=with_steps(case, way.development, jobs))
        note_without_image(case, processes)
        jobs, processes = {}, {}
    services = [service for service, _ in made]
    sizes = {each.name: each.size for each in services if each.size}
    note_too_large(case, sizes | {each.component: each.settings.size for each in backups})
    return way, Beside(release, services, charts, jobs, processes, backups)


def note_taken_names(case: Case, beside: Beside, components: Collection[str]) -> None:
    """A problem for each name that something else has already, such as one of the application's `components`."""
    taken = {*components}
    for key, each in (
        *(("services", service.name) for service in beside.reached),
        *(("jobs", name) for name in beside.jobs),
        *(("processes", name) for name in beside.processes),
    ):
        if each in taken:
            case.problems.append(
                f"{place_of(case, key, each)} has the name of something else that runs in the environment; give it "
                "another one."
            )
        taken.add(each)
    for backup in beside.backups:
        if backup.component in taken:
            case.problems.append(
                f"`{backup.component}` is what the backups of the service `{backup.service}` are called; give the other "
                "one another name."
            )


def _service(case: Case, release: str, name: str, asked: ServiceSettings) -> Service:
    made = make_service(release, name, asked)
    taken = made.values.get("secretEnv")
    note_own_secrets(case, name, taken if isinstance(taken, dict) else {}, asked.variables)
    return made
