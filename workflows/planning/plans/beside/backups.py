"""Backups of a database (ENV-017): a component of Catalyst's chart that makes them, on a volume of their own.

It is no part of the service, so that neither a push nor a reset of the service touches what it keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows import naming
from workflows.models import BackupPlan, BackupSettings, ServiceSettings
from workflows.models.schedules import NEVER
from workflows.planning.plans.beside.asked import origin_of, place_of
from workflows.planning.plans.beside.dumping import DIRECTORY, SCRIPT
from workflows.planning.plans.beside.services import APP, Service, Values
from workflows.planning.plans.case import Case
from workflows.planning.plans.values import is_component_name

DEPLOYMENTS = ("deployment", "production", "staging")
"""Keys of templates whose databases are backed up every day unless something else is said."""
_SECONDS = 3600
_VOLUME = "backups"


@dataclass(frozen=True)
class Backup:
    """Of one service."""

    service: str
    component: str
    settings: BackupSettings
    values: Values

    @property
    def plan(self) -> BackupPlan:
        return BackupPlan(service=self.service, component=self.component)


def backups_of(case: Case, asked: Sequence[tuple[Service, ServiceSettings]]) -> tuple[Backup, ...]:
    """One for each service that has them; what cannot be is noted."""
    found = []
    for service, settings in asked:
        wanted = _wanted(case, service.name, settings)
        if wanted is None:
            continue
        component = f"{service.name}-backups"
        if not is_component_name(component):
            case.problems.append(
                f"{place_of(case, 'services', service.name)} needs a shorter name: at most 32 characters, as its "
                "backups are named after it."
            )
        values = _values(service, wanted)
        found.append(Backup(service.name, component, wanted, values))
    return tuple(found)


def tell_backups(case: Case, backups: Sequence[Backup]) -> None:
    """One reason for each."""
    for each in backups:
        wanted = each.settings
        when = "when asked for" if wanted.schedule == NEVER else f"by `{wanted.schedule}` (UTC)"
        case.story.because(
            f"Service `{each.service}` is backed up {when} to a volume of {wanted.size}, where the newest "
            f"{wanted.keep} are kept, because {_why(case, each.service)}."
        )


def _wanted(case: Case, name: str, asked: ServiceSettings) -> BackupSettings | None:
    if asked.type != "postgres":
        if asked.backups is not None:
            case.problems.append(
                f"{place_of(case, 'services', name)} has `backups`, which only services of type `postgres` can have; "
                "remove it."
            )
        return None
    if asked.backups is None and case.key in DEPLOYMENTS:
        return BackupSettings()
    return asked.backups


def _why(case: Case, name: str) -> str:
    said, configured = case.config.services.get(name), case.template.services.get(name)
    if said is not None and said.backups is not None:
        return f"{origin_of(case, 'services', name)} asks for it"
    if configured is not None and configured.backups is not None:
        return f"the template `{case.key}` asks for it"
    return f"environments of the template `{case.key}` have them"


def _values(service: Service, wanted: BackupSettings) -> Values:
    """In the service's own image, so that the versions of database and tools agree."""
    is_scheduled = wanted.schedule != NEVER
    return {
        "kind": "cron",
        "image": service.values["image"],
        "command": ["/bin/sh", "-c", SCRIPT],
        "catalystEnv": False,
        "env": {
            "BACKUP_KEEP": str(wanted.keep),
            "BACKUP_OF": service.name,
            "PGDATABASE": APP,
            "PGHOST": service.host,
            "PGPORT": str(service.port),
            "PGUSER": APP,
        },
        "secretEnv": {
            "PGPASSWORD": {"secret": naming.service_secret(service.name), "key": "password"}
        },
        "schedule": wanted.schedule if is_scheduled else BackupSettings().schedule,
        "suspend": not is_scheduled,
        "timeZone": "UTC",
        "concurrencyPolicy": "Forbid",
        "activeDeadlineSeconds": _SECONDS,
        "terminationGracePeriodSeconds": 5,
        # New volumes belong to root, of whichever kind of storage; it is root without any of its powers.
        "security": {
            "profile": "baseline",
            "runAsUser": 0,
            "powerless": True,
            "readOnlyRootFilesystem": True,
        },
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"cpu": "500m", "memory": "256Mi"},
        },
        "volumes": {
            _VOLUME: {
                "type": "persistent",
                "mountPath": DIRECTORY,
                "size": wanted.size,
                # Also where a later commit has the service no more: what is kept comes back with it.
                "keep": True,
            }
        },
    }
