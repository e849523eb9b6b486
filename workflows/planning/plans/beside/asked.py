"""Services, jobs and processes that are asked for: the template's, and over them by name those of the configuration file."""

from collections.abc import Iterable, Mapping

from workflows.models import BackupSettings, JobSettings, ProcessSettings, ServiceSettings
from workflows.models.schedules import NEVER
from workflows.planning.plans.case import Case
from workflows.planning.plans.values import MAX_COMPONENT, is_component_name
from workflows.repo_config import FILE_NAME, Job, Process, Service
from workflows.repo_config.quantities import quantity
from workflows.repo_config.rules import TOO_LARGE, are_too_large


def services_of(case: Case) -> dict[str, ServiceSettings]:
    """By name, in the order in which they are written; what cannot be is noted."""
    asked = dict(case.template.services)
    asked |= {name: _service(each, asked.get(name)) for name, each in case.config.services.items()}
    for name, each in asked.items():
        _note_name(case, "services", name)
        if sum(map(bool, (each.type, each.image, each.chart))) != 1:
            case.problems.append(
                f"{place_of(case, 'services', name)} needs one of `type`, `image` and `chart`."
            )
    if are_too_large(each.values for each in asked.values()):
        case.problems.append(f"The services of the template and of the file {TOO_LARGE}.")
    return asked


def jobs_of(case: Case) -> dict[str, JobSettings]:
    """By name, in the order in which they are written; what cannot be is noted."""
    asked = dict(case.template.jobs)
    asked |= {name: _job(each) for name, each in case.config.jobs.items()}
    for name in asked:
        _note_name(case, "jobs", name)
    return asked


def processes_of(case: Case) -> dict[str, ProcessSettings]:
    """By name, in the order in which they are written; what cannot be is noted."""
    asked = dict(case.template.processes)
    asked |= {name: _process(each) for name, each in case.config.processes.items()}
    for name, each in asked.items():
        _note_name(case, "processes", name)
        if each.schedule == NEVER:
            case.problems.append(
                f"{place_of(case, 'processes', name)} would `{NEVER}` run; give it another `schedule`, or remove it."
            )
    return asked


def origin_of(case: Case, key: str, name: str) -> str:
    """Who asks for it, in words."""
    is_files = name in getattr(case.config, key)
    return f"`{FILE_NAME}`" if is_files else f"the template `{case.key}`"


def place_of(case: Case, key: str, name: str) -> str:
    """The beginning of a problem: where it is asked for."""
    if name in getattr(case.config, key):
        return f"{case.place((key, name))}: `{key}.{name}`"
    return f"`{key}.{name}` of the template `{case.key}`"


def note_too_large(case: Case, sizes: Mapping[str, str]) -> None:
    """A problem where the volumes of services (name -> size) are more than the environment may have."""
    granted = case.granted.quota.storage
    if not sizes or sum(quantity(size) for size in sizes.values()) <= quantity(granted):
        return
    listed = ", ".join(f"`{name}` {size}" for name, size in sizes.items())
    where = place_of(case, "services", next(iter(sizes)))
    case.problems.append(
        f"{where}: the volumes of all services ask for more than the {granted} of storage that the environment may "
        f"have ({listed}); make them smaller with `size`, or raise the template's `quota.storage`."
    )


def note_own_secrets(
    case: Case, name: str, taken: Iterable[str], set_by_hand: Iterable[str]
) -> None:
    """A problem for each variable of a service that Catalyst fills in itself."""
    for variable in sorted({*taken} & {*set_by_hand}):
        case.problems.append(
            f"{place_of(case, 'services', name)} sets `{variable}`, which Catalyst makes up; remove it."
        )


def _note_name(case: Case, key: str, name: str) -> None:
    if not is_component_name(name) or name.startswith("catalyst"):
        case.problems.append(
            f"{place_of(case, key, name)} needs another name: at most {MAX_COMPONENT} lower-case letters, digits and "
            "single hyphens, a letter first, and not `catalyst`."
        )


def _service(service: Service, replaced: ServiceSettings | None) -> ServiceSettings:
    """Backups that the template has stay where the file does not speak of them, as long as there can be any."""
    said = service.backups
    backups = BackupSettings(**dict(said)) if said else replaced.backups if replaced else None
    return ServiceSettings(
        backups=backups if said or service.type == "postgres" else None,
        type=service.type,
        version=service.version or "",
        image=service.image or "",
        chart=service.chart or "",
        repository=service.repository or "",
        values=service.values,
        host=service.host or "",
        port=service.port or 0,
        variables=service.variables,
        size=service.size or "",
        volume=service.volume or "",
    )


def _process(process: Process) -> ProcessSettings:
    return ProcessSettings(
        command=process.command,
        component=process.component or "",
        schedule=process.schedule,
    )


def _job(job: Job) -> JobSettings:
    return JobSettings(
        when=job.when,
        command=job.command,
        component=job.component or "",
        run=job.run,
        timeout_seconds=int(job.timeout.total_seconds()),
    )
