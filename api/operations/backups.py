"""Backups of an environment's databases: which there are, one more of now, and one that is brought back (ENV-017)."""

# ruff: noqa: ARG001  (every operation has the same shape)

from activities.backup_records import BackupRecord, CronState
from activities.cluster_reader import NamespaceStanding
from api.failures import NotThereError, RefusedError
from api.operations.base import Caller, Services, operation
from api.operations.changes import command_environment, name_of
from api.operations.environments import find_snapshot
from api.operations.logs import WHY_NOT_LIVE
from api.schemas import Backup, BackupList, ServiceBackups
from api.temporal import WorkflowStanding
from workflows.commands import BackUpService, EnvironmentKey, RestoreBackup
from workflows.errors import ClusterError
from workflows.models import EnvironmentSnapshot
from workflows.models.messages import BackUpServiceCommand, CommandResult, RestoreBackupCommand


@operation("list_backups")
async def list_backups(services: Services, caller: Caller, request: EnvironmentKey) -> BackupList:
    """As the newest backup's own pod has listed them; where nobody knows, that is said. Raises NotThereError."""
    workflow = await services.gateway.standing(request.project, request.environment)
    return await _listed(services, await find_snapshot(services, request, workflow))


@operation("back_up_service")
async def back_up_service(
    services: Services, caller: Caller, request: BackUpService
) -> CommandResult:
    """Raises NotThereError, RefusedError (it is not backed up, or does not run), UnreachableError."""
    command = BackUpServiceCommand(actor=caller.actor, face=caller.face, service=request.service)
    try:
        return await command_environment(services, caller, "back_up_service", request, command)
    except NotThereError as error:
        raise await _not_running(services, request, "that could be backed up") from error


@operation("restore_backup")
async def restore_backup(
    services: Services, caller: Caller, request: RestoreBackup
) -> CommandResult:
    """Raises NotThereError, RefusedError (no such backup, or the environment does not run), UnreachableError."""
    await _refuse_unknown(services, request)
    command = RestoreBackupCommand(
        actor=caller.actor, face=caller.face, service=request.service, backup=request.backup
    )
    try:
        return await command_environment(services, caller, "restore_backup", request, command)
    except NotThereError as error:
        raise await _not_running(
            services, request, "that a backup could be brought back to"
        ) from error


async def _listed(services: Services, snapshot: EnvironmentSnapshot) -> BackupList:
    standing = await services.cluster.standing(snapshot.ref)
    if standing is not NamespaceStanding.PRESENT:
        return BackupList(note=WHY_NOT_LIVE[standing])
    if not snapshot.backups:
        return BackupList(
            note="No service of the environment is backed up: `backups` of a service of type `postgres` asks for it."
        )
    components = {each.component: each.service for each in snapshot.backups}
    try:
        found = await services.cluster.backups(snapshot.ref.namespace, list(components))
    except ClusterError as error:
        return BackupList(note=f"The cluster did not answer: {error}")
    return BackupList(
        services=tuple(
            _of_service(service, *found[component]) for component, service in components.items()
        )
    )


def _of_service(service: str, cron: CronState | None, record: BackupRecord) -> ServiceBackups:
    return ServiceBackups(
        service=service,
        schedule=cron.schedule if cron else "",
        backups=tuple(
            Backup(name=each.name, service=service, at=each.at, bytes=each.bytes)
            for each in record.backups or ()
        ),
        note=_note(cron, record),
    )


def _note(cron: CronState | None, record: BackupRecord) -> str:
    if cron is None:
        return "What makes its backups is not in the cluster yet."
    if record.failed_at is not None:
        at = f"{record.failed_at:%Y-%m-%d %H:%M} UTC"
        known = "" if record.backups is not None else " Which backups there are is not known."
        return f"The last backup failed at {at}; the environment's logs say why.{known}"
    if record.backups is not None:
        return ""
    if cron.succeeded_at is not None:
        return (
            "Which backups there are is not known: the pod that knew is gone. The next backup tells, and any can be "
            "brought back by its name."
        )
    due = f"; the next one is due by `{cron.schedule}` (UTC)" if cron.schedule else ""
    return f"None has been made yet{due}."


async def _refuse_unknown(services: Services, request: RestoreBackup) -> None:
    """Where it is known which there are; else the one who looks for it on the volume will tell."""
    snapshot = await services.store.environments.get(request.project, request.environment)
    if snapshot is None:
        return
    listed = await _listed(services, snapshot)
    known = [each for each in listed.services if each.service == request.service and each.backups]
    names = [backup.name for each in known for backup in each.backups]
    if names and request.backup not in names:
        raise RefusedError(
            f"there is no backup `{request.backup}` of `{request.service}`",
            hint=f"There are: {', '.join(f'`{each}`' for each in names)}.",
        )


async def _not_running(services: Services, key: EnvironmentKey, what: str) -> RefusedError:
    await find_snapshot(services, key, WorkflowStanding.MISSING)
    return RefusedError(
        f"{name_of(key)} has nothing {what}: it does not run",
        hint="Backups go with the environment; a redeploy begins anew.",
    )
