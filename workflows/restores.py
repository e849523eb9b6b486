"""A revision that gives services what they had when a backup was made (ENV-017)."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import policies
from workflows.attempts import PhaseFailedError
from workflows.models import BackupPlan, FailureKind, Phase, Restore, RevisionPlan
from workflows.models import messages as m
from workflows.planning.steps import Step
from workflows.ports import ClusterPort
from workflows.progress import Progress


async def restore_backups(
    request: m.RevisionInput, plan: RevisionPlan, progress: Progress, step: Step
) -> None:
    """Of the services that have come up in this stage, before jobs and the application come up in later ones.

    Raises PhaseFailedError. A backup that cannot be brought back is given up: the next revision goes on without it.
    """
    backups = {each.service: each for each in plan.backups}
    for restore in request.restores:
        backup = backups.get(restore.service)
        if backup is None or restore.service not in step.awaited:
            continue
        try:
            await _restore(request, plan, progress, restore, backup)
        except PhaseFailedError as error:
            if error.found.kind is FailureKind.USER:
                await tell_restored(request, [restore])
            raise
        await tell_restored(request, [restore])
        progress.reasons += (
            f"`{restore.service}` was given back what it had in `{restore.backup}`, as a person asked.",
        )


async def tell_restored(request: m.RevisionInput, restores: Sequence[Restore]) -> None:
    """The environment need not ask for these again: they are done, or cannot be."""
    environment = workflow.get_external_workflow_handle(request.environment_workflow_id)
    done = m.BackupsRestored(ids=tuple(each.id for each in restores))
    try:
        await environment.signal("backups_restored", done)
    except ApplicationError as error:
        workflow.logger.info("nobody follows this revision: %s", error)


async def _restore(
    request: m.RevisionInput,
    plan: RevisionPlan,
    progress: Progress,
    restore: Restore,
    backup: BackupPlan,
) -> m.RestoreBackupResult:
    is_own = plan.extras is None
    return await progress.run(
        "restore",
        Phase.DEPLOYING,
        lambda: workflow.execute_activity_method(
            ClusterPort.restore_backup,
            m.RestoreBackupInput(
                ref=request.ref,
                restore=restore,
                component=backup.component,
                release=plan.release.name,
                kept=plan.services if is_own else (),
            ),
            **policies.RESTORE_BACKUP,
        ),
        words=f"bringing back `{restore.backup}` of `{restore.service}`",
    )
